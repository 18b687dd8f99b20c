/* The sentences of the cards of 56_trends.js. */
"use strict";

Object.assign(cine.answer.kinds, (() => {
  const lines = (_, result) => {
    const { say, count } = cine.words;
    const best = result.groups.reduce((a, b) => (b.n > a.n ? b : a));
    const told = result.parts.filter((part) => part !== "neither").map((part) => {
      const own = result.marks.filter((mark) => mark.part === part);
      const peak = own.reduce((a, b) => (b.n > a.n ? b : a));
      return say("a_peak", { name: result.names[part], n: count(own.reduce((sum, mark) => sum + mark.n, 0)), year: peak.label, most: count(peak.n) });
    });
    return [say("a_years", { year: best.label, n: count(best.n) }), ...told].join(" ");
  };
  const trend = (card, result) => {
    const { say, count, share, figure } = cine.words;
    const { share: part, low, high } = cine.stats.wilson(result.fading, result.all);
    const sure = result.marks.filter((mark) => !mark.isFew);
    const first = say("a_fading", { fading: count(result.fading), all: count(result.all), share: share(part), i: `${share(low)}–${share(high)}` });
    if (sure.length < 2) return result.all < cine.groups.ENOUGH ? say("too_few") : first;
    const [best, worst] = [sure[0], sure.at(-1)];
    return `${first} ${say("a_rise", { best: best.label, v: figure(best.median, card.format), bn: count(best.n), worst: worst.label, w: figure(worst.median, card.format), wn: count(worst.n) })}`;
  };
  const conclusions = (_, result) => {
    const { say } = cine.words;
    const named = (...parts) => result.marks.filter((mark) => parts.includes(mark.part)).map((mark) => mark.label).join(", ") || "—";
    return say("a_conclusions", { broad: named("broad"), careful: named("careful", "narrow"), cannot: named("cannot") });
  };
  const dates = (_, { same }) => {
    const { say, whole, figure } = cine.words;
    if (!same?.titles) return say("a_dates_none");
    return say("a_dates", { n: whole(same.titles), before: whole(same.votes_before), after: whole(same.votes_after), low: figure(same.popularity_before ?? NaN, "score"), high: figure(same.popularity_after ?? NaN, "score") });
  };
  const movers = (_, result) => {
    const { say, figure, whole } = cine.words;
    const tell = { popularity: (value) => figure(value, "score"), votes: whole }; // rounded, two votes may look the same
    const of = (name) => result.marks.filter(({ [name]: [before, after] }) => before !== null && after !== null && before !== after);
    const most = (name) => of(name).reduce((a, b) => (Math.abs(b[name][1] - b[name][0]) > Math.abs(a[name][1] - a[name][0]) ? b : a), of(name)[0]);
    return ["popularity", "votes"].map((name) => [name, most(name)]).filter(([, mark]) => mark).map(([name, mark]) => say(`a_moved_${name}`, { title: mark.label, before: tell[name](mark[name][0]), after: tell[name](mark[name][1]) })).join(" ");
  };
  return { lines, trend, conclusions, dates, movers };
})());
