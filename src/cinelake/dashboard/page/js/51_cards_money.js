/* Owns the cards of money and of franchises. Returns count titles whose budget and revenue both reach the floor of 20_select.js. */
"use strict";

cine.cards.push(...(() => {
  const { keys } = cine;
  const { hasMoney } = cine.select;
  const inMoney = (filters, plain, real) => (filters.real ? real : plain);
  /** Revenue over budget: the return plus one, so that a scale can be logarithmic. Both are of one year: prices cancel out. */
  const multiple = (titles, row) => (hasMoney(titles, row) ? titles.revenue[row] / titles.budget[row] : NaN);
  const dollars = (plain, real) => (titles, row, filters) => {
    const value = inMoney(filters, titles[plain], titles[real])[row];
    return hasMoney(titles, row) && value > 0 ? value : NaN;
  };
  const roi = { kind: "medians", value: multiple, log: true, format: "roi", reference: 1, needs: "money" };
  return [
    { id: "roi_band", section: "money", ...roi, ...keys.band },
    { id: "roi_decade", section: "money", ...roi, ...keys.decade },
    { id: "roi_genre", section: "money", ...roi, ...keys.genre, order: "median", horizontal: true },
    { id: "roi_country", section: "money", ...roi, ...keys.country, order: "median", top: 15, horizontal: true },
    { id: "budget_decade", section: "money", ...roi, reference: undefined, value: dollars("budget", "budget_real"), format: "money", ...keys.decade },
    { id: "revenue_decade", section: "money", ...roi, reference: undefined, value: dollars("revenue", "revenue_real"), format: "money", ...keys.decade },
    {
      id: "earned_back", section: "money", kind: "shares", format: "share", needs: "money", ...keys.band,
      value: (titles, row) => (hasMoney(titles, row) ? Number(titles.revenue[row] >= titles.budget[row]) : NaN),
    },
    { id: "roi_collection", section: "franchises", ...roi, ...keys.collected },
    { id: "roi_instalment", section: "franchises", ...roi, ...keys.instalment },
    { id: "roi_gap", section: "franchises", ...roi, ...keys.gap },
    { id: "collections", section: "franchises", kind: "bars", ...keys.collection, order: "n", top: 15, horizontal: true },
  ];
})());
