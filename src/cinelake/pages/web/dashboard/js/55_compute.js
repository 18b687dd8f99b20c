/* What each kind of card works out of a selection: {marks, n, of, coverage}. A mark is what can be clicked, and a row of the table. */
"use strict";

cine.compute = (() => {
  const { compute, weigh, weightsOf, ENOUGH } = cine.groups;
  const keep = (list, test) => list.filter(test);

  const plain = (card, titles, rows, filters) => {
    const result = compute(card, titles, rows, filters);
    return { ...result, marks: result.groups };
  };

  /** Each group in its parts: the marks of a part stand behind one another, one for each group. */
  const stack = (card, titles, rows, filters) => {
    const result = compute(card, titles, rows, filters);
    const parts = card.parts(titles);
    const marks = [];
    parts.forEach((part, side) => {
      for (const group of result.groups) {
        const own = parts.length === 1 ? group.rows : keep(group.rows, (row) => card.part(titles, row) === side);
        marks.push({ key: group.key, label: group.label, part, rows: own, n: weigh(titles, own), isFew: false });
      }
    });
    return { ...result, parts, marks };
  };

  /** Each group against columns: the share that has the column, of the group's titles that could have it (`asks`). */
  const heat = (card, titles, rows, filters) => {
    const result = compute(card, titles, rows, filters);
    const asks = card.asks ?? (() => true);
    const asked = card.across.map((_, y) => y).filter((y) => rows.some((row) => asks(titles, row, y)));
    const marks = [];
    result.groups.forEach((group, x) => {
      asked.forEach((column, y) => {
        const able = keep(group.rows, (row) => asks(titles, row, column));
        if (!able.length) return;
        const own = keep(able, (row) => card.cell(titles, row, column));
        const [n, hits] = [weigh(titles, able), weigh(titles, own)];
        const share = cine.stats.wilson(hits, n, cine.stats.evenness(weightsOf(titles, able)));
        marks.push({ key: group.key, label: group.label, part: card.across[column], x, y, rows: own, n, hits, ...share, isFew: able.length < ENOUGH });
      });
    });
    for (const mark of marks) mark.median = mark.share;
    return { ...result, marks, across: asked.map((column) => card.across[column]) };
  };

  const standings = new Map(); // by measure
  /** Where rows stand by a measure among all titles: sorted once, since a selection keeps the order. */
  const standingOf = (measure, titles, rows) => {
    if (!standings.has(measure)) standings.set(measure, cine.stats.standings(Float64Array.from({ length: titles.n }, (_, row) => measure(titles, row))));
    const { different, places } = standings.get(measure);
    const own = new Uint32Array(rows.length);
    for (let n = 0; n < rows.length; n++) own[n] = places[rows[n]];
    return { different, places: own };
  };

  /** Two measures against each other, in cells; with their correlation over the titles that have both. */
  const grid = (card, titles, rows) => {
    const cells = new Map(); // of a column, by row of the grid
    const covered = [];
    for (const row of rows) {
      const x = card.x(titles, row);
      const y = card.y(titles, row);
      if (Number.isNaN(x) || Number.isNaN(y)) continue;
      covered.push(row);
      let column = cells.get(x);
      if (!column) cells.set(x, (column = new Map()));
      let cell = column.get(y);
      if (!cell) column.set(y, (cell = { key: `${x};${y}`, xValue: x, yValue: y, rows: [] }));
      cell.rows.push(row);
    }
    const marks = [...cells.values()].flatMap((column) => [...column.values()]).sort((a, b) => a.xValue - b.xValue || a.yValue - b.yValue);
    const axis = (name, step) => { // without gaps, so that equal distances are equal differences
      const values = marks.map((mark) => mark[name]);
      const least = Math.min(...values);
      return marks.length ? Array.from({ length: Math.round((Math.max(...values) - least) / step) + 1 }, (_, n) => least + n * step) : [];
    };
    const [xAxis, yAxis] = [axis("xValue", card.steps[0]), axis("yValue", card.steps[1])];
    for (const mark of marks) {
      Object.assign(mark, { x: xAxis.indexOf(mark.xValue), y: yAxis.indexOf(mark.yValue), n: weigh(titles, mark.rows), isFew: false });
      mark.label = (card.xLabel ?? cine.words.number)(mark.xValue);
      mark.part = cine.words.number(mark.yValue);
    }
    const of = weigh(titles, rows);
    const n = weigh(titles, covered);
    const [xs, ys] = card.exact.map((measure) => standingOf(measure, titles, covered));
    const correlation = covered.length < ENOUGH ? NaN : cine.stats.spearman(xs, ys, weightsOf(titles, covered));
    return { marks, groups: marks, xAxis, yAxis, n, of, coverage: of ? n / of : 0, correlation };
  };

  /** Accounts are of the whole lake, whatever is selected. */
  const account = (card, titles) => {
    const { head } = titles;
    const mark = (label, part, n, median, hits) => ({ key: label, label, part, n, median, hits, rows: [], isFew: false });
    const sources = {
      funnel: () => { // films and series apart; a loss of nothing is none
        const kinds = new Set(head.funnel.filter((row) => row.titles).map((row) => row.kind));
        const shown = head.funnel.filter((row) => kinds.has(row.kind) && (row.titles || row.part !== "lost"));
        return shown.map((row) => mark(`${kinds.size > 1 ? `${cine.words.say(row.kind)} · ` : ""}${row.step}. ${cine.words.term(row.name)}`, row.part, row.titles));
      },
      slices: () => head.slices.map(([kind, slice, records, listed, total, unproven, gone, quarantined, on, isComplete]) => {
        const part = isComplete ? "complete" : "short";
        const missing = { unproven, gone, quarantined, unlisted: Math.max(0, (total ?? listed) - records - gone - quarantined - unproven) };
        const reasons = Object.entries(missing).filter(([, number]) => number).map(([reason, number]) => cine.words.say(`slice_${reason}`, { n: cine.words.whole(number) }));
        return { ...mark(`${cine.words.say(kind)} · ${slice} · ${cine.words.days([on])}`, part, records, total ? records / total : NaN, gone), partName: [cine.words.say(part), ...reasons].join("; ") };
      }).sort((a, b) => (a.part === "complete") - (b.part === "complete")), // what is missing stands first
      fields: () => head.coverage.filter((row) => row.grouping === "all").map((row) => mark(row.field, row.kind, row.asked, row.asked ? row.known / row.asked : NaN, row.known)),
      agreement: () => head.agreement.map((row) => mark(row.measure, row.kind, row.n, row.share, row.agree)),
    };
    const marks = sources[card.id]();
    return { marks, groups: marks, n: titles.n, of: titles.n, coverage: 1, isWhole: true };
  };

  /** What each kind of card is worked out by; 56_trends.js adds to it. */
  const KINDS = { bars: plain, medians: plain, shares: plain, map: plain, stack, heat, grid, account };
  const has = (titles, need) => (need === "tags" ? titles.dims.tag.length > 0 : need === undefined || titles.head.has[need]);

  const results = new WeakMap(); // by the selected rows: a finding and its card are worked out once
  /** A card's result; unable names why there is none. */
  const work = (card, titles, rows, filters) => {
    if (!results.has(rows)) results.set(rows, new Map());
    const held = results.get(rows);
    if (!held.has(card)) held.set(card, workOut(card, titles, rows, filters));
    return held.get(card);
  };
  const workOut = (card, titles, rows, filters) => {
    if (!has(titles, card.needs)) return { marks: [], groups: [], n: 0, of: weigh(titles, rows), coverage: 0, unable: `lacks_${card.needs}` };
    const result = KINDS[card.kind](card, titles, rows, filters);
    return result.marks.length ? result : { ...result, unable: result.unable ?? "none_selected" };
  };

  return { work, kinds: KINDS };
})();
