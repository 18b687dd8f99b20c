/* Which titles are selected: Filters is a plain value, rowsOf is pure. What a filter does not ask of stays as it is. */
"use strict";

cine.select = (() => {
  const NONE = Object.freeze({
    genres: [], all: false, kind: "", from: null, to: null, country: "", language: "", money: false, votes: 0,
    tag: "", person: "", collected: "", band: "", real: false,
  });
  const MONEY_FLOOR = 100_000; // US dollars as paid: below it budgets and revenues are mostly units mistaken or jokes
  const BANDS = [[0.1, 1], [1, 5], [5, 20], [20, 60], [60, 100], [100, Infinity]]; // millions of US dollars
  const UNKNOWN_YEAR = 0xffff;
  const UNKNOWN_VOTES = 0xffffffff;

  const bandOf = (budget) => {
    for (let n = 0; n < BANDS.length; n++) if (budget >= BANDS[n][0] * 1e6 && budget < BANDS[n][1] * 1e6) return n;
    return -1;
  };
  const hasMoney = (titles, row) => titles.budget[row] >= MONEY_FLOOR && titles.revenue[row] >= MONEY_FLOOR;
  const indexOf = (dimension, id) => dimension.findIndex((entry) => String(entry[0]) === String(id));

  const listHas = (list, row, index) => {
    for (let n = list.start[row]; n < list.start[row + 1]; n++) if (list.items[n] === index) return true;
    return false;
  };

  const byGenre = (titles, { genres, all }) => {
    const wanted = genres.map((id) => indexOf(titles.dims.genre, id));
    return all
      ? (row) => wanted.every((index) => listHas(titles.genres, row, index))
      : (row) => wanted.some((index) => listHas(titles.genres, row, index));
  };
  const byYears = (titles, { from, to }) => (row) => {
    const year = titles.year[row];
    return year !== UNKNOWN_YEAR && (from === null || year >= from) && (to === null || year <= to);
  };
  const byPerson = (titles, { person }) => {
    const index = indexOf(titles.dims.person, person);
    return (row) => listHas(titles.cast, row, index) || listHas(titles.directors, row, index);
  };
  const byTag = (titles, { tag }) => {
    const wanted = titles.dims.tag.map((entry) => entry[1] === tag); // one entry for each confidence
    const { start, items } = titles.tags;
    return (row) => {
      for (let n = start[row]; n < start[row + 1]; n++) if (wanted[items[n]]) return true;
      return false;
    };
  };

  /** The tests that the filters ask for, cheapest first. */
  const testsOf = (titles, filters) => {
    const tests = [];
    if (filters.kind) tests.push((row) => titles.kind[row] === (filters.kind === "series" ? 1 : 0));
    if (filters.from !== null || filters.to !== null) tests.push(byYears(titles, filters));
    if (filters.votes > 0) tests.push((row) => titles.tmdb_votes[row] !== UNKNOWN_VOTES && titles.tmdb_votes[row] >= filters.votes);
    if (filters.language) {
      const index = indexOf(titles.dims.language, filters.language);
      tests.push((row) => titles.language[row] === index);
    }
    if (filters.money) tests.push((row) => hasMoney(titles, row));
    if (filters.band !== "") tests.push((row) => hasMoney(titles, row) && bandOf(titles.budget[row]) === Number(filters.band));
    if (filters.collected) {
      const wanted = filters.collected === "in";
      tests.push((row) => (titles.collection[row] !== 0xffffffff) === wanted);
    }
    if (filters.genres.length) tests.push(byGenre(titles, filters));
    if (filters.country) {
      const index = indexOf(titles.dims.country, filters.country);
      tests.push((row) => listHas(titles.countries, row, index));
    }
    if (filters.tag) tests.push(byTag(titles, filters));
    if (filters.person) tests.push(byPerson(titles, filters));
    return tests;
  };

  /** The selected rows, in order. */
  const rowsOf = (titles, filters) => {
    const tests = testsOf(titles, filters);
    const rows = new Uint32Array(titles.n);
    let kept = 0;
    next: for (let row = 0; row < titles.n; row++) {
      for (const test of tests) if (!test(row)) continue next;
      rows[kept++] = row;
    }
    return rows.subarray(0, kept);
  };

  return { NONE, BANDS, MONEY_FLOOR, UNKNOWN_YEAR, UNKNOWN_VOTES, bandOf, hasMoney, indexOf, rowsOf };
})();
