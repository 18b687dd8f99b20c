/* The cards of money and of franchises. Returns count titles whose budget and revenue both reach the floor of 20_select.js. */
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
  const medians = { section: "money", kind: "medians", log: true, needs: "money" };
  const roi = { ...medians, value: multiple, format: "roi", reference: 1 };
  const budget = { ...medians, value: dollars("budget", "budget_real"), format: "money" };
  const revenue = { ...medians, value: dollars("revenue", "revenue_real"), format: "money" };
  const genre = { ...keys.genre, order: "median", horizontal: true };
  const country = { ...keys.country, order: "median", top: 15, horizontal: true };
  return [
    { id: "roi_band", ...roi, ...keys.band },
    { id: "roi_decade", ...roi, ...keys.decade },
    { id: "roi_genre", ...roi, ...genre },
    { id: "roi_country", ...roi, ...country },
    { id: "budget_decade", ...budget, ...keys.decade },
    { id: "revenue_decade", ...revenue, ...keys.decade },
    { id: "budget_genre", ...budget, ...genre },
    { id: "revenue_genre", ...revenue, ...genre },
    { id: "budget_country", ...budget, ...country },
    { id: "revenue_country", ...revenue, ...country },
    { id: "revenue_band", ...revenue, ...keys.band },
    {
      id: "earned_back", section: "money", kind: "shares", format: "share", needs: "money", ...keys.band,
      value: (titles, row) => (hasMoney(titles, row) ? Number(titles.revenue[row] >= titles.budget[row]) : NaN),
    },
    { id: "roi_collection", ...roi, section: "franchises", ...keys.collected },
    { id: "roi_instalment", ...roi, section: "franchises", ...keys.instalment },
    { id: "roi_gap", ...roi, section: "franchises", ...keys.gap },
    { id: "collections", section: "franchises", kind: "bars", ...keys.collection, order: "n", top: 15, horizontal: true },
  ];
})());
