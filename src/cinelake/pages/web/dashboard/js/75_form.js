/* The filters as a form: it shows a Filters value, and tells a new one when its reader changes something. */
"use strict";

cine.form = (() => {
  const { h } = cine;
  const LAST_YEAR = 9999;

  const choice = (id, label, options, value, change) => h(
    "label", { for: id }, label,
    h("select", { id, onchange: (event) => change(event.target.value) }, options.map(([key, name]) => h("option", { value: key, selected: String(key) === String(value) }, name))),
  );
  /** A whole number from 0 to `most`: what the address can hold, so that a link shows what its sender saw. */
  const number = (id, label, value, most, change) => {
    const bound = (text) => (text === "" ? null : Math.trunc(Math.min(most, Math.max(0, Number(text)))));
    return h("label", { for: id }, label, h("input", { id, type: "number", min: 0, max: most, inputmode: "numeric", value: value ?? "", onchange: (event) => change(bound(event.target.value)) }));
  };
  const check = (id, label, value, change) => h("label", { for: id, class: "check" }, h("input", { id, type: "checkbox", checked: value, onchange: (event) => change(event.target.checked) }), label);

  /** Entries of a dimension that titles have, by their names as the language writes them. */
  const listUsed = (titles, name, column, label) => {
    const list = titles[column];
    const found = [...new Set(list.items ?? list)].filter((index) => list.items || index !== 0xffff);
    return found.map((index) => [titles.dims[name][index][0], label(titles.dims[name][index])]).sort((a, b) => a[1].localeCompare(b[1]));
  };
  const lists = new Map(); // of the whole lake: they change with the language alone
  const used = (titles, name, column, label) => {
    const key = `${cine.words.chosen()} ${name}`;
    if (!lists.has(key)) lists.set(key, listUsed(titles, name, column, label));
    return lists.get(key);
  };

  const genres = (titles, filters, change) => {
    const { say, genre } = cine.words;
    const toggle = (id) => change({ genres: filters.genres.includes(id) ? filters.genres.filter((own) => own !== id) : [...filters.genres, id] });
    const buttons = used(titles, "genre", "genres", genre).map(([id, name]) => {
      const key = String(id);
      return h("button", { type: "button", class: "chip", id: `genre-${key}`, "aria-pressed": String(filters.genres.includes(key)), onclick: () => toggle(key) }, name);
    });
    const match = choice("genre-match", say("genre_match"), [["", say("any")], ["1", say("all")]], filters.all ? "1" : "", (value) => change({ all: value === "1" }));
    return h("div", { class: "genres", role: "group", "aria-label": say("genre_match") }, match, buttons);
  };

  /** Filters that a click on a mark set, each with a button that takes it away. */
  const extras = (titles, filters, change) => {
    const { say, band, tag } = cine.words;
    const person = titles.dims.person.find((entry) => String(entry[0]) === filters.person);
    const said = {
      tag: filters.tag && tag(filters.tag), person: filters.person && (person?.[1] ?? filters.person),
      collected: filters.collected && say(filters.collected === "in" ? "in_collection" : "single"), band: filters.band !== "" && say("band", { band: band(cine.select.BANDS[filters.band]) }),
    };
    return Object.entries(said).filter(([, name]) => name).map(([key, name]) => h("button", { type: "button", class: "chip extra", "aria-label": say("remove", { name }), onclick: () => change({ [key]: "" }) }, `${name} ✕`));
  };

  const fill = (form, titles, filters, change) => {
    const { say, country, language } = cine.words;
    const shape = JSON.stringify([cine.words.chosen(), { ...filters, from: null, to: null, votes: 0 }]);
    if (form.dataset.shape === shape) { // a number alone has changed, by its reader's going elsewhere: what he goes to must stay where it is
      for (const [id, value] of Object.entries({ from: filters.from, to: filters.to, votes: filters.votes || null })) form.querySelector(`#${id}`).value = value ?? "";
      return;
    }
    form.dataset.shape = shape;
    const focused = document.activeElement?.closest("#filters") ? document.activeElement.id : "";
    form.replaceChildren(
      genres(titles, filters, change),
      h(
        "div", { class: "fields" },
        choice("kind", say("kind"), [["", say("both_kinds")], ["movie", say("movie")], ["series", say("series")]], filters.kind, (kind) => change({ kind })),
        number("from", say("from"), filters.from, LAST_YEAR, (from) => change({ from })), number("to", say("to"), filters.to, LAST_YEAR, (to) => change({ to })),
        choice("country", say("country"), [["", say("every")], ...used(titles, "country", "countries", country)], filters.country, (value) => change({ country: value })),
        choice("language", say("spoken"), [["", say("every")], ...used(titles, "language", "language", language)], filters.language, (value) => change({ language: value })),
        number("votes", say("votes"), filters.votes || null, Number.MAX_SAFE_INTEGER, (votes) => change({ votes: votes ?? 0 })),
        choice("dollars", say("dollars"), [["", say("nominal")], ["1", say("real", { year: titles.head.real_year ?? "?" })]], filters.real ? "1" : "", (value) => change({ real: value === "1" })),
        check("money-only", say("money_only"), filters.money, (money) => change({ money })),
      ),
      h("div", { class: "extras" }, extras(titles, filters, change), h("button", { type: "button", id: "clear", onclick: () => change({ ...cine.select.NONE }) }, say("clear"))),
    );
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  };

  return { fill };
})();
