/* How things are said: texts filled in, numbers, dates and names as the chosen language writes them. Returns text, never HTML. */
"use strict";

cine.words = (() => {
  let lang = "en";
  let format = {};
  let names = {};
  let isEstimate = false;
  const TAGS = { en: "en-US", pt: "pt-BR" };
  const GENRES_PT = {
    12: "Aventura", 14: "Fantasia", 16: "Animação", 18: "Drama", 27: "Terror", 28: "Ação", 35: "Comédia", 36: "História", 37: "Faroeste", 53: "Suspense", 80: "Crime", 99: "Documentário", 878: "Ficção científica",
    9648: "Mistério", 10402: "Música", 10749: "Romance", 10751: "Família", 10752: "Guerra", 10770: "Filme para TV", 10759: "Ação e aventura", 10762: "Infantil", 10763: "Notícias", 10764: "Reality", 10765: "Ficção e fantasia", 10766: "Novela", 10767: "Entrevistas", 10768: "Guerra e política",
  };
  const use = (chosen, weighted) => {
    lang = Object.hasOwn(TAGS, chosen) ? chosen : "en";
    isEstimate = weighted;
    const tag = TAGS[lang];
    const make = (options) => new Intl.NumberFormat(tag, { signDisplay: "negative", ...options }); // never "-0"
    format = {
      whole: make({ maximumFractionDigits: 0 }), number: make({ maximumFractionDigits: 1 }), tick: new Intl.NumberFormat(tag, { signDisplay: "exceptZero", maximumFractionDigits: 1 }), signed: new Intl.NumberFormat(tag, { signDisplay: "exceptZero", minimumFractionDigits: 2, maximumFractionDigits: 2 }), two: make({ minimumFractionDigits: 2, maximumFractionDigits: 2 }), digits: make({ maximumSignificantDigits: 3 }), rough: make({ maximumSignificantDigits: 2 }),
      share: make({ style: "percent", maximumFractionDigits: 1 }), money: make({ style: "currency", currency: "USD", notation: "compact", maximumFractionDigits: 1 }),
      date: new Intl.DateTimeFormat(tag, { dateStyle: "long", timeStyle: "short", timeZone: "UTC" }), day: new Intl.DateTimeFormat(tag, { dateStyle: "long", timeZone: "UTC" }), compact: make({ notation: "compact", maximumFractionDigits: 1 }), month: new Intl.DateTimeFormat(tag, { month: "short", timeZone: "UTC" }),
    };
    names = Object.fromEntries(["region", "language"].map((type) => [type, new Intl.DisplayNames([tag], { type, fallback: "none" })]));
  };
  const chosen = () => lang;
  /** {n} is the value n; {n?title|titles} is the first word where n is told as 1, else the second. */
  const filled = (text, values) => text.replace(/\{(\w+)(?:\?([^|}]*)\|([^}]*))?\}/g, (_, name, one, many) => (many === undefined ? values[name] : String(values[name]) === "1" ? one : many));
  const say = (key, values = {}) => filled(cine.texts[lang][key] ?? term(key), values);
  const term = (text) => cine.termOf(lang, text);
  const sayOf = (group, key) => cine.texts[lang][group][key] ?? "";

  const count = (value) => (isEstimate ? "≈" : "") + format.whole.format(value);
  const number = (value) => format.number.format(value);
  const whole = (value) => format.whole.format(value);
  const digits = (value) => format.digits.format(value);
  /** As a label begins. */
  const capital = (text) => text.charAt(0).toLocaleUpperCase(TAGS[lang]) + text.slice(1);
  const LEAST_SHARE = 0.001; // one digit behind the point of per cent
  const share = (value) => (!Number.isFinite(value) ? "—" : value > 0 && value < LEAST_SHARE / 2 ? `<${format.share.format(LEAST_SHARE)}` : format.share.format(value));
  const named = (type, code, other) => {
    try {
      return names[type].of(code) ?? other;
    } catch {
      return other; // codes of TMDB that no standard has
    }
  };
  const PAST_PT = { // what browsers call by a country of today, or not at all: TMDB's names serve in English
    SU: "União Soviética", YU: "Iugoslávia", XC: "Tchecoslováquia", XG: "Alemanha Oriental", DD: "Alemanha Oriental", CS: "Sérvia e Montenegro",
    AN: "Antilhas Holandesas", ZR: "Zaire", BU: "Birmânia", TP: "Timor Leste", FX: "França metropolitana", NT: "Zona Neutra", YD: "Iêmen do Sul",
  };
  const OWN_LANGUAGES = { cn: "yue", xx: "zxx" }; // TMDB's own codes: Cantonese, and no language
  const country = ([code, name]) => (Object.hasOwn(PAST_PT, code) ? (lang === "pt" && PAST_PT[code]) || (name ?? code) : named("region", code, name ?? code));
  const language = ([code, name]) => capital(named("language", OWN_LANGUAGES[code] ?? code, name ?? code));
  const genre = ([id, name]) => (lang === "pt" && GENRES_PT[id]) || name;
  const genreNamed = (titles, name) => genre(titles.dims.genre.find((entry) => entry[1] === name) ?? [0, term(name)]);
  const tag = (name) => capital(term(name));
  const month = (key) => capital(format.month.format(new Date(Date.UTC(2000, key - 1, 15))));
  const decade = (key) => say("decade", { year: key });
  const decadeShort = (key) => (lang === "pt" ? `${key}` : `${key}s`);
  /** Millions of US dollars from low to high; bandShort has no currency, for axes. */
  const bandShort = ([low, high]) => (high === Infinity ? `>${number(low)}M` : `${number(low)}–${number(high)}M`);
  const band = ([low, high]) => say(high === Infinity ? "band_above" : "band_of", { low: number(low), high: number(high) });
  const step = (low, next, unit) => `${next === undefined ? `${low}+` : next - 1 === low ? low : `${low}–${next - 1}`} ${unit && say(unit)}`;

  /** A figure of a card: a return is told less one, since its scale is revenue over budget. */
  const figure = (value, kind) => {
    if (!Number.isFinite(value)) return "—";
    const FORMS = { roi: () => format.two.format(value - 1), money: () => format.money.format(value), rating: () => format.two.format(value), share: () => share(value), years: () => String(Math.round(value)), step: () => format.signed.format(value), growth: () => `×${format.two.format(Math.exp(value))}`, score: () => digits(value) };
    return (FORMS[kind] ?? (() => number(value)))();
  };
  const axis = (value, kind) => (kind === "step" ? format.tick.format(value) : kind === "money" && lang === "pt" ? format.compact.format(value) : kind === "roi" ? `×${format.digits.format(value)}` : kind === "growth" ? `×${format.rough.format(Math.exp(value))}` : kind === "rating" ? number(value) : figure(value, kind));
  /** A minus beside a dash would be read as one. */
  const interval = (mark, kind) => [mark.low, mark.high].map((value) => figure(value, kind)).join(kind === "step" || figure(mark.low, kind).startsWith("-") ? ` ${say("up_to")} ` : "–");
  const partOf = (mark) => mark.partName ?? (mark.part === undefined ? "" : say(mark.part === "titles" ? "titles_part" : mark.part));
  const markText = (mark, card) => {
    const lines = [partOf(mark) ? `${mark.label} · ${partOf(mark)}` : mark.label, `n = ${count(mark.n)}`];
    if (mark.low !== undefined) lines.push(`${say(card.format === "share" ? "share" : "median")} ${figure(mark.median, card.format)} (${interval(mark, card.format)})`);
    return lines.join("\n");
  };
  const date = (text) => format.date.format(new Date(text));

  /** The first and the last of the days of collection, which come in order. */
  const days = (list) => {
    const told = [list[0], list.at(-1)].filter(Boolean).map((day) => format.day.format(new Date(day)));
    return [...new Set(told)].join(" – ") || "—";
  };

  return { term, whole, digits, genreNamed, days, use, chosen, say, sayOf, count, number, share, country, language, genre, tag, month, decade, decadeShort, band, bandShort, capital, step, figure, axis, interval, partOf, markText, date };
})();
