/* The address: filters, language and theme as the part behind #, so that a link shows what its sender saw. */
"use strict";

cine.state = (() => {
  const LETTERS = { kind: "k", country: "c", language: "l", tag: "tag", person: "p", collected: "col", band: "b" };

  /** What the address says; what it says wrongly is as if it said nothing. */
  const parse = (hash) => {
    const said = new URLSearchParams(hash.replace(/^#/, ""));
    const filters = { ...cine.select.NONE };
    for (const [name, letter] of Object.entries(LETTERS)) filters[name] = said.get(letter) ?? "";
    if (!["movie", "series"].includes(filters.kind)) filters.kind = "";
    if (!["in", "single"].includes(filters.collected)) filters.collected = "";
    if (!cine.select.BANDS[filters.band] || !/^\d$/.test(filters.band)) filters.band = "";
    filters.genres = (said.get("g") ?? "").split(",").filter((id) => /^-?\d+$/.test(id));
    filters.all = said.get("all") === "1";
    const years = /^(\d{0,4})-(\d{0,4})$/.exec(said.get("y") ?? "");
    filters.from = years?.[1] ? Number(years[1]) : null;
    filters.to = years?.[2] ? Number(years[2]) : null;
    filters.money = said.get("m") === "1";
    filters.real = said.get("real") === "1";
    filters.votes = Math.min(Number.MAX_SAFE_INTEGER, Math.max(0, Number.parseInt(said.get("v") ?? "0", 10) || 0));
    return { filters, lang: said.get("lang") ?? "", theme: said.get("theme") ?? "" };
  };

  const write = ({ filters, lang, theme }) => {
    const said = new URLSearchParams();
    if (filters.genres.length) said.set("g", filters.genres.join(","));
    if (filters.all) said.set("all", "1");
    if (filters.from !== null || filters.to !== null) said.set("y", `${filters.from ?? ""}-${filters.to ?? ""}`);
    if (filters.money) said.set("m", "1");
    if (filters.real) said.set("real", "1");
    if (filters.votes) said.set("v", String(filters.votes));
    for (const [name, letter] of Object.entries(LETTERS)) if (filters[name] !== "") said.set(letter, filters[name]);
    if (lang) said.set("lang", lang);
    if (theme) said.set("theme", theme);
    return `#${said}`;
  };

  return { parse, write };
})();
