/* The cards of pairs of genres, of years, votes, ages, trends, and of what may be concluded. */
"use strict";

cine.cards.push(...(() => {
  const { keys } = cine;
  const { hasMoney } = cine.select;
  const multiple = (titles, row) => (hasMoney(titles, row) ? titles.revenue[row] / titles.budget[row] : NaN);
  const dollars = (titles, row, filters) => (hasMoney(titles, row) ? (filters.real ? titles.revenue_real : titles.revenue)[row] || NaN : NaN);
  const votes = { kind: "medians", section: "audience", log: true, format: "number", value: (t, r) => (t.tmdb_votes[r] === 0xffffffff ? NaN : t.tmdb_votes[r]) };
  const money = { section: "money", kind: "medians", log: true, needs: "money", ...keys.pair, order: "median", top: 20, least: 5, horizontal: true };
  const held = { kind: "held", section: "run", wide: true, format: "share", isWhole: true };
  const rating = (t, r) => (t.tmdb[r] === 0xffff || t.tmdb_votes[r] < 10 ? NaN : t.tmdb[r] / 1000);
  const trend = { section: "franchises", kind: "trend", horizontal: true, enough: 5, reference: 0 }; // below five even one way all along may be chance
  /** The mean age of a title's actresses, and of its actors, each in the decade of release. */
  const ages = (titles, row, emit) => {
    const year = titles.year[row];
    if (year === cine.select.UNKNOWN_YEAR) return;
    [titles.age_women, titles.age_men].forEach((column, side) => column[row] !== 255 && emit(Math.floor(year / 10) * 20 + side, column[row]));
  };
  return [
    { id: "by_year", section: "holdings", kind: "lines", ...keys.year, wide: true, after: "years" },
    { id: "pairs", section: "holdings", kind: "bars", ...keys.pair, order: "n", top: 20, horizontal: true, after: "genres" },
    { id: "roi_pair", ...money, value: multiple, format: "roi", reference: 1, after: "roi_genre" },
    { id: "revenue_pair", ...money, value: dollars, format: "money", after: "roi_pair" },
    { id: "rise_rating", ...trend, value: rating, format: "step" },
    { id: "rise_revenue", ...trend, value: (t, r) => (hasMoney(t, r) && t.revenue_real[r] > 0 ? Math.log(t.revenue_real[r]) : NaN), needs: "money", format: "growth" },
    { id: "votes_decade", ...votes, ...keys.decade, after: "rating_runtime" },
    { id: "votes_genre", ...votes, ...keys.genre, order: "median", horizontal: true, after: "votes_decade" },
    { id: "votes_runtime", ...votes, ...keys.runtime, after: "votes_genre" },
    {
      id: "ages", section: "people", kind: "medians", format: "years", unit: "years", needs: "ages", horizontal: true, keys: ages, wide: true,
      label: (key) => `${cine.words.decade(Math.floor(key / 20) * 10)} · ${cine.words.say(key % 2 ? "actors" : "actresses")}`, filter: (key) => ({ from: Math.floor(key / 20) * 10, to: Math.floor(key / 20) * 10 + 9 }),
    },
    { id: "conclusions", section: "run", kind: "conclusions", wide: true },
    { id: "fields_decade", ...held, grouping: "decade" },
    { id: "fields_genre", ...held, grouping: "genre" },
    { id: "dates", section: "run", kind: "dates", wide: true },
    { id: "movers", section: "run", kind: "movers", wide: true },
  ];
})());

/** Each card stands behind the one that it follows, if it names one. */
cine.cards = cine.cards.filter((card) => !card.after).flatMap(function withFollowers(card) {
  return [card, ...cine.cards.filter((own) => own.after === card.id).flatMap(withFollowers)];
});
