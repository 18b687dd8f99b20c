"""Read every value and text that a page shows for several selections."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Page

_READ = """([lang, states, hasTables]) => {
  const exact = text => text === undefined ? null : Number(text);
  const textOf = (place, name) => place.querySelector(name)?.textContent ?? "";
  const chartOf = card => {
    const canvas = card.querySelector(".canvas");
    const chart = canvas && !canvas.hidden && echarts.getInstanceByDom(canvas);
    return chart ? chart.getOption().series.flatMap(one => one.data)
      .filter(({mark}) => mark !== undefined).map(({mark, value}) => [mark, value]) : []; // a map has others too
  };
  const rowsOf = card => card.dataset.state !== "drawn" ? [] : [...card.querySelectorAll("tbody tr")].map(row => ({
    label: row.querySelector("th").textContent, key: row.dataset.key, part: row.dataset.part ?? null,
    n: Number(row.dataset.n),
    value: exact(row.dataset.value), low: exact(row.dataset.low), high: exact(row.dataset.high),
    isFew: row.classList.contains("few"), cells: [...row.cells].slice(1).map(cell => cell.textContent),
  }));
  const read = state => {
    cine.main.change(cine.state.parse(`#${state}`).filters); // as the form does it: what is drawn already is drawn over
    cine.board.drawAll();
    const toggles = document.querySelectorAll(".toggle[aria-expanded=false]:not([hidden])");
    if (hasTables) toggles.forEach(toggle => toggle.click());
    return {
      title: document.title, subtitle: document.getElementById("subtitle").textContent,
      figures: [...document.querySelectorAll("#key-figures dd")].map(place => ({
        id: place.id.replace("figure-", ""), value: place.dataset.value,
        text: textOf(place, "b"), more: textOf(place, "span"),
      })),
      findings: [...document.querySelectorAll("#findings li")].map(place => ({
        card: place.querySelector("a").getAttribute("href").replace("#card-", ""), text: place.textContent,
      })),
      cards: [...document.querySelectorAll("article.card")].map(card => ({
        id: card.dataset.card, state: card.dataset.state, n: Number(card.dataset.n), of: Number(card.dataset.of),
        coverage: Number(card.dataset.coverage), question: textOf(card, "h3"), answer: textOf(card, ".answer"),
        line: textOf(card, ".line"), chart: hasTables ? chartOf(card) : [], rows: hasTables ? rowsOf(card) : [],
      })),
    };
  };
  history.replaceState(null, "", `#lang=${lang}`);
  dispatchEvent(new HashChangeEvent("hashchange"));
  const cards = document.querySelectorAll("article.card");
  cards.forEach(card => Object.assign(card.style, {contain: "strict", height: "30rem"})); // else each moves all others
  return JSON.stringify(states.map(read));
}"""


def read_states(page: "Page", lang: str, states: Sequence[str], *, has_tables: bool = True) -> dict[str, dict[str, Any]]:
    """What a page shows for each state of its address, read in one call so that nothing is painted in between."""
    return dict(zip(states, json.loads(page.evaluate(_READ, [lang, list(states), has_tables])), strict=True))
