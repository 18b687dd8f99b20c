/* The cards on the page: which are drawn (those near the screen), and redrawn when the selection changes. */
"use strict";

cine.board = (() => {
  const { h } = cine;
  const SECTIONS = ["holdings", "money", "franchises", "audience", "place", "people", "themes", "run"];
  const places = new Map(); // by card id
  let near;
  const fit = (place) => (place.chart.getWidth() === place.canvas.clientWidth ? place.chart.resize() : paint(place)); // names are told by the room they have
  const sizes = new ResizeObserver((entries) => entries.map((entry) => places.get(entry.target.dataset.card)).filter((place) => place?.chart).forEach(fit));
  let current = { titles: null, rows: null, filters: null };

  const build = (card) => {
    const { say, sayOf } = cine.words;
    const place = { card, isNear: false, isStale: true, chart: null };
    place.canvas = h("div", { class: "canvas", role: "img", tabindex: "-1" });
    place.answer = h("p", { class: "answer", "aria-live": "off" });
    place.line = h("p", { class: "line" });
    place.table = h("div", { class: "figures", hidden: true });
    const isDrawn = cine.draw.isDrawn(card);
    place.toggle = h("button", { type: "button", class: "toggle", "aria-expanded": "false", onclick: () => flip(place) }, say("table"));
    place.toggle.setAttribute("aria-label", `${say("table")}: ${sayOf("q", card.id)}`);
    const note = [card.id, card.counted, card.format].map((key) => sayOf("note", key)).filter(Boolean).join(" ");
    place.element = h(
      "article", { class: `card${card.wide ? " wide" : ""}`, id: `card-${card.id}`, "aria-labelledby": `q-${card.id}` },
      h("div", { class: "heading" }, h("h3", { id: `q-${card.id}` }, sayOf("q", card.id)), isDrawn ? place.toggle : null),
      place.answer, isDrawn ? place.canvas : null, place.table, place.line, note ? h("p", { class: "note" }, note) : null,
    );
    if (!isDrawn) place.table.hidden = false;
    place.element.dataset.card = card.id;
    place.canvas.dataset.card = card.id;
    return place;
  };

  const flip = (place) => {
    place.table.hidden = !place.table.hidden;
    place.toggle.setAttribute("aria-expanded", String(!place.table.hidden));
    if (!place.table.hidden) fillTable(place);
  };

  const pick = (place, index) => {
    const mark = place.result.marks[index];
    if (!mark?.rows.length) return;
    const { card } = place;
    cine.drill.open(mark.part ? `${mark.label} · ${cine.words.partOf(mark)}` : mark.label, mark.rows, card.filter ? card.filter(mark.key, current.titles) : null);
  };

  /** A figure as it was computed, unrounded; of a return less one, as it is told. */
  const exact = (card, value) => (Number.isFinite(value) ? value - (card.format === "roi" ? 1 : 0) : null);

  /** The figures as a table: what the drawing shows, for those who cannot see it, and for tests. */
  const fillTable = (place) => {
    const { say, count, figure, interval, partOf, sayOf } = cine.words;
    const { card, result } = place;
    const hasFigure = result.marks.some((mark) => mark.median !== undefined);
    const hasPart = result.marks.some((mark) => mark.part !== undefined);
    const isAccount = card.kind === "account";
    const kind = isAccount || ["heat", "conclusions"].includes(card.kind) ? "share" : card.format ?? "number";
    const hasInterval = result.marks.some((mark) => mark.low !== undefined);
    const moves = result.marks.some((mark) => mark.popularity !== undefined) ? ["popularity", "votes"] : [];
    const opens = result.marks.some((mark) => mark.rows.length);
    const head = [say("group"), hasPart && say("part"), say("n"), hasFigure && say(kind === "share" ? "share" : "median"), hasInterval && say("interval"), ...moves.flatMap((name) => [say(`${name}_before`), say(`${name}_after`)]), opens && say("show_titles")];
    const numbers = [say("n"), say("share"), say("median"), say("interval"), ...moves.flatMap((name) => [say(`${name}_before`), say(`${name}_after`)])];
    const row = (mark, n) => h(
      "tr", { class: mark.isFew ? "few" : null, "data-key": mark.key, "data-n": mark.n, "data-part": mark.part, "data-value": exact(card, mark.median), "data-low": exact(card, mark.low), "data-high": exact(card, mark.high) },
      h("th", { scope: "row" }, isAccount && card.id !== "slices" && card.id !== "funnel" ? say(mark.label) : mark.label), hasPart ? h("td", {}, partOf(mark)) : null, h("td", { class: "number" }, count(mark.n)),
      hasFigure ? h("td", { class: "number" }, figure(mark.median ?? NaN, kind)) : null,
      hasInterval ? h("td", { class: "number" }, interval(mark, kind)) : null,
      moves.flatMap((name) => mark[name].map((value) => h("td", { class: "number" }, figure(value ?? NaN, "score")))),
      !opens ? null : h("td", {}, !mark.rows.length ? "" : h("button", { type: "button", "aria-label": `${say("show_titles")}: ${mark.label} ${partOf(mark)}`, onclick: () => pick(place, n) }, say("show_titles"))),
    );
    place.table.replaceChildren(h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": sayOf("q", card.id) }, h("table", {}, h("thead", {}, h("tr", {}, head.filter(Boolean).map((name) => h("th", { scope: "col", class: numbers.includes(name) ? "number" : null }, name)))), h("tbody", {}, result.marks.map(row)))));
  };

  const tell = (place) => {
    const { say, count, share } = cine.words;
    const { card, result } = place;
    const sentence = cine.answer.sentence(card, result);
    place.answer.textContent = sentence;
    place.answer.classList.toggle("unable", Boolean(result.unable));
    place.canvas.setAttribute("aria-label", `${cine.words.sayOf("q", card.id)} ${sentence}`);
    const lines = [result.isWhole ? say("whole") : say("covers", { n: count(result.n), share: share(result.coverage), of: count(result.of) })];
    if (result.marks.some((mark) => mark.isFew)) lines.push(say("few", { enough: card.enough ?? cine.groups.ENOUGH }));
    if (result.more > 0) lines.push(say("more", { n: count(result.more) }));
    place.line.textContent = lines.join(" · ");
    Object.assign(place.element.dataset, { n: result.n, of: result.of, coverage: result.coverage, state: result.unable ?? "drawn" });
  };

  const paint = (place) => {
    const { card, result } = place;
    place.canvas.hidden = Boolean(result.unable);
    place.toggle.hidden = Boolean(result.unable);
    if (result.unable) return;
    place.canvas.style.flexBasis = `${cine.draw.height(card, result)}px`; // a taller neighbour makes the card grow, and the drawing with it
    if (!place.chart) {
      place.chart = echarts.init(place.canvas, null, { renderer: "canvas" });
      place.chart.on("click", ({ data }) => data && pick(place, data.mark));
    } else if (place.chart.getWidth() !== place.canvas.clientWidth || place.chart.getHeight() !== place.canvas.clientHeight) {
      place.chart.clear(); // else a resize draws once more what is about to go
      place.chart.resize();
    }
    place.chart.setOption(cine.draw.option(card, result, current.titles, place.canvas.clientWidth), { notMerge: card.kind !== "map" }); // a world drawn anew costs more than all else
  };

  const draw = (place) => {
    place.isStale = false;
    place.element.ariaBusy = null;
    place.result = cine.compute.work(place.card, current.titles, current.rows, current.filters);
    tell(place);
    if (cine.draw.isDrawn(place.card)) paint(place);
    if (!cine.draw.isDrawn(place.card)) place.table.hidden = Boolean(place.result.unable);
    if (!place.table.hidden) fillTable(place);
  };

  /** Lay all cards out anew (a language chosen, a page opened). */
  const layOut = (main, titles) => {
    near?.disconnect();
    sizes.disconnect();
    for (const place of places.values()) place.chart?.dispose();
    places.clear();
    near = new IntersectionObserver((entries) => {
      for (const entry of entries) {
        const place = places.get(entry.target.dataset.card);
        place.isNear = entry.isIntersecting;
        if (place.isNear && place.isStale && current.rows) draw(place);
      }
    }, { rootMargin: "120px" });
    const sections = SECTIONS.map((section) => {
      const cards = cine.cards.filter((card) => card.section === section && (!card.isFor || card.isFor(titles))).map(build);
      for (const place of cards) places.set(place.card.id, place);
      return h("section", { id: section, "aria-labelledby": `s-${section}` }, h("h2", { id: `s-${section}` }, cine.words.say(section === "money" ? "money_section" : section)), cine.words.sayOf("intro", section) ? h("p", { class: "intro" }, cine.words.sayOf("intro", section)) : null, h("div", { class: "cards" }, cards.map((place) => place.element)));
    });
    main.replaceChildren(...sections);
    for (const place of places.values()) near.observe(place.element);
    for (const place of places.values()) sizes.observe(place.canvas);
  };

  const isSeen = (place) => {
    const { top, bottom } = place.element.getBoundingClientRect();
    return bottom > 0 && top < innerHeight;
  };
  /** One card a task, so that the reader's next input waits for no more than one; a newer selection draws them itself. */
  const drawLater = (rows, waiting) => setTimeout(() => {
    if (rows !== current.rows || !waiting.length) return;
    const [place, ...rest] = waiting;
    if (place.isNear && place.isStale) draw(place);
    drawLater(rows, rest);
  }, 0);
  /** A new selection: what is on the screen is drawn at once, what is near it after that, the rest when it comes near. */
  const show = (titles, rows, filters) => {
    current = { titles, rows, filters };
    for (const place of places.values()) {
      place.isStale = true;
      place.element.ariaBusy = "true";
    }
    const near = [...places.values()].filter((place) => place.isNear);
    const seen = near.filter(isSeen);
    seen.forEach(draw);
    cine.afterPaint(() => drawLater(rows, near.filter((place) => place.isStale)));
  };
  const drawAll = () => places.forEach((place) => place.isStale && draw(place));
  const repaint = () => places.forEach((place) => place.chart && !place.result.unable && paint(place));

  return { layOut, show, drawAll, repaint };
})();
