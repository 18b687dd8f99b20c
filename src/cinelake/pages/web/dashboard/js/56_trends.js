/* What the cards of years, trends, dates and conclusions work out; each gives {marks, groups, n, of, coverage} as 55_compute.js says. */
"use strict";

Object.assign(cine.compute.kinds, (() => {
  const { compute, weigh, weightsOf, ENOUGH } = cine.groups;
  const { NO_COLLECTION } = cine.keys;

  /** The two genres that stand against each other: those selected, else crime and war, else the two most frequent. */
  const rivals = (titles, rows, filters) => {
    const indices = (ids) => ids.map((id) => cine.select.indexOf(titles.dims.genre, id)).filter((index) => index >= 0);
    const chosen = indices(filters.genres.length > 1 ? filters.genres.slice(0, 2) : [80, 10752]);
    if (chosen.length === 2) return chosen;
    const counts = new Map();
    const { start, items } = titles.genres;
    for (const row of rows) for (let n = start[row]; n < start[row + 1]; n++) counts.set(items[n], (counts.get(items[n]) ?? 0) + 1);
    return [...counts.keys()].sort((a, b) => counts.get(b) - counts.get(a) || a - b).slice(0, 2);
  };
  const SIDES = ["neither", "first", "second", "both"];
  const lines = (card, titles, rows, filters) => {
    const result = compute(card, titles, rows, filters);
    const pair = rivals(titles, rows, filters);
    const { start, items } = titles.genres;
    const sideOf = (row) => {
      let side = 0;
      for (let n = start[row]; n < start[row + 1]; n++) side |= items[n] === pair[0] ? 1 : items[n] === pair[1] ? 2 : 0;
      return side;
    };
    const names = pair.map((index) => cine.words.genre(titles.dims.genre[index]));
    const told = { neither: cine.words.say("neither"), first: names[0], second: names[1], both: names.join(" + ") };
    const marks = [];
    for (const group of result.groups) {
      const own = [[], [], [], []];
      for (const row of group.rows) own[sideOf(row)].push(row);
      own.forEach((held, side) => held.length && marks.push({ key: group.key, label: group.label, part: SIDES[side], partName: told[SIDES[side]], rows: held, n: weigh(titles, held), isFew: false }));
    }
    return { ...result, marks, names: told, parts: SIDES.filter((part) => marks.some((mark) => mark.part === part)) };
  };

  /** The median slope between all pairs (Theil and Sen), with the interval that Kendall's variance gives. */
  const slopeOf = (points) => {
    const slopes = [];
    for (let a = 0; a < points.length; a++) for (let b = a + 1; b < points.length; b++) if (points[b][0] > points[a][0]) slopes.push((points[b][1] - points[a][1]) / (points[b][0] - points[a][0]));
    slopes.sort((a, b) => a - b);
    const n = points.length;
    const spread = 1.959964 * Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18);
    const at = (rank) => slopes[Math.min(slopes.length - 1, Math.max(0, rank))];
    return { median: cine.stats.percentile(slopes, 0.5), low: at(Math.floor((slopes.length - spread) / 2) - 1), high: at(Math.ceil((slopes.length + spread) / 2)) };
  };
  const LEAST = 3; // instalments
  const NAMED = 8; // collections that rise most, and that fade most
  const trend = (card, titles, rows) => {
    const held = new Map();
    for (const row of rows) {
      const value = card.value(titles, row);
      if (titles.collection[row] === NO_COLLECTION || titles.instalment[row] === 255 || Number.isNaN(value)) continue;
      if (!held.has(titles.collection[row])) held.set(titles.collection[row], []);
      held.get(titles.collection[row]).push([titles.instalment[row], value, row]);
    }
    const all = [...held].filter(([, points]) => points.length >= LEAST).map(([key, points]) => {
      points.sort((a, b) => a[0] - b[0] || a[2] - b[2]);
      const own = points.map((point) => point[2]);
      return { key, label: titles.dims.collection[key][1], rows: own, n: own.length, isFew: own.length < card.enough, ...slopeOf(points) };
    }).filter((mark) => Number.isFinite(mark.median)).sort((a, b) => b.median - a.median || a.key - b.key);
    const sure = all.filter((mark) => !mark.isFew);
    const pool = sure.length >= 2 ? sure : all;
    const marks = pool.length > 2 * NAMED ? [...pool.slice(0, NAMED), ...pool.slice(-NAMED)] : pool;
    const of = weigh(titles, rows);
    const n = weigh(titles, all.flatMap((mark) => mark.rows));
    return { marks, groups: marks, n, of, coverage: of ? n / of : 0, more: all.length - marks.length, all: all.length, fading: all.filter((mark) => mark.median < 0).length };
  };

  /** Fields of Refined by decade or genre; films and series together. Of the whole lake: the page has not all of these fields. */
  const held = (card, titles) => {
    const cells = new Map();
    for (const row of titles.head.coverage) {
      if (row.grouping !== card.grouping) continue;
      const key = `${row.member};${row.field}`;
      const cell = cells.get(key) ?? { member: row.member, field: row.field, asked: 0, known: 0 };
      cells.set(key, Object.assign(cell, { asked: cell.asked + row.asked, known: cell.known + row.known }));
    }
    const members = [...new Set([...cells.values()].map((cell) => cell.member))].sort();
    const across = [...new Set([...cells.values()].map((cell) => cell.field))].sort();
    const name = (member) => (card.grouping === "genre" ? cine.words.genreNamed(titles, member) : /^\d+$/.test(member) ? cine.words.decadeShort(member) : cine.words.term(member));
    const marks = [...cells.values()].map(({ member, field, asked, known }) => {
      const { share, low, high } = cine.stats.wilson(known, asked);
      return { key: member, label: name(member), part: field, x: members.indexOf(member), y: across.indexOf(field), rows: [], n: asked, hits: known, share, low, high, median: share, isFew: asked < ENOUGH };
    }).sort((a, b) => a.x - b.x || a.y - b.y);
    return { marks, groups: marks, across, n: titles.n, of: titles.n, coverage: 1, isWhole: true };
  };

  /** What the selection supports: each question by the share of titles that can tell, and by how many these are. */
  const AREAS = {
    returns: cine.select.hasMoney, ratings: (t, r) => t.tmdb[r] !== 0xffff, imdb: (t, r) => t.imdb_rating[r] !== 0xff, dates: (t, r) => t.year[r] !== 0xffff, months: (t, r) => t.month[r] > 0,
    places: (t, r) => t.countries.start[r + 1] > t.countries.start[r], lengths: (t, r) => t.runtime[r] !== 0xffff, cast: (t, r) => t.women[r] !== 255 && t.men[r] !== 255, themes: (t, r) => t.tags.start[r + 1] > t.tags.start[r],
  };
  const verdict = (held, share) => (held < ENOUGH ? "cannot" : share < 0.1 ? "narrow" : share < 0.5 ? "careful" : "broad");
  const conclusions = (_, titles, rows) => {
    const of = weigh(titles, rows);
    const even = cine.stats.evenness(weightsOf(titles, rows));
    const marks = Object.entries(AREAS).map(([area, knows]) => {
      const own = rows.filter((row) => knows(titles, row));
      const n = weigh(titles, own);
      return { key: area, label: cine.words.say(`area_${area}`), part: verdict(own.length, n / of), rows: own, n, ...cine.stats.wilson(n, of, even), median: of ? n / of : NaN, isFew: own.length < ENOUGH };
    }).sort((a, b) => b.n - a.n);
    return { marks: of ? marks : [], groups: marks, n: of, of, coverage: of ? 1 : 0 };
  };

  const whole = (titles, marks) => ({ marks, groups: marks, n: titles.n, of: titles.n, coverage: 1, isWhole: true });
  const dates = (_, titles) => {
    const { days, same } = titles.head.snapshots;
    const marks = days.length < 2 ? [] : ["vote_count", "popularity"].flatMap((part) => days.map((day) => ({
      key: day.collected_on, label: cine.words.days([day.collected_on]), part, n: day.titles, rows: [], median: part === "popularity" ? day.popularity ?? NaN : day.votes, isFew: false,
    })));
    return { ...whole(titles, marks), same, unable: marks.length ? undefined : "one_date" };
  };
  const movers = (_, titles, rows) => {
    const { dates: days, movers: moved } = titles.head.snapshots;
    const chosen = new Set(rows);
    const of = weigh(titles, rows);
    const marks = moved.filter(({ row }) => chosen.has(row)).map(({ row, popularity, votes }) => ({ key: row, label: titles.title[row], rows: [row], n: 1, popularity, votes, isFew: false }));
    return { marks, groups: marks, n: marks.length, of, coverage: of ? marks.length / of : 0, unable: days.length < 2 ? "one_date" : marks.length ? undefined : "none_moved" };
  };

  return { lines, trend, held, conclusions, dates, movers };
})());
