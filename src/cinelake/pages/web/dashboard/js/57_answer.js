/* The sentence below a question, computed from the result: it names only groups with enough titles, and says when intervals overlap. */
"use strict";

cine.answer = (() => {
  const words = () => cine.words;

  const leading = (result) => {
    const best = result.groups.reduce((a, b) => (b.n > a.n ? b : a));
    const { say, count, share } = words();
    return say(result.groups.length === 1 ? "a_only" : "a_bars", { label: best.label, n: count(best.n), of: count(result.of), share: share(best.n / result.of) });
  };
  const sides = (card, result) => {
    if (card.order === "n" || result.parts.length === 1) return leading(result);
    const total = (part) => words().count(result.marks.filter((mark) => mark.part === part).reduce((sum, mark) => sum + mark.n, 0));
    return `${leading(result)} ${words().say("a_sides", { crime: total("crime"), war: total("war"), both: total("both") })}`;
  };
  const extremes = (card, result) => {
    const { say, figure, interval, count } = words();
    const enough = result.groups.filter((mark) => !mark.isFew && Number.isFinite(mark.median)).sort((a, b) => b.median - a.median);
    if (!enough.length) return say("too_few");
    const [best, worst] = [enough[0], enough[enough.length - 1]];
    const told = {
      best: best.label, v: figure(best.median, card.format), i: interval(best, card.format), bn: count(best.n),
      worst: worst.label, w: figure(worst.median, card.format), j: interval(worst, card.format), wn: count(worst.n),
      apart: say(best.low > worst.high ? "apart" : "together"),
    };
    return say(best === worst ? "a_one" : card.event ? "a_times" : "a_medians", told);
  };
  const known = (card, result) => {
    const { say, share } = words();
    const shares = (result.across ?? card.across).map((part) => {
      const own = result.marks.filter((mark) => mark.part === part);
      const sum = (name) => own.reduce((total, mark) => total + mark[name], 0);
      return { part, share: sum("hits") / sum("n") };
    }).filter((own) => Number.isFinite(own.share)).sort((a, b) => b.share - a.share);
    if (!shares.length) return say("too_few");
    const [best, worst] = [shares[0], shares[shares.length - 1]];
    return say("a_heat", { best: say(best.part), v: share(best.share), worst: say(worst.part), w: share(worst.share) });
  };
  const related = (_, result) => {
    const { say, count, figure } = words();
    const r = result.correlation;
    if (!Number.isFinite(r)) return say("too_few");
    const strength = say(Math.abs(r) < 0.2 ? "weak" : Math.abs(r) < 0.6 ? "some" : "strong");
    return say("a_grid", { r: figure(r, "rating"), n: count(result.n), strength });
  };
  const accounts = { // of the whole lake: what they count is no estimate, in a sample either
    funnel: () => words().say("a_funnel", { n: words().whole(cine.titles.head.sample?.of ?? cine.titles.n) }),
    slices: (result) => words().say("a_slices", { done: words().whole(result.marks.filter((mark) => mark.part === "complete").length), all: words().whole(result.marks.length) }),
    fields: (result) => {
      const order = result.marks.filter((mark) => Number.isFinite(mark.median) && mark.median !== null).sort((a, b) => b.median - a.median);
      if (!order.length) return words().say("too_few");
      const [best, worst] = [order[0], order[order.length - 1]];
      return words().say("a_heat", { best: words().say(best.label), v: words().share(best.median), worst: words().say(worst.label), w: words().share(worst.median) });
    },
    agreement: (result) => {
      const mark = result.marks.filter((own) => own.label === "rating").sort((a, b) => b.n - a.n)[0];
      return mark?.n ? words().say("a_agreement", { share: words().share(mark.median), n: words().whole(mark.n) }) : words().say("too_few");
    },
  };
  const KINDS = { bars: (_, result) => leading(result), map: (_, result) => leading(result), stack: sides, medians: extremes, shares: extremes, heat: known, held: known, grid: related, account: (card, result) => accounts[card.id](result) };

  const sentence = (card, result) => {
    if (result.unable === "none_selected" && card.id === "slices") return words().say("a_slices_none");
    return result.unable ? words().say(result.unable) : KINDS[card.kind](card, result);
  };
  return { sentence, kinds: KINDS };
})();
