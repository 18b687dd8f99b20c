/* How a result looks: ECharts options. Colours mean the same everywhere, and are told apart by colour-blind readers (Okabe-Ito). */
"use strict";

cine.draw = (() => {
  const look = () => {
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(`--${name}`).trim();
    const names = ["ink", "muted", "grid", "raised", "count", "money", "audience", "share", "crime", "war", "both", "neither", "low", "high"];
    return Object.fromEntries(names.map((name) => [name, colour(name)]));
  };
  const COLOUR = { titles: "count", crime: "crime", war: "war", both: "both", neither: "neither" };
  const FORMAT_COLOUR = { roi: "money", money: "money", rating: "audience", share: "share", years: "count", number: "audience", step: "audience", growth: "money" };
  const faded = (mark) => (mark.isFew ? 0.35 : 1);
  const text = (colours) => ({ color: colours.muted, fontFamily: "system-ui, sans-serif", fontSize: 12 });
  /** How names stand below a drawing so wide: aslant where they would touch; every so many where they follow an order that all know. */
  const namesBelow = (card, names, width) => {
    const isTight = width / names.length < 6 + 7 * Math.max(...names.map((name) => name.length));
    if (card.horizontal || (names.length <= 7 && !isTight)) return { interval: 0 };
    return card.filter && names.length > 7 ? {} : { interval: 0, rotate: isTight ? 45 : 0 };
  };
  const axes = (card, names, value, colours, width) => {
    const category = { type: "category", data: names, axisLabel: { ...text(colours), fontSize: 11, width: card.horizontal ? 150 : 90, overflow: "truncate", ...namesBelow(card, names, width - 60) }, axisTick: { show: false }, axisLine: { lineStyle: { color: colours.grid } } };
    const measure = { splitNumber: card.horizontal && value.type !== "log" ? Math.min(5, Math.max(2, Math.floor((width - 150) / 80))) : 5, axisLabel: { ...text(colours), hideOverlap: true, formatter: (tick) => cine.words.number(tick) }, splitLine: { lineStyle: { color: colours.grid } }, ...value };
    return card.horizontal ? { xAxis: measure, yAxis: { ...category, inverse: true } } : { xAxis: category, yAxis: measure };
  };
  const base = (colours) => ({
    animation: false, textStyle: text(colours), grid: { left: 8, right: 30, top: 10, bottom: 8, containLabel: true },
    tooltip: { confine: true, renderMode: "richText", backgroundColor: colours.raised, borderColor: colours.grid, textStyle: { ...text(colours), color: colours.ink } },
    legend: { show: false },
  });
  const tip = (marks, card) => ({ formatter: ({ data }) => (data ? cine.words.markText(marks[data.mark], card) : "") });
  const namesOf = (card, marks, titles) => marks.map((mark) => (card.short ? card.short(mark.key, titles) : mark.label));
  const unique = (list) => [...new Set(list)];

  const bars = (card, result, colours, titles, width) => ({
    ...axes(card, namesOf(card, result.marks, titles), { type: "value", minInterval: 1 }, colours, width),
    series: [{ type: "bar", barMaxWidth: 26, data: result.marks.map((mark, n) => ({ value: mark.n, mark: n, itemStyle: { color: colours.count, opacity: faded(mark) } })) }],
  });

  const stack = (card, result, colours, titles, width) => ({
    ...axes(card, namesOf(card, result.groups, titles), { type: "value", minInterval: 1 }, colours, width),
    grid: { left: 8, right: 30, top: 30, bottom: 8, containLabel: true },
    legend: { show: result.parts.length > 1, data: result.parts.filter((part) => result.marks.some((mark) => mark.part === part && mark.n)), top: 0, left: 0, textStyle: text(colours), itemWidth: 12, itemHeight: 12, formatter: cine.words.say, selectedMode: false },
    series: result.parts.map((part, side) => ({
      type: "bar", stack: "all", name: part, barMaxWidth: 40, itemStyle: { color: colours[COLOUR[part]] },
      data: result.groups.map((_, n) => ({ value: result.marks[side * result.groups.length + n].n, mark: side * result.groups.length + n })),
    })),
  });

  /** A scale of logarithms, whose ticks are whole doublings: ×½, ×1, ×2, or ×¼, ×1, ×4 where these would be too many. */
  const doublings = (least, most) => {
    const unit = Math.LN2 * Math.max(1, Math.ceil((most - least) / Math.LN2 / 3));
    return { type: "value", min: Math.floor(Math.min(0, least) / unit) * unit, max: Math.ceil(Math.max(0, most) / unit) * unit, interval: unit };
  };
  /** The scale of a measure; what marks are held against lies on it. */
  const scaleOf = (card, least, most) => {
    if (card.log) {
      const low = Math.floor(Math.log10(card.format === "number" ? Math.max(1, least) : least));
      return { type: "log", min: 10 ** low, max: 10 ** Math.max(low + 1, Math.ceil(Math.log10(most))) };
    }
    if (card.format === "rating") return { type: "value", min: Math.floor(least), max: Math.max(Math.floor(least) + 1, Math.ceil(most)), interval: 1 };
    if (card.format === "growth") return doublings(least, most);
    if (card.format === "share") return { type: "value", min: 0, max: 1 };
    const held = card.reference === undefined ? {} : { min: ({ min }) => (min > card.reference ? card.reference : null), max: ({ max }) => (max < card.reference ? card.reference : null) };
    return { type: "value", scale: true, ...(card.format === "years" ? { minInterval: 10 } : {}), ...held };
  };

  /** For each group: a wide pale bar from the 10th to the 90th percentile, a line for the interval, a dot for the median. */
  const medians = (card, result, colours, titles, width) => {
    const colour = colours[FORMAT_COLOUR[card.format]];
    const hasBand = card.kind === "medians"; // trends and shares have an interval alone
    const ends = (mark) => (!hasBand ? [mark.low, mark.low, mark.high, mark.high] : [mark.p10, mark.low, mark.high, mark.p90]);
    const { marks } = result;
    const renderItem = ({ dataIndex, coordSys }, api) => {
      const mark = marks[dataIndex];
      const shown = (value) => (card.log ? Math.max(scale.min, value) : value); // a zero has no place on a logarithmic scale: it lies on the edge
      const point = (value) => api.coord(card.horizontal ? [shown(value), dataIndex] : [dataIndex, shown(value)]);
      const [p10, low, high, p90] = ends(mark).map(point);
      const middle = point(mark.median);
      const at = card.event?.(mark.key, titles) ? point(card.event(mark.key, titles))[0] : NaN; // one long before all titles has no place
      const line = (from, to, lineWidth, opacity) => ({
        type: "line", shape: { x1: from[0], y1: from[1], x2: to[0], y2: to[1] }, style: { stroke: colour, lineWidth, opacity: opacity * faded(mark), lineCap: "butt" },
      });
      return {
        type: "group",
        children: [
          line(p10, p90, 12, hasBand ? 0.22 : 0), line(low, high, 3, 0.9),
          { type: "circle", shape: { cx: middle[0], cy: middle[1], r: 5 }, style: { fill: colours.raised, stroke: colour, lineWidth: 3, opacity: faded(mark) } },
          ...(at >= coordSys.x ? [{ type: "text", x: at, y: middle[1], style: { text: "◆", fill: colours.crime, fontSize: 11, align: "center", verticalAlign: "middle" } }] : []),
        ],
      };
    };
    const all = [...marks.flatMap(ends), ...(card.event ? marks.map((mark) => card.event(mark.key, titles)) : [])].filter((value) => Number.isFinite(value) && (!card.log || value > 0));
    const [least, most] = [Math.min(...all), Math.max(...all)];
    const scale = scaleOf(card, least, most);
    const plan = axes(card, namesOf(card, marks, titles), scale, colours, width);
    plan[card.horizontal ? "xAxis" : "yAxis"].axisLabel.formatter = (value) => cine.words.axis(value, card.format);
    const across = card.horizontal ? "xAxis" : "yAxis";
    const reference = card.reference === undefined ? {} : {
      markLine: { silent: true, symbol: "none", label: { show: false }, lineStyle: { color: colours.muted, type: "dashed" }, data: [{ [across]: card.reference }] },
    };
    return {
      ...plan,
      series: [{
        type: "custom", renderItem, clip: false, encode: card.horizontal ? { x: [1, 2, 3, 4], y: 0 } : { x: 0, y: [1, 2, 3, 4] },
        data: marks.map((mark, n) => ({ value: [n, ...ends(mark)].map((value) => (card.log && value === 0 ? least : value)), mark: n })), ...reference,
      }],
    };
  };

  const titled = (card, side, colours) => (card.axes ? { name: cine.words.say(card.axes[side]), nameLocation: "middle", nameGap: side ? 36 : 26, nameTextStyle: text(colours) } : {});
  /** Names that follow no order are all told: aslant where they are many, and upright on a phone. */
  const told = (card, names, colours, width) => {
    if (card.grouping !== "genre") return text(colours);
    const each = (width - 160) / names.length; // pixels for a name
    return { ...text(colours), interval: 0, ...(each > 95 ? {} : each > 14 ? { rotate: 50, fontSize: 11 } : { rotate: 90, fontSize: 9 }) };
  };
  const PHONE = 480; // pixels of a drawing: cells need them more than names do
  const cells = (xNames, yNames, value, most) => (card, result, colours, titles, width) => ({
    ...(card.axes ? { grid: { left: 26, right: 30, top: 16, bottom: 26, containLabel: true } } : width < PHONE ? { grid: { left: 0, right: 4, top: 10, bottom: 8, containLabel: true } } : {}),
    xAxis: { ...titled(card, 0, colours), type: "category", data: xNames(card, result, titles), axisLabel: told(card, xNames(card, result, titles), colours, width), axisTick: { show: false }, splitArea: { show: false } },
    yAxis: { ...titled(card, 1, colours), type: "category", inverse: card.kind !== "grid", data: yNames(card, result), axisLabel: { ...text(colours), ...(width < PHONE && !card.axes ? { fontSize: 10, width: 108, overflow: "truncate" } : {}), interval: card.kind === "grid" ? (index) => index % 2 === 1 : 0 }, axisTick: { show: false } },
    visualMap: { show: false, min: 0, max: most(result), dimension: 2, inRange: { color: [colours.low, colours.high] } },
    series: [{
      type: "heatmap", itemStyle: { borderColor: colours.raised, borderWidth: 1 },
      data: result.marks.map((mark, n) => ({ value: [mark.x, mark.y, value(mark)], mark: n, itemStyle: { opacity: faded(mark) } })),
    }],
  });
  const heat = cells((card, result, titles) => unique(namesOf(card, result.marks, titles)), (card, result) => (result.across ?? card.across).map((name) => cine.words.capital(cine.words.say(name))), (mark) => mark.share, () => 1);
  const grid = cells(
    (card, result) => result.xAxis.map(card.xLabel ?? cine.words.number), (_, result) => result.yAxis.map(cine.words.number),
    (mark) => Math.log1p(mark.n), (result) => Math.log1p(Math.max(...result.marks.map((mark) => mark.n))),
  );

  const map = (card, result, colours, titles) => {
    if (!echarts.getMap("world")) echarts.registerMap("world", WORLD_SHAPES);
    return {
      visualMap: {
        min: 0, max: Math.log10(Math.max(10, ...result.marks.map((mark) => mark.n))), inRange: { color: [colours.low, colours.high] }, orient: "horizontal", left: "center", bottom: 0,
        textStyle: text(colours), text: [cine.words.count(Math.max(...result.marks.map((mark) => mark.n))), "1"], itemHeight: 80, itemWidth: 12, calculable: false,
      },
      series: [{
        type: "map", map: "world", showLegendSymbol: false, roam: false, selectedMode: false, top: 0, bottom: 30, label: { show: false }, emphasis: { label: { show: false }, itemStyle: { areaColor: colours.audience } },
        itemStyle: { areaColor: colours.grid, borderColor: colours.raised, borderWidth: 0.5 },
        data: result.marks.map((mark, n) => ({ name: titles.dims.country[mark.key][0], value: Math.log10(mark.n), mark: n })),
      }],
    };
  };

  /** What each kind of card is drawn by; 61_draw_lines.js adds to it. */
  const KINDS = { bars, stack, medians, shares: medians, trend: medians, heat, held: heat, grid, map };
  const isDrawn = (card) => card.kind in KINDS;
  /** The option of a drawing that is so wide (pixels). */
  const option = (card, result, titles, width) => {
    const colours = look();
    const drawn = { ...base(colours), ...KINDS[card.kind](card, result, colours, titles, width) };
    return { ...drawn, tooltip: { ...drawn.tooltip, ...tip(result.marks, card) } };
  };
  /** Pixels that a card's drawing needs, by its marks. */
  const height = (card, result) => {
    if (card.kind === "map") return 180; // and more, by the width of the page: page.css
    if (card.horizontal) return Math.max(140, 50 + result.groups.length * 24);
    if (card.kind === "held") return 110 + result.across.length * 20;
    return card.kind === "heat" || card.kind === "grid" ? 340 : 270;
  };
  return { option, height, isDrawn, text, kinds: KINDS };
})();
