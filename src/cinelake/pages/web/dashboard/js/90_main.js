/* The page: it decodes the pack, keeps the one state (filters, language, theme), and lets each part show it. */
"use strict";

cine.main = (() => {
  const { h } = cine;
  const $ = (id) => document.getElementById(id);
  let state = { filters: cine.select.NONE, lang: "", theme: "" };
  let titles;
  let chosen; // rows
  let whole = null; // the rows of all titles: what their cards worked out is kept until the language changes

  const browserLanguage = () => ((navigator.languages ?? ["en"])[0].startsWith("pt") ? "pt" : "en");

  const figures = (rows) => {
    const { say, count, share } = cine.words;
    const kept = (test) => rows.filter(test);
    const money = kept((r) => titles.budget[r] > 0 && titles.revenue[r] > 0);
    const rated = kept((r) => titles.tmdb[r] !== 0xffff);
    const series = kept((r) => titles.kind[r] === 1);
    const weigh = (own) => cine.groups.weigh(titles, own);
    let [first, last] = [Infinity, -Infinity];
    for (const r of rows) if (titles.year[r] !== 0xffff) { first = Math.min(first, titles.year[r]); last = Math.max(last, titles.year[r]); }
    const all = weigh(rows);
    const pair = (id, value, name, more) => h("div", {}, h("dt", {}, name), h("dd", { id: `figure-${id}`, "data-value": value }, h("b", {}, typeof value === "number" ? count(value) : value), more ? h("span", {}, more) : ""));
    return [
      pair("titles", all, say("titles"), say("selected", { n: count(all), of: count(titles.head.sample?.of ?? titles.n) })),
      pair("films", all - weigh(series), say("films")), pair("series", weigh(series), say("serieses")), pair("years", last > first ? `${first}–${last}` : last === first ? String(last) : "—", say("span")),
      pair("money", weigh(money), say("with_money"), share(all ? weigh(money) / all : NaN)), pair("rated", weigh(rated), say("with_rating"), share(all ? weigh(rated) / all : NaN)),
    ];
  };
  const FINDINGS = ["roi_collection", "roi_band", "rating_decade", "years"];
  /** Answers of some cards; those that the data cannot give stand last. */
  const findings = (rows) => FINDINGS.map((id) => {
    const card = cine.cards.find((own) => own.id === id);
    return { card, result: cine.compute.work(card, titles, rows, state.filters) };
  }).sort((a, b) => Boolean(a.result.unable) - Boolean(b.result.unable)).map(({ card, result }) => {
    return h("li", {}, h("a", { href: `#card-${card.id}`, onclick: (event) => { event.preventDefault(); $(`card-${card.id}`).scrollIntoView({ block: "center" }); } }, cine.words.sayOf("q", card.id)), " ", cine.answer.sentence(card, result), result.unable ? "" : h("small", {}, cine.words.say("covers", { n: cine.words.count(result.n), share: cine.words.share(result.coverage), of: cine.words.count(result.of) })));
  });

  const rowsNow = () => {
    if (cine.state.write({ filters: state.filters }) !== "#") return cine.select.rowsOf(titles, state.filters);
    return (whole ??= cine.select.rowsOf(titles, cine.select.NONE));
  };
  const select = () => {
    const rows = rowsNow();
    cine.form.fill($("filters"), titles, state.filters, change);
    $("key-figures").replaceChildren(...figures(rows));
    const find = () => rows === chosen && $("findings").replaceChildren(...findings(rows));
    chosen = rows;
    if ($("findings").getBoundingClientRect().bottom > 0) find();
    else cine.afterPaint(find); // scrolled away: the cards come first
    cine.board.show(titles, rows, state.filters);
    document.documentElement.dataset.selected = rows.length;
  };

  const remember = () => {
    try {
      history.replaceState(null, "", cine.state.write(state));
    } catch {
      // a frame without an address of its own (srcdoc), or too many changes at once: the page goes on without a link
    }
  };
  const change = (part) => {
    state = { ...state, filters: { ...state.filters, ...part } };
    remember();
    select();
  };

  /** All that depends on the language. */
  const speak = () => {
    const { say } = cine.words;
    whole = null;
    cine.words.use(state.lang || browserLanguage(), titles.isWeighted);
    const lang = cine.words.chosen();
    document.documentElement.lang = lang === "pt" ? "pt-BR" : "en";
    const { head } = titles;
    const all = head.sample?.of ?? titles.n;
    document.title = say("title", { n: cine.words.number(all) });
    $("title").textContent = document.title;
    $("subtitle").textContent = say("subtitle", { lake: head.lake, built: cine.words.date(head.built_at), days: cine.words.days(head.snapshots?.dates ?? []) });
    $("sampled").hidden = !head.sample;
    if (head.sample) $("sampled").textContent = say("sampled", { kept: cine.words.number(head.sample.kept), of: cine.words.number(all) });
    for (const element of document.querySelectorAll("[data-say]")) element.textContent = say(element.dataset.say);
    const pick = (id, options, value, set) => h("label", { for: id }, say(id === "lang" ? "language" : "theme"), h("select", { id, onchange: (event) => set(event.target.value) }, options.map(([key, name]) => h("option", { value: key, selected: key === value, lang: id === "lang" ? key : null }, name))));
    $("switches").replaceChildren(
      pick("lang", [["en", "English"], ["pt", "Português"]], lang, (value) => { state.lang = value; remember(); speak(); $("lang").focus(); }),
      pick("theme", [["", say("auto")], ["light", say("light")], ["dark", say("dark")]], state.theme, (value) => { state.theme = value; remember(); dress(); cine.board.repaint(); }),
    );
    if (!titles.n) return void $("board").replaceChildren(h("p", { class: "empty" }, say("empty")));
    cine.board.layOut($("board"), titles);
    select();
  };
  const dress = () => { document.documentElement.dataset.theme = state.theme; };

  const start = async () => {
    const head = JSON.parse($("head").textContent);
    titles = cine.titles = await cine.data.readTitles(head, $("blob").textContent);
    $("blob").textContent = "";
    document.body.classList.toggle("is-empty", !titles.n);
    cine.drill.use(titles, change);
    $("filters").addEventListener("submit", (event) => event.preventDefault());
    document.querySelector(".skip").addEventListener("click", (event) => { event.preventDefault(); $("board").focus(); }); // the address is the state's
    $("panel").open = innerWidth >= 640; // on a phone the answers come first
    state = cine.state.parse(location.hash);
    dress();
    speak();
    addEventListener("hashchange", () => { state = cine.state.parse(location.hash); dress(); speak(); });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", cine.board.repaint);
    const toPaper = () => { document.documentElement.dataset.paper = ""; cine.board.drawAll(); cine.board.repaint(); };
    const toScreen = () => { delete document.documentElement.dataset.paper; cine.board.repaint(); };
    addEventListener("beforeprint", toPaper);
    addEventListener("afterprint", toScreen);
    matchMedia("print").addEventListener("change", ({ matches }) => (matches ? toPaper() : toScreen())); // previews tell by this alone
    document.documentElement.dataset.ready = "yes";
  };
  start();

  return { change };
})();
