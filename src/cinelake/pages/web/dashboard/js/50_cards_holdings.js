/* The cards of what the lake holds, and where its titles come from. A card is a value: see 40_groups.js for what its fields do. */
"use strict";

cine.cards = (() => {
  const { keys } = cine;
  const FIELDS = [
    ["runtime", (t, r) => t.runtime[r] !== 0xffff],
    ["budget", (t, r) => t.budget[r] > 0],
    ["revenue", (t, r) => t.revenue[r] > 0],
    ["money", (t, r) => t.budget[r] > 0 && t.revenue[r] > 0],
    ["tmdb_rating", (t, r) => t.tmdb[r] !== 0xffff],
    ["imdb_id", (t, r) => t.imdb[r] > 0],
    ["imdb_rating", (t, r) => t.imdb_rating[r] !== 0xff],
    ["genres", (t, r) => t.genres.start[r + 1] > t.genres.start[r]],
    ["countries", (t, r) => t.countries.start[r + 1] > t.countries.start[r]],
    ["original_language", (t, r) => t.language[r] !== 0xffff],
    ["collection", (t, r) => t.collection[r] !== 0xffffffff],
    ["month", (t, r) => t.month[r] > 0],
  ];
  const OF_FILMS = new Set(["runtime", "budget", "revenue", "money", "collection"]); // what TMDB does not tell of series
  const sideOf = (titles, row) => (titles.sideOf === undefined ? (titles.sideOf = keys.sides(titles)) : titles.sideOf)?.(row) ?? 0;

  return [
    {
      id: "years", section: "holdings", kind: "stack", ...keys.decade, wide: true,
      part: sideOf, parts: (titles) => (keys.sides(titles) ? ["neither", "crime", "war", "both"] : ["titles"]),
    },
    { id: "genres", section: "holdings", kind: "bars", ...keys.genre, order: "n", top: 20, horizontal: true },
    {
      id: "coverage", section: "holdings", kind: "heat", ...keys.decade, wide: true, fields: FIELDS, format: "share",
      across: FIELDS.map(([name]) => name),
      asks: (titles, row, column) => titles.kind[row] === 0 || !OF_FILMS.has(FIELDS[column][0]),
      cell: (titles, row, column) => (FIELDS[column][1](titles, row) ? 1 : 0),
    },
    { id: "funnel", section: "holdings", kind: "account", wide: true },
    { id: "map", section: "place", kind: "map", ...keys.country, order: "n", wide: true },
    { id: "languages", section: "place", kind: "bars", ...keys.language, order: "n", top: 15, horizontal: true },
    { id: "months", section: "place", kind: "bars", ...keys.month },
    {
      id: "sides", section: "place", kind: "stack", ...keys.country, order: "n", top: 15, horizontal: true,
      isFor: (titles) => keys.sides(titles) !== null, part: sideOf, parts: () => ["neither", "crime", "war", "both"],
    },
  ];
})();
