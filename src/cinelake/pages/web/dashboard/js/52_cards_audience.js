/* The cards of the audience, of people and of themes. */
"use strict";

cine.cards.push(...(() => {
  const { keys } = cine;
  const FEW_VOTES = 10; // votes: below it a mean of votes says little; old lakes do not tell of votes
  const WARS = { // the last year of each event
    "World War I": 1918, "World War II": 1945, "Vietnam War": 1975, "Korean War": 1953, "American Civil War": 1865, "Spanish Civil War": 1939,
    "Napoleonic Wars": 1815, "American Revolution": 1783, "Gulf War": 1991, "Iraq War": 2011, "War in Afghanistan": 2021, "Yugoslav Wars": 2001,
    "Cold War": 1991, "Russian Civil War": 1922, "Algerian War": 1962, "Sino-Japanese War": 1945,
  };
  const rating = (titles, row) =>
    titles.tmdb[row] === 0xffff || titles.tmdb_votes[row] < FEW_VOTES ? NaN : titles.tmdb[row] / 1000;
  const rated = { kind: "medians", value: rating, format: "rating" };
  const grid = (x, y) => ({ kind: "grid", x, y, wide: false });
  const half = (value) => Math.round(value * 2) / 2;
  const tags = keys.tag((tag) => tag[0] === "war");
  return [
    { id: "rating_decade", section: "audience", ...rated, ...keys.decade },
    { id: "rating_genre", section: "audience", ...rated, ...keys.genre, order: "median", horizontal: true },
    { id: "rating_runtime", section: "audience", ...rated, ...keys.runtime },
    {
      id: "tmdb_imdb", section: "audience", needs: "imdb",
      ...grid((t, r) => (t.imdb_rating[r] === 0xff ? NaN : half(t.imdb_rating[r] / 10)), (t, r) => (t.tmdb[r] === 0xffff ? NaN : half(t.tmdb[r] / 1000))),
      exact: [(t, r) => t.imdb_rating[r] / 10, (t, r) => t.tmdb[r] / 1000], axes: ["imdb_rating", "tmdb_rating"], steps: [0.5, 0.5],
    },
    {
      id: "popular_rated", section: "audience",
      ...grid((t, r) => (t.popularity[r] > 0 ? Math.floor(Math.log2(t.popularity[r])) : NaN), (t, r) => half(rating(t, r))),
      exact: [(t, r) => t.popularity[r], rating], axes: ["popularity", "tmdb_rating"], steps: [1, 0.5], xLabel: (key) => (2 ** key < 0.001 ? `<${cine.words.digits(0.001)}` : cine.words.digits(2 ** key)),
    },
    { id: "actors", section: "people", kind: "bars", ...keys.person("cast"), order: "n", top: 20, horizontal: true, needs: "cast" },
    { id: "directors", section: "people", kind: "bars", ...keys.person("directors"), order: "n", top: 20, horizontal: true, needs: "cast" },
    {
      id: "women", section: "people", kind: "shares", format: "share", ...keys.decade, wide: true, needs: "cast",
      value: (t, r) => (t.women[r] === 255 || t.men[r] === 255 || t.women[r] + t.men[r] === 0 ? NaN : t.women[r]),
      hits: (t, r) => [t.women[r], t.women[r] + t.men[r]],
    },
    { id: "wars", section: "themes", kind: "bars", ...tags, order: "n", top: 16, horizontal: true, needs: "tags" },
    {
      id: "wars_when", section: "themes", ...rated, format: "years", needs: "tags", ...tags, horizontal: true, order: "median",
      value: (t, r) => (t.year[r] === cine.select.UNKNOWN_YEAR ? NaN : t.year[r]),
      label: (key, t) => {
        const name = t.dims.tag[key][1];
        return WARS[name] ? `${cine.words.tag(name)} (→ ${WARS[name]})` : cine.words.tag(name);
      },
      short: (key, t) => cine.words.tag(t.dims.tag[key][1]), event: (key, t) => WARS[t.dims.tag[key][1]],
    },
    { id: "crimes", section: "themes", kind: "bars", ...keys.tag((tag) => tag[0] === "crime"), order: "n", top: 16, horizontal: true, needs: "tags" },
    { id: "sources", section: "themes", kind: "bars", ...keys.tag((tag) => tag[0] !== "crime" && tag[0] !== "war"), order: "n", top: 10, horizontal: true, needs: "tags" },
    { id: "slices", section: "run", kind: "account", wide: true },
    { id: "fields", section: "run", kind: "account", wide: true },
    { id: "agreement", section: "run", kind: "account", needs: "imdb", wide: true },
  ];
})());
