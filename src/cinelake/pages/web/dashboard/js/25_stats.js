/* The arithmetic: medians with intervals, percentiles, shares. Pure; no value is ever trimmed. */
"use strict";

cine.stats = (() => {
  const Z = 1.959964; // 95 %

  /** A percentile between the two nearest values of sorted ones, as SQL's quantile_cont. */
  const percentile = (sorted, share) => {
    if (!sorted.length) return NaN;
    const at = (sorted.length - 1) * share;
    const below = Math.floor(at);
    const above = Math.ceil(at);
    return sorted[below] + (sorted[above] - sorted[below]) * (at - below);
  };

  /** Where a value stands among sorted ones that hold it. */
  const placeOf = (sorted, value) => {
    let [low, high] = [0, sorted.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sorted[middle] < value) low = middle + 1;
      else high = middle;
    }
    return low;
  };

  /** {different, places}: the different values in order, and which of them each value is; a value that is no number has no place. */
  const standings = (values) => {
    const sorted = Float64Array.from(values).sort(); // numbers sort many times faster than rows by a function
    const different = sorted.filter((value, n) => value === value && (n === 0 || value !== sorted[n - 1]));
    const places = new Uint32Array(values.length);
    for (let n = 0; n < values.length; n++) places[n] = placeOf(different, values[n]);
    return { different, places };
  };
  /** How much the values at each place weigh together. */
  const weighed = ({ different, places }, weights) => {
    const own = new Float64Array(different.length);
    for (let n = 0; n < places.length; n++) own[places[n]] += weights ? weights[n] : 1;
    return own;
  };

  /** The same of each value repeated as often as its title weighs: of equal weights the plain median, of weights of one each plain percentile. */
  const weightedPercentile = (pairs, total, share) => {
    const at = (total - 1) * share; // a title takes the places from `before` to `before + weight - 1`
    let before = 0;
    for (let n = 0; n < pairs.length; n++) {
      const [value, weight] = pairs[n];
      if (at <= before + weight - 1 || n === pairs.length - 1) return n && at < before ? value - (value - pairs[n - 1][0]) * (before - at) : value;
      before += weight;
    }
    return NaN;
  };

  /** The value of the title in that place, of places that each weigh `each`; rounding moves no title to another place. */
  const weightedAt = (pairs, total, rank, each) => {
    let sum = 0;
    for (const [value, weight] of pairs) {
      sum += weight;
      if (sum > rank * each + total * 1e-9) return value;
    }
    return pairs.at(-1)[0];
  };

  /** Which order statistics hold the median with 95 %: from the binomial, by its normal approximation. Too few: all values. */
  const medianRanks = (count) => {
    const half = (Z * Math.sqrt(count)) / 2;
    return [Math.max(0, Math.floor(count / 2 - half) - 1), Math.min(count - 1, Math.ceil(count / 2 + half))];
  };

  const summaryOfEqual = (sorted) => {
    const [low, high] = medianRanks(sorted.length);
    return {
      median: percentile(sorted, 0.5), low: sorted[low], high: sorted[high],
      p10: percentile(sorted, 0.1), p25: percentile(sorted, 0.25), p75: percentile(sorted, 0.75), p90: percentile(sorted, 0.9),
    };
  };

  /** With weights the interval uses the effective number of titles (Kish). Where all weigh one, all is as without weights. */
  const summaryOfWeighted = (values, weights) => {
    const all = standings(values);
    const own = weighed(all, weights);
    const pairs = Array.from(all.different, (value, n) => [value, own[n]]);
    let [total, squares] = [0, 0];
    for (const weight of weights) { total += weight; squares += weight * weight; }
    const [low, high] = medianRanks((total * total) / squares).map((rank) => weightedAt(pairs, total, rank, squares / total));
    const at = (share) => weightedPercentile(pairs, total, share);
    return { median: at(0.5), low, high, p10: at(0.1), p25: at(0.25), p75: at(0.75), p90: at(0.9) };
  };

  /** Median, its 95 % interval and percentiles of values; weights are null where all weigh one. */
  const summarise = (values, weights) => {
    if (!values.length) return { median: NaN, low: NaN, high: NaN, p10: NaN, p25: NaN, p75: NaN, p90: NaN };
    return weights ? summaryOfWeighted(values, weights) : summaryOfEqual(Float64Array.from(values).sort());
  };

  /** How much a title of these weights counts for in an interval: one where all weigh one (Kish). */
  const evenness = (weights) => {
    if (!weights) return 1;
    let [sum, squares] = [0, 0];
    for (const weight of weights) { sum += weight; squares += weight * weight; }
    return sum / squares;
  };

  /** A share with its Wilson interval; of weighed counts, each counts for as much as `even` says. */
  const wilson = (hits, weighed, even = 1) => {
    if (!weighed) return { share: NaN, low: NaN, high: NaN };
    const share = hits / weighed;
    const count = weighed * even;
    const spread = Z * Math.sqrt((share * (1 - share)) / count + (Z * Z) / (4 * count * count));
    const scale = 1 + (Z * Z) / count;
    const centre = share + (Z * Z) / (2 * count);
    return { share, low: (centre - spread) / scale, high: (centre + spread) / scale };
  };

  /** Ranks, those of equal values in their middle; a title takes as many as it weighs. */
  const ranks = (standing, weights) => {
    let before = 0;
    const middles = weighed(standing, weights).map((weight) => (before += weight) - weight / 2);
    const own = new Float64Array(standing.places.length);
    for (let n = 0; n < own.length; n++) own[n] = middles[standing.places[n]];
    return own;
  };

  const pearson = (xs, ys, weights) => {
    if (xs.length < 3) return NaN;
    let [total, mx, my] = [0, 0, 0];
    for (let n = 0; n < xs.length; n++) {
      const weight = weights ? weights[n] : 1;
      total += weight; mx += weight * xs[n]; my += weight * ys[n];
    }
    mx /= total; my /= total;
    let [sxx, syy, sxy] = [0, 0, 0];
    for (let n = 0; n < xs.length; n++) {
      const weight = weights ? weights[n] : 1;
      sxx += weight * (xs[n] - mx) ** 2; syy += weight * (ys[n] - my) ** 2; sxy += weight * (xs[n] - mx) * (ys[n] - my);
    }
    const spread = Math.sqrt(sxx * syy);
    return spread ? sxy / spread : NaN;
  };
  /** Spearman's rank correlation of two standings, -1 to 1. */
  const spearman = (xs, ys, weights = null) => pearson(ranks(xs, weights), ranks(ys, weights), weights);

  return { percentile, medianRanks, standings, summarise, evenness, wilson, pearson, spearman };
})();
