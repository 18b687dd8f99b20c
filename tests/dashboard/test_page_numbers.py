"""Every number that the page shows is the one that SQL on Refined gives: twins.py tells how a new card comes in."""
# ruff: noqa: S608, RUF001 - our own words; dashes are the page's own

import re
from collections.abc import Iterator
from math import comb, isnan
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from tests.dashboard.browser import Open, draw, watch
from tests.dashboard.rich import fill_richly
from tests.dashboard.shown import ask, ask_groups, choose, find_wilson, open_refined, read_cards
from tests.dashboard.test_pack import aged_lake
from tests.dashboard.twins import ACCOUNTS, APART, COVERAGE, GRIDS, MONEY, TABLES, TWINS, UNPROVEN, Twin
from tests.refine.lakes import build
from tests.support.chromium import launch

from cinelake.dashboard.build import gather_pack
from cinelake.dashboard.page import draw_page, read_parts
from cinelake.lake.local import LocalStore
from cinelake.lake.storage import Store
from cinelake.refine.query import open_tables

if TYPE_CHECKING:
    from playwright.sync_api import Page

ROOM = 200
HAS = "title_key IN (SELECT title_key FROM title_{} WHERE {})"
CRIME, WAR = HAS.format("genre", "genre_id = 80"), HAS.format("genre", "genre_id = 10752")
FRANCE = HAS.format("country", "country_code = 'FR'")
FILTERS = {
    "": "TRUE",
    "k=movie": "kind = 'movie'",
    "k=series": "kind = 'series'",
    "y=1980-2005": "release_year BETWEEN 1980 AND 2005",
    "v=100": "tmdb_votes >= 100",
    "m=1": MONEY,
    "l=en": "original_language = 'en'",
    "c=US": HAS.format("country", "country_code = 'US'"),
    "g=80,10752": f"({CRIME} OR {WAR})",
    "g=80,10752&all=1": f"({CRIME} AND {WAR})",
    "col=in": "collection_id IS NOT NULL",
    "b=2": f"{MONEY} AND budget >= 5e6 AND budget < 20e6",
    "tag=World%20War%20II": HAS.format("theme", "tag = 'World War II'"),
    "p=tmdb-7": HAS.format("cast", "person_key = 'tmdb-7' AND position <= 8"),
    "g=80&y=1990-": f"{CRIME} AND release_year >= 1990",
    "m=1&real=1&c=FR": f"{MONEY} AND {FRANCE}",
}
CONDITIONS = {**FILTERS, "g=80": CRIME}


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rich") / "lake"
    store = LocalStore(folder)
    fill_richly(store)
    build(store)
    return folder


@pytest.fixture(scope="module")
def open_page() -> Iterator[Open]:
    with launch() as browser, watch(browser) as start:
        yield start


@pytest.fixture(scope="module")
def whole_page(open_page: Open, lake: Path) -> "Page":
    return open_page(draw(LocalStore(lake), lake.parent, "whole"))


@pytest.fixture(scope="module")
def sample_page(open_page: Open, lake: Path) -> "Page":
    file = lake.parent / "sample.html"
    file.write_text(draw_page(read_parts(), gather_pack(LocalStore(lake), ROOM)), encoding="utf-8")
    return open_page(file)


@pytest.fixture(scope="module")
def whole(lake: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_refined(lake) as refined:
        yield refined


@pytest.fixture(scope="module")
def sample(lake: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """What a page with little room keeps: by the same hash, chosen here by another way."""
    money = "(budget IS NOT NULL AND revenue IS NOT NULL)"
    with open_tables(LocalStore(lake)) as tables:
        count = "SELECT count(*), count(*) FILTER {m} FROM title".format(m=f"(WHERE {money})")
        of, whole_count = map(int, map(str, tables.ask(count).rows[0]))
    drawn = min(max(ROOM - whole_count, ROOM - ROOM // 2), of - whole_count)
    assert whole_count > ROOM // 2  # so votes let nobody in
    others = f"(SELECT title_key FROM title WHERE NOT {money} ORDER BY md5(title_key) LIMIT {drawn})"
    weight = f"if({money}, 1, {(of - whole_count) / drawn})"
    with open_refined(lake, f"{money} OR title_key IN {others}", weight) as refined:
        yield refined


def select(page: "Page", state: str) -> dict[str, dict[str, Any]]:
    page.evaluate("state => { location.hash = state; dispatchEvent(new HashChangeEvent('hashchange')); }", f"#{state}")
    return read_cards(page)


def near(value: object) -> object:
    return pytest.approx(value, rel=1e-6, abs=1e-9) if isinstance(value, float) else value


def expect_card(refined: duckdb.DuckDBPyConnection, card: dict[str, Any], state: str) -> None:
    """Totals, rows, chart and texts of one card."""
    name = card["id"]
    if name in APART or name in UNPROVEN:
        return
    if name in ACCOUNTS:
        expect_account(refined, card)
    elif name in TABLES:
        expect_table(refined, card)
    elif name in GRIDS:
        expect_grid(refined, card)
    else:
        assert name == "coverage" or name in TWINS, f"card {name} has no twin: add it to twins.py"
        twin = Twin("shares", COVERAGE) if name == "coverage" else TWINS[name]
        real = "_real" if "real=1" in state else ""
        expect_groups(refined, card, twin, {"budget": f"budget{real}", "revenue": f"revenue{real}"})


def expect_totals(refined: duckdb.DuckDBPyConnection, card: dict[str, Any], rows: str) -> None:
    """The n, coverage and selection of a card, exact and in its line."""
    (of,) = ask(refined, "SELECT coalesce(sum(w), 0)::DOUBLE AS n FROM chosen")
    counted = f"SELECT coalesce(sum(w), 0)::DOUBLE AS n FROM (SELECT DISTINCT title_key, w FROM ({rows}))"
    (n,) = ask(refined, counted)
    assert (card["n"], card["of"]) == (near(n["n"]), near(of["n"])), card["id"]
    share = n["n"] / of["n"] if of["n"] else 0
    assert card["coverage"] == near(share)
    shown = [float(each.replace(",", "")) for each in re.findall(r"\d[\d,.]*", card["line"].split(" · Faded")[0])][:3]
    assert shown == [
        pytest.approx(expected, abs=0.5001 * step) for expected, step in ((n["n"], 1), (share * 100, 0.1), (of["n"], 1))
    ], (card["id"], card["line"])


def expect_groups(refined: duckdb.DuckDBPyConnection, card: dict[str, Any], twin: Twin, dollars: dict[str, str]) -> None:
    if card["state"].startswith("lacks_"):
        assert not card["rows"]
        return
    rows = twin.rows.format(**dollars) if "{budget}" in twin.rows or "{revenue}" in twin.rows else twin.rows
    groups = ask_groups(refined, twin, dollars)
    if twin.kind == "slopes":
        rows = f"SELECT * FROM ({rows}) WHERE key IN ({', '.join(str(group['key']) for group in groups) or 'NULL'})"
    expect_totals(refined, card, rows)
    if not groups:
        assert card["state"] == "none_selected"
        return
    keys: dict[Any, float] = {}
    for group in groups:
        keys[group["key"]] = keys.get(group["key"], 0) + group["n"]
    kept = (
        choose_slopes(groups) if twin.kind == "slopes" else set(sorted(keys, key=lambda key: (-keys[key], key))[: twin.top])
    )
    kept = {key for key in kept if keys[key] >= twin.least}
    if not kept:
        assert card["state"] == "none_selected"
        return
    wanted = {(group["label"], group.get("part")): group for group in groups if group["key"] in kept}
    expect_rows(card, twin, wanted)
    if len(keys) > len(kept):
        assert f"{len(keys) - len(kept)} more group" in card["line"], card["id"]
    expect_chart(card, wanted)
    if twin.kind != "slopes":
        expect_answer(card, wanted)


def expect_rows(card: dict[str, Any], twin: Twin, wanted: dict[Any, dict[str, Any]]) -> None:
    """Each group with its n, figure and interval, unrounded."""
    found = {(row["label"], row["part"]): row for row in card["rows"] if row["n"]}
    assert found.keys() == wanted.keys(), card["id"]
    for place, group in wanted.items():
        row = found[place]
        message = f"{card['id']} {place}: {row}"
        assert row["n"] == near(float(group["n"])), message
        for end in ("value", "low", "high"):
            if end in group:
                less = 0.0
                assert row[end] == near(float(group[end]) - less), f"{end} of {message}"
        if "value" in group:
            assert row["isFew"] == (group["c"] < (5 if twin.kind == "slopes" else 20)), message


def choose_slopes(groups: list[dict[str, Any]]) -> set[Any]:
    """The eight that rise most and the eight that fade most, of those with enough titles where two have them."""
    ordered = sorted(groups, key=lambda group: (-group["value"], group["key"]))
    sure = [group for group in ordered if group["c"] >= 5]
    pool = sure if len(sure) >= 2 else ordered
    return {group["key"] for group in (pool if len(pool) <= 16 else [*pool[:8], *pool[-8:]])}


def expect_chart(card: dict[str, Any], wanted: dict[Any, dict[str, Any]]) -> None:
    """What is drawn: medians with their percentiles, shares and counts."""
    assert sorted(mark for mark, _ in card["chart"]) == list(range(len(card["rows"]))), (
        "a mark of the drawing is no row of the table"
    )
    for mark, drawn in card["chart"]:
        row = card["rows"][mark]
        group = wanted.get((row["label"], row["part"]))
        if group is None:
            assert drawn == 0
            continue
        if card["id"] == "coverage":
            assert drawn[2] == near(float(group["value"]))
        elif card["id"] == "by_year":
            assert drawn == [group["key"], near(float(group["n"]))]
        elif card["id"] == "map":
            assert 10**drawn == near(float(group["n"]))
        elif "p10" in group:
            plus = 1 if is_return(card["id"]) else 0
            ends = [float(group[name]) + plus for name in ("p10", "low", "high", "p90")]
            assert drawn[1:] == [near(end) for end in ends], card["id"]
        elif "value" in group:
            assert drawn[1:] == [near(float(group[name])) for name in ("low", "low", "high", "high")]
        else:
            assert drawn == near(float(group["n"]))


def is_return(name: str) -> bool:
    return name.startswith("roi_")


def expect_answer(card: dict[str, Any], wanted: dict[Any, dict[str, Any]]) -> None:
    """The sentence names the highest and lowest group that has enough titles, with its n."""
    enough = [
        (group, label) for (label, part), group in wanted.items() if group["c"] >= 20 and "value" in group and not part
    ]
    if not enough:
        return
    best = max(enough, key=lambda pair: pair[0]["value"])
    worst = min(enough, key=lambda pair: pair[0]["value"])
    for group, _ in (best, worst):
        same = [label for other, label in enough if other["value"] == group["value"]]
        assert any(label in card["answer"] for label in same), (card["id"], card["answer"])
    numbers = {each.replace(",", "") for each in re.findall(r"n = ≈?([\d,]+)", card["answer"])}
    assert numbers <= {str(int(group["n"] + 0.5)) for group, _ in enough}, (card["id"], card["answer"])
    if len({group["value"] for group, _ in enough}) == len(enough) > 1:
        assert ("do not overlap" in card["answer"]) == (best[0]["low"] > worst[0]["high"]), (card["id"], card["answer"])


def expect_grid(refined: duckdb.DuckDBPyConnection, card: dict[str, Any]) -> None:
    x, y, cell, where = GRIDS[card["id"]]
    rows = f"SELECT *, {x} AS x, {y} AS y FROM chosen WHERE {where} AND x IS NOT NULL AND y IS NOT NULL"
    expect_totals(refined, card, rows)
    cells = (
        f"SELECT {cell} AS cx, floor({y} * 2 + 0.5) / 2 AS cy, sum(w)::DOUBLE AS n FROM ({rows}) GROUP BY ALL ORDER BY ALL"
    )
    found = [row["n"] for row in card["rows"]]
    assert found == [near(row["n"]) for row in ask(refined, cells)], card["id"]
    if card["state"] != "drawn":
        return
    ranked = f"""WITH r AS ({rows}), a AS (SELECT *, sum(w) OVER (ORDER BY x) - sum(w) OVER (PARTITION BY x) / 2 AS rx,
      sum(w) OVER (ORDER BY y) - sum(w) OVER (PARTITION BY y) / 2 AS ry FROM r),
      m AS (SELECT *, sum(w * rx) OVER () / sum(w) OVER () AS mx, sum(w * ry) OVER () / sum(w) OVER () AS my FROM a)
      SELECT count(*) AS c,
        sum(w * (rx - mx) * (ry - my)) / sqrt(sum(w * (rx - mx)^2) * sum(w * (ry - my)^2)) AS r FROM m"""
    (told,) = ask(refined, ranked)
    if told["c"] >= 20 and not isnan(told["r"]):  # of equal values there is none
        shown = re.search(r"correlation (-?[\d.]+)", card["answer"])
        assert shown is not None
        assert float(shown[1]) == pytest.approx(told["r"], abs=0.00501), (card["id"], card["answer"])


def expect_table(refined: duckdb.DuckDBPyConnection, card: dict[str, Any]) -> None:
    place = "key" if card["id"] in {"conclusions", "dates"} else "label"
    wanted = {(row["label"], row["part"]): row for row in ask(refined, TABLES[card["id"]])}
    found = {(row[place], row["part"]): row for row in card["rows"]}
    assert found.keys() == wanted.keys()
    for key, group in wanted.items():
        row = found[key]
        assert row["n"] == near(float(group["n"])), key
        if "value" in group:
            assert row["value"] == near(group["value"]), key
        if group.get("m"):
            assert (row["low"], row["high"]) == tuple(map(near, find_wilson(group["value"], group["m"]))), key
            assert row["isFew"] == (group.get("c", group["n"]) < 20), key
        moved = [float(cell.replace(",", "")) if cell != "—" else None for cell in row["cells"][1:5] if "p" in group]
        assert moved == [group[name] and pytest.approx(group[name], rel=5.1e-3) for name in "pqvu" if "p" in group], key


def expect_account(refined: duckdb.DuckDBPyConnection, card: dict[str, Any]) -> None:
    wanted = [tuple(row.values()) for row in ask(refined, ACCOUNTS[card["id"]])]
    assert len(card["rows"]) == len(wanted)
    told = sorted(((row["part"], row["n"], row["value"]) for row in card["rows"]), key=repr)
    for found, expected in zip(told, sorted(((p, n, s) for _, p, n, s in wanted), key=repr), strict=True):
        assert found == tuple(near(each) for each in expected), card["id"]


def expect_key_figures(page: "Page", refined: duckdb.DuckDBPyConnection) -> None:
    (told,) = ask(
        refined,
        "SELECT coalesce(sum(w), 0)::DOUBLE AS titles, coalesce(sum(w) FILTER (kind = 'movie'), 0)::DOUBLE AS films,"
        " coalesce(sum(w) FILTER (kind = 'series'), 0)::DOUBLE AS series,"
        " coalesce(min(release_year) || '–' || max(release_year), '—') AS years,"
        " coalesce(sum(w) FILTER (budget > 0 AND revenue > 0), 0)::DOUBLE AS money,"
        " coalesce(sum(w) FILTER (tmdb_rating IS NOT NULL), 0)::DOUBLE AS rated FROM chosen",
    )
    for name, expected in told.items():
        place = page.locator(f"#figure-{name}")
        shown = place.get_attribute("data-value") or ""
        assert (float(shown) if isinstance(expected, float) else shown) == near(expected), name
        if name in {"money", "rated"} and told["titles"]:
            share = float((place.locator("span").text_content() or "").strip("%"))
            assert share == pytest.approx(100 * expected / told["titles"], abs=0.0501)


def expect_page(page: "Page", refined: duckdb.DuckDBPyConnection, state: str) -> None:
    choose(refined, CONDITIONS[state])
    cards = select(page, state)
    expect_key_figures(page, refined)
    wrong = []
    for card in cards.values():  # all of them, so that one run names each card that is wrong
        try:
            expect_card(refined, card, state)
        except (AssertionError, ValueError) as error:
            wrong.append(f"{card['id']}: {error}")
    assert not wrong, "\n\n".join(wrong)
    findings = page.locator("#findings li").all_text_contents()
    assert findings
    for text in findings:  # each is the sentence of a card, which was compared
        assert any(card["answer"] in text for card in cards.values())


@pytest.mark.parametrize("state", FILTERS)
def test_every_number_is_that_of_sql(whole_page: "Page", whole: duckdb.DuckDBPyConnection, state: str) -> None:
    expect_page(whole_page, whole, state)


@pytest.mark.parametrize("state", ["", "g=80", "y=1980-2005"])
def test_every_number_of_a_sample_is_that_of_sql_with_its_weights(
    sample_page: "Page", sample: duckdb.DuckDBPyConnection, state: str
) -> None:
    expect_page(sample_page, sample, state)


def test_a_sample_says_so_and_its_money_is_exact(
    sample_page: "Page", whole_page: "Page", sample: duckdb.DuckDBPyConnection, whole: duckdb.DuckDBPyConnection
) -> None:
    told = select(sample_page, "")
    kept, of = (ask(each, "SELECT count(*) AS n FROM kept")[0]["n"] for each in (sample, whole))
    said = sample_page.locator("#sampled")
    assert said.is_visible()
    assert [int(each) for each in re.findall(r"\d+", said.text_content() or "")] == [kept, of]
    assert "≈" in told["genres"]["answer"]
    exact = select(whole_page, "")
    assert float(sample_page.locator("#figure-titles").get_attribute("data-value") or 0) == pytest.approx(of)
    for name in ("roi_band", "roi_decade", "budget_decade", "earned_back"):
        assert [row["n"] for row in told[name]["rows"]] == [row["n"] for row in exact[name]["rows"]]
        assert [row["value"] for row in told[name]["rows"]] == [near(row["value"]) for row in exact[name]["rows"]]


def test_ages_are_those_of_sql(open_page: Open, tmp_path: Path) -> None:
    folder = tmp_path / "aged"
    copy_lake(aged_lake(), LocalStore(folder))
    with open_refined(folder) as refined:
        choose(refined, "TRUE")
        card = read_cards(open_page(draw(LocalStore(folder), tmp_path)))["ages"]
        assert len(card["rows"]) == 2
        expect_card(refined, card, "")


def copy_lake(source: Store, target: Store) -> None:
    for entry in list(source.list_entries("")):
        stored = source.read(entry.key)
        assert stored is not None
        target.write(entry.key, stored.data)


@pytest.mark.parametrize("weight", [1, 4.25])
def test_equal_weights_change_no_median_and_no_interval(whole_page: "Page", weight: float) -> None:
    same = """weight => [1, 2, 5, 20, 21, 50].map(count => {
      const values = Array.from({length: count}, (_, n) => (n * 37) % 101);
      const all = [cine.stats.summarise(values, null), cine.stats.summarise(values, values.map(() => weight))];
      return all.map(({median, low, high}) => [median, low, high]);
    })"""
    for plain, weighted in whole_page.evaluate(same, weight):
        assert weighted == [near(float(each)) for each in plain]


def test_the_interval_of_a_median_covers_it_with_95_percent(whole_page: "Page") -> None:
    counts = [20, 21, 33, 50, 99, 200, 501]
    for count, (low, high) in zip(
        counts, whole_page.evaluate("all => all.map(cine.stats.medianRanks)", counts), strict=True
    ):
        assert sum(comb(count, below) for below in range(low + 1, high + 1)) / 2**count >= 0.95
