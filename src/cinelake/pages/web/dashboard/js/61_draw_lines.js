/* How years and dates look: lines over a scale of time, where equal distances are equal times. */
"use strict";

Object.assign(cine.draw.kinds, (() => {
  const { text } = cine.draw;
  const COLOUR = { neither: "neither", first: "crime", second: "war", both: "both" };
  const DASHES = { neither: "dotted", first: "solid", second: "dashed", both: "solid" }; // told apart without colours too

  const measure = (colours, tell = cine.words.number) => ({ type: "value", ...(tell === cine.words.number ? { minInterval: 1 } : {}), axisLabel: { ...text(colours), formatter: (tick) => tell(tick) }, splitLine: { lineStyle: { color: colours.grid } } });
  const legend = (colours, names) => ({ show: true, top: 0, left: 0, textStyle: text(colours), itemWidth: 18, itemHeight: 10, formatter: (part) => names[part] ?? part, selectedMode: false });

  const lines = (_, result, colours) => ({
    grid: { left: 8, right: 30, top: 34, bottom: 8, containLabel: true },
    legend: legend(colours, result.names),
    xAxis: { type: "value", scale: true, minInterval: 1, min: ({ min, max }) => (max - min < 10 ? min - 5 : null), max: ({ min, max }) => (max - min < 10 ? max + 5 : null), axisLabel: { ...text(colours), formatter: String }, splitLine: { show: false }, axisLine: { lineStyle: { color: colours.grid } } },
    yAxis: measure(colours),
    series: result.parts.map((part) => ({
      type: "line", name: part, symbol: "circle", symbolSize: 6, showSymbol: true, showAllSymbol: true, itemStyle: { color: colours[COLOUR[part]] }, lineStyle: { width: 2, type: DASHES[part] },
      data: result.marks.flatMap((mark, n) => (mark.part === part ? [{ value: [mark.key, mark.n], mark: n }] : [])),
    })),
  });

  /** Votes by the left scale, popularity by the right one. */
  const dates = (_, result, colours) => ({
    grid: { left: 8, right: 12, top: 34, bottom: 8, containLabel: true },
    legend: legend(colours, { vote_count: `${cine.words.say("vote_count")} ←`, popularity: `${cine.words.capital(cine.words.say("popularity"))} →` }),
    xAxis: { type: "time", axisLabel: { ...text(colours), hideOverlap: true, alignMinLabel: "left", alignMaxLabel: "right", formatter: (at) => cine.words.days([new Date(at).toISOString().slice(0, 10)]) }, axisLine: { lineStyle: { color: colours.grid } } },
    yAxis: [{ ...measure(colours), scale: true }, { ...measure(colours, cine.words.digits), scale: true, splitLine: { show: false } }],
    series: ["vote_count", "popularity"].map((part, side) => ({
      type: "line", name: part, yAxisIndex: side, symbolSize: 9, itemStyle: { color: side ? colours.audience : colours.count }, lineStyle: { width: 2, type: side ? "dashed" : "solid" },
      data: result.marks.flatMap((mark, n) => (mark.part === part ? [{ value: [mark.key, mark.median], mark: n }] : [])),
    })),
  });
  return { lines, dates };
})());
