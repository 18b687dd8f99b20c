/* The list of titles behind a mark: sorted, in pages, with links, and as CSV. Titles are text, never HTML, never a formula. */
"use strict";

cine.drill = (() => {
  const { h } = cine;
  const PAGE = 50; // rows
  let titles;
  let change;
  let list = { label: "", rows: [], filter: null, by: "votes", isDown: true, page: 0 };

  const orNull = (value, none) => (value === none || Number.isNaN(value) ? null : value);
  const COLUMNS = {
    title: [(r) => titles.title[r], "name"],
    year: [(r) => orNull(titles.year[r], 0xffff), "year"],
    votes: [(r) => orNull(titles.tmdb_votes[r], 0xffffffff), "vote_count"],
    rating: [(r) => (titles.tmdb[r] === 0xffff ? null : titles.tmdb[r] / 1000), "rating"],
    budget: [(r) => orNull(titles.budget[r], 0), "budget"],
    revenue: [(r) => orNull(titles.revenue[r], 0), "revenue"],
    roi: [(r) => (titles.budget[r] > 0 && titles.revenue[r] > 0 ? titles.revenue[r] / titles.budget[r] - 1 : null), "roi"],
  };
  const tmdbOf = (r) => (titles.id[r] === 0xffffffff ? "" : `https://www.themoviedb.org/${titles.kind[r] === 1 ? "tv" : "movie"}/${titles.id[r]}`); // no number of TMDB's
  const imdbOf = (r) => (titles.imdb[r] ? `https://www.imdb.com/title/tt${String(titles.imdb[r]).padStart(7, "0")}/` : "");

  /** Unknown last, whichever way; the same values by row. */
  const sorted = () => {
    const [valueOf] = COLUMNS[list.by];
    const sign = list.isDown ? -1 : 1;
    return Array.from(list.rows).sort((a, b) => {
      const [x, y] = [valueOf(a), valueOf(b)];
      if (x === null || y === null) return (x === null) - (y === null) || a - b;
      return sign * (typeof x === "string" ? x.localeCompare(y) : x - y) || a - b;
    });
  };

  const cellOf = (name, row) => {
    const { figure, count } = cine.words;
    const value = COLUMNS[name][0](row);
    if (name === "title") return h("th", { scope: "row" }, value.trim() ? value : `TMDB ${titles.id[row]}`); // a row has a name
    const FORMS = { year: String, votes: count, rating: (v) => figure(v, "rating"), budget: (v) => figure(v, "money"), revenue: (v) => figure(v, "money"), roi: (v) => figure(v + 1, "roi") };
    return h("td", { class: "number", "data-value": value }, value === null ? "—" : FORMS[name](value));
  };
  const link = (address, name, title) => (address ? h("a", { href: address, rel: "noopener noreferrer", target: "_blank", "aria-label": `${name}: ${title}` }, name) : null);

  /** A cell of CSV; a text that a spreadsheet would run as a formula gets an apostrophe before it. */
  const csvCell = (value) => {
    if (value === null) return "";
    if (typeof value === "number") return String(value);
    const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
    return `"${safe.replaceAll('"', '""')}"`;
  };
  /** CSV is for programs: names, numbers and dates are the same in every language, with a point and without separators of thousands. */
  const csvOf = (rows) => {
    const names = Object.keys(COLUMNS);
    const lines = rows.map((r) => [...names.map((name) => csvCell(COLUMNS[name][0](r))), csvCell(tmdbOf(r)), csvCell(imdbOf(r))].join(","));
    return `\ufeff${[[...names, "tmdb", "imdb"].join(","), ...lines].join("\r\n")}\r\n`;
  };
  const save = () => {
    const address = URL.createObjectURL(new Blob([csvOf(sorted())], { type: "text/csv;charset=utf-8" }));
    h("a", { href: address, download: "titles.csv" }).click();
    setTimeout(() => URL.revokeObjectURL(address), 1000);
  };

  const head = () => Object.entries(COLUMNS).map(([name, [, word]]) => {
    const sort = list.by === name ? (list.isDown ? "descending" : "ascending") : "none";
    const turn = () => { Object.assign(list, { by: name, isDown: list.by === name ? !list.isDown : name !== "title", page: 0 }); draw(name); };
    return h("th", { scope: "col", "aria-sort": sort }, h("button", { type: "button", "data-sort": name, onclick: turn }, cine.words.say(word), sort === "none" ? "" : list.isDown ? " ▾" : " ▴"));
  });

  const draw = (focused) => {
    const { say, count } = cine.words;
    const dialog = document.getElementById("drill");
    const pages = Math.max(1, Math.ceil(list.rows.length / PAGE));
    const rows = sorted().slice(list.page * PAGE, (list.page + 1) * PAGE);
    const go = (step) => { list.page += step; draw(step < 0 ? "previous" : "next"); };
    dialog.setAttribute("aria-label", list.label);
    dialog.replaceChildren(
      h("div", { class: "heading" }, h("h2", {}, say("drill", { label: list.label, n: cine.words.number(list.rows.length) })), h("button", { type: "button", id: "drill-close", onclick: () => dialog.close() }, say("close"))),
      h(
        "div", { class: "actions" }, h("button", { type: "button", id: "csv", onclick: save }, say("csv")),
        list.filter ? h("button", { type: "button", id: "filter-by", onclick: () => { dialog.close(); change(list.filter); } }, say("filter_by")) : null,
        h("button", { type: "button", id: "previous", disabled: list.page === 0, onclick: () => go(-1) }, say("previous")),
        h("span", { role: "status" }, say("page_of", { page: count(list.page + 1), pages: count(pages) })),
        h("button", { type: "button", id: "next", disabled: list.page + 1 >= pages, onclick: () => go(1) }, say("next")),
      ),
      h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": list.label }, h("table", {}, h("thead", {}, h("tr", {}, head(), h("th", { scope: "col" }, say("links")))), h("tbody", {}, rows.map((row) => h("tr", {}, Object.keys(COLUMNS).map((name) => cellOf(name, row)), h("td", { class: "links" }, link(tmdbOf(row), "TMDB", titles.title[row]), " ", link(imdbOf(row), "IMDb", titles.title[row]))))))),
    );
    if (focused) (dialog.querySelector(`[data-sort="${focused}"]`) ?? dialog.querySelector(`#${focused}:not([disabled])`))?.focus();
  };

  /** Show the titles of rows; filter is what "filter the page by this" would set, or null. */
  const open = (label, rows, filter) => {
    list = { ...list, label, rows, filter, page: 0, by: "votes", isDown: true };
    draw();
    document.getElementById("drill").showModal();
  };
  const use = (own, onChange) => { titles = own; change = onChange; };

  return { use, open, csvOf };
})();
