/* How a card computes: titles fall into groups, each with its n, its rows and its figures. Pure, but for the names of keys. */
"use strict";

cine.groups = (() => {
  const ENOUGH = 20; // titles on the page, however many each stands for: below it a mark is faded, and no answer rests on it

  const weigh = (titles, rows) => {
    if (!titles.isWeighted) return rows.length;
    let sum = 0;
    for (let n = 0; n < rows.length; n++) sum += titles.weight[rows[n]];
    return sum;
  };

  /** The weights of rows; null where all weigh one. */
  const weightsOf = (titles, rows) => {
    if (!titles.isWeighted) return null;
    const weights = new Float64Array(rows.length);
    for (let n = 0; n < rows.length; n++) weights[n] = titles.weight[rows[n]];
    return weights;
  };

  /** Rows and values of each key that the card gives; a row of which the card knows nothing is not counted as covered. */
  const gather = (card, titles, rows, filters) => {
    const groups = new Map();
    const covered = [];
    let row = 0;
    let value = 0;
    let isCovered = false;
    const emit = (key, own = value) => {
      let group = groups.get(key);
      if (!group) groups.set(key, (group = { key, rows: [], values: [] }));
      group.rows.push(row);
      group.values.push(own);
      isCovered = true;
    };
    for (let n = 0; n < rows.length; n++) {
      row = rows[n];
      if (card.value) {
        value = card.value(titles, row, filters);
        if (Number.isNaN(value)) continue;
      }
      isCovered = false;
      card.keys(titles, row, emit, filters);
      if (isCovered) covered.push(row);
    }
    return { groups: [...groups.values()], covered };
  };

  const isEstimated = (card) => ["medians", "shares", "heat"].includes(card.kind); // a count is what it is, however small
  const byKey = (a, b) => a.key - b.key;
  const ORDERS = { key: byKey, n: (a, b) => b.n - a.n || byKey(a, b), median: (a, b) => b.median - a.median };

  const figuresOf = (card, titles, group) => {
    const weights = weightsOf(titles, group.rows);
    if (card.kind === "medians") return cine.stats.summarise(group.values, weights);
    if (card.kind !== "shares") return {};
    let hits = 0;
    let count = 0;
    group.rows.forEach((row, n) => {
      const [hit, of] = card.hits ? card.hits(titles, row) : [group.values[n], 1];
      hits += hit * (weights ? weights[n] : 1);
      count += of * (weights ? weights[n] : 1);
    });
    // Each title is one observation, however many of its cast are counted: casts go together.
    const n = weigh(titles, group.rows);
    const { share, low, high } = cine.stats.wilson((hits / count) * n, n, cine.stats.evenness(weights));
    return { median: share, low, high, hits, count };
  };

  /** {groups, n, of, coverage}: what the card shows of the selected rows. */
  const compute = (card, titles, rows, filters) => {
    const { groups, covered } = gather(card, titles, rows, filters);
    for (const group of groups) group.n = weigh(titles, group.rows);
    const kept = card.top ? [...groups].sort(ORDERS.n).slice(0, card.top) : groups;
    const shown = kept.filter((group) => group.n >= (card.least ?? 1));
    for (const group of shown) {
      Object.assign(group, figuresOf(card, titles, group), { label: card.label(group.key, titles), isFew: isEstimated(card) && group.rows.length < ENOUGH });
    }
    shown.sort(ORDERS[card.order ?? "key"]);
    const of = weigh(titles, rows);
    const n = weigh(titles, covered);
    return { groups: shown, n, of, coverage: of ? n / of : 0, more: groups.length - shown.length };
  };

  return { ENOUGH, compute, weigh, weightsOf };
})();
