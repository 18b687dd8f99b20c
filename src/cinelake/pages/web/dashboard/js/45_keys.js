/* How a title falls into groups (by decade, genre, country …) and what each group is called: used by all cards alike. `counted` names the note
   of titles that count more than once. */
"use strict";

cine.keys = (() => {
  const { UNKNOWN_YEAR } = cine.select;
  const NO_COLLECTION = 0xffffffff;
  const listKeys = (name) => (titles, row, emit) => {
    const list = titles[name];
    for (let n = list.start[row]; n < list.start[row + 1]; n++) emit(list.items[n]);
  };
  /** The same step without its unit, for axes. */
  const stepShort = (steps) => (key) => cine.words.step(steps[key], steps[key + 1], "").trim();
  const stepLabel = (steps, unit) => (key) => cine.words.step(steps[key], steps[key + 1], unit);
  const stepKeys = (steps, valueOf) => (titles, row, emit) => {
    const value = valueOf(titles, row);
    if (Number.isNaN(value)) return;
    for (let n = steps.length - 1; n >= 0; n--) if (value >= steps[n]) return void emit(n);
  };

  const decade = {
    keys: (titles, row, emit) => titles.year[row] !== UNKNOWN_YEAR && emit(Math.floor(titles.year[row] / 10) * 10),
    label: (key) => cine.words.decade(key),
    short: (key) => cine.words.decadeShort(key),
    filter: (key) => ({ from: key, to: key + 9 }),
  };
  const year = {
    keys: (titles, row, emit) => titles.year[row] !== UNKNOWN_YEAR && emit(titles.year[row]),
    label: String,
    filter: (key) => ({ from: key, to: key }),
  };
  const genre = {
    counted: "each_genre",
    keys: listKeys("genres"),
    label: (key, titles) => cine.words.genre(titles.dims.genre[key]),
    filter: (key, titles) => ({ genres: [String(titles.dims.genre[key][0])], all: false }),
  };
  const PAIR = 1000; // more genres than TMDB has
  /** Each pair of a title's genres, whichever stands first. */
  const pair = {
    counted: "each_pair",
    keys: (titles, row, emit) => {
      const { start, items } = titles.genres;
      for (let a = start[row]; a < start[row + 1]; a++) for (let b = a + 1; b < start[row + 1]; b++) emit(Math.min(items[a], items[b]) * PAIR + Math.max(items[a], items[b]));
    },
    label: (key, titles) => [Math.floor(key / PAIR), key % PAIR].map((index) => cine.words.genre(titles.dims.genre[index])).join(" + "),
    filter: (key, titles) => ({ genres: [Math.floor(key / PAIR), key % PAIR].map((index) => String(titles.dims.genre[index][0])), all: true }),
  };
  const country = {
    counted: "each_country",
    keys: listKeys("countries"),
    label: (key, titles) => cine.words.country(titles.dims.country[key]),
    filter: (key, titles) => ({ country: titles.dims.country[key][0] }),
  };
  const language = {
    keys: (titles, row, emit) => titles.language[row] !== 0xffff && emit(titles.language[row]),
    label: (key, titles) => cine.words.language(titles.dims.language[key]),
    filter: (key, titles) => ({ language: titles.dims.language[key][0] }),
  };
  const band = {
    keys: (titles, row, emit) => emit(cine.select.bandOf(titles.budget[row])),
    label: (key) => cine.words.band(cine.select.BANDS[key]),
    short: (key) => cine.words.bandShort(cine.select.BANDS[key]),
    filter: (key) => ({ band: String(key) }),
  };
  const collected = {
    keys: (titles, row, emit) => emit(titles.collection[row] === NO_COLLECTION ? 1 : 0),
    label: (key) => cine.words.say(key ? "single" : "in_collection"),
    filter: (key) => ({ collected: key ? "single" : "in" }),
  };
  const collection = {
    keys: (titles, row, emit) => titles.collection[row] !== NO_COLLECTION && emit(titles.collection[row]),
    label: (key, titles) => titles.dims.collection[key][1],
  };
  const month = {
    keys: (titles, row, emit) => titles.month[row] && emit(titles.month[row]),
    label: (key) => cine.words.month(key),
  };
  const runtimes = [1, 30, 60, 80, 90, 100, 110, 120, 150, 180];
  const runtime = {
    keys: stepKeys(runtimes, (titles, row) => (titles.runtime[row] === 0xffff ? NaN : titles.runtime[row])),
    label: stepLabel(runtimes, "min"),
    short: stepShort(runtimes),
  };
  const gaps = [0, 2, 3, 4, 6, 11];
  const gap = {
    keys: stepKeys(gaps, (titles, row) => (titles.gap[row] === 255 ? NaN : titles.gap[row])),
    label: stepLabel(gaps, "years"),
    short: stepShort(gaps),
  };
  const instalment = {
    keys: (titles, row, emit) => titles.instalment[row] !== 255 && titles.instalment[row] && emit(Math.min(6, titles.instalment[row])),
    label: (key) => cine.words.say("instalment", { n: key === 6 ? "6+" : key }),
    short: (key) => (key === 6 ? "6+" : String(key)),
  };
  const person = (column) => ({
    keys: listKeys(column),
    label: (key, titles) => titles.dims.person[key][1],
    filter: (key, titles) => ({ person: titles.dims.person[key][0] }),
  });
  /** Each tag by its first entry: a tag has one for each confidence. */
  const firstTags = (titles) => {
    if (!titles.firstTags) {
      const first = new Map();
      titles.dims.tag.forEach((entry, index) => first.has(entry[1]) || first.set(entry[1], index));
      titles.firstTags = titles.dims.tag.map((entry) => first.get(entry[1]));
    }
    return titles.firstTags;
  };
  /** Tags of one theme, or of those that a test accepts. */
  const tag = (accepts) => ({
    keys: (titles, row, emit) => {
      const { start, items } = titles.tags;
      const first = firstTags(titles);
      for (let n = start[row]; n < start[row + 1]; n++) if (accepts(titles.dims.tag[items[n]])) emit(first[items[n]]);
    },
    label: (key, titles) => cine.words.tag(titles.dims.tag[key][1]),
    filter: (key, titles) => ({ tag: titles.dims.tag[key][1] }),
  });

  /** Crime alone, war alone, both, neither: the same four everywhere; null where the lake has not both genres. */
  const sides = (titles) => {
    const [crime, war] = [80, 10752].map((id) => cine.select.indexOf(titles.dims.genre, id));
    if (crime < 0 || war < 0) return null;
    const { start, items } = titles.genres;
    return (row) => {
      let side = 0;
      for (let n = start[row]; n < start[row + 1]; n++) side |= items[n] === crime ? 1 : items[n] === war ? 2 : 0;
      return side;
    };
  };

  return { NO_COLLECTION, decade, year, genre, pair, country, language, band, collected, collection, month, runtime, gap, instalment, person, tag, sides };
})();
