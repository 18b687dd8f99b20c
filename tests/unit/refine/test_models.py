import re
from importlib.resources import files

import pytest
from tests.support.refine.lakes import BRIDGES

from cinelake.refine.models.macros import fill, parse_fragments
from cinelake.refine.models.model import Column, order_models, parse_model, read_models

GIVEN = {
    "raw_movies",
    "raw_series",
    "raw_file",
    "raw_refused",
    "raw_absent",
    "raw_difference",
    "raw_slice",
    "raw_tombstone",
    "raw_listing",
    "raw_listed",
    "imdb_file",
    "raw_imdb_movies",
    "raw_imdb_series",
    "raw_imdb_title_basics",
    "raw_imdb_title_ratings",
    "raw_imdb_title_principals",
    "raw_imdb_name_basics",
    "cpi",
    "theme_rule",
    "genre_name",
}
MODELS = {model.name: model for model in read_models()}
NOT_PORTABLE = r"\bLIST_TRANSFORM|\bLIST_FILTER|->|::|\bLIST\(|\bFOR \w+ IN\b|\bREGEXP|\bEXCLUDE\b|\bLEN\("


def test_each_model_comes_after_its_inputs() -> None:
    seen = set(GIVEN)
    for model in read_models():
        assert set(model.inputs) <= seen, model.name
        seen.add(model.name)


@pytest.mark.parametrize("name", MODELS)
def test_a_header_names_the_tables_that_the_statement_reads_and_no_others(name: str) -> None:
    known = GIVEN | MODELS.keys()
    read = set(re.findall(r"(?:FROM|JOIN)\s+([a-z_]+)", MODELS[name].sql)) & known
    assert read == set(MODELS[name].inputs)


@pytest.mark.parametrize("name", MODELS)
def test_a_model_uses_only_what_other_engines_know(name: str) -> None:
    assert not re.search(NOT_PORTABLE, MODELS[name].sql)


@pytest.mark.parametrize("name", [name for name, model in MODELS.items() if model.zone != "step"])
def test_a_published_table_says_what_a_row_is_and_has_an_order(name: str) -> None:
    model = MODELS[name]
    assert model.about.endswith(".")
    assert model.keys
    assert model.order


@pytest.mark.parametrize("name", MODELS)
def test_a_reference_leads_to_a_table_that_exists(name: str) -> None:
    for reference in MODELS[name].references:
        assert reference.target in MODELS[reference.table].keys


def test_every_bridge_has_weights_and_refers_to_the_facts() -> None:
    bridges = [model for model in MODELS.values() if model.is_bridge]
    assert {bridge.name for bridge in bridges} == set(BRIDGES)
    assert all("AS weight" in bridge.sql for bridge in bridges)
    assert all(any(each.table == "title" for each in bridge.references) for bridge in bridges)


def test_the_order_follows_from_the_inputs_alone() -> None:
    header = "-- It.\n-- zone: step\n-- inputs: {}\n-- keys: k\nSELECT 1"
    models = [
        parse_model("b", header.format("a")),
        parse_model("c", header.format("b")),
        parse_model("a", header.format("")),
    ]
    assert [model.name for model in order_models(models)] == ["a", "b", "c"]
    assert order_models(models) == order_models(reversed(models))


def test_a_header_without_its_words_is_refused() -> None:
    with pytest.raises(ValueError, match="model x: its header needs zone, inputs and keys"):
        parse_model("x", "-- It.\n-- zone: step\nSELECT 1")


def test_a_line_of_a_header_tells_source_unit_and_null_of_a_column() -> None:
    header = "-- It.\n-- zone: step\n-- inputs: a\n-- keys: k\n"
    lines = (
        "-- column k: the key\n-- column cost: of it; as told\n--     by a: b [US dollars]; null: nobody\n--     knows\n"
    )
    model = parse_model("x", f"{header}{lines}SELECT 1")
    assert model.columns == (
        Column("k", "the key", "", ""),
        Column("cost", "of it; as told by a: b", "US dollars", "nobody knows"),
    )
    assert model.sql == "SELECT 1"


@pytest.mark.parametrize(
    "line", ["column k", "column k:", "column two words: a", "column k: a [b", "column k: a; null: b [c]"]
)
def test_a_line_of_a_column_that_cannot_be_read_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match=r"model x: 'column .* is no 'column NAME: SOURCE"):
        parse_model("x", f"-- It.\n-- zone: step\n-- inputs: a\n-- keys: k\n-- {line}\nSELECT 1")


def test_a_fragment_is_filled_in_by_name_with_its_words_also_within_another() -> None:
    half = "-- fragment half: of something.\n{{ text }} / 2\n"
    both = "-- fragment both: two.\n({{ half text=a.b }}, {{ text }})\n"
    fragments = parse_fragments(f"-- A remark.\n\n{half}\n{both}")
    assert fill("SELECT {{ both text=c }}", fragments) == "SELECT (a.b / 2, c)"


def test_a_place_that_names_no_fragment_is_refused() -> None:
    with pytest.raises(ValueError, match=r"\{\{ thrid \}\}: there is no such fragment"):
        fill("SELECT {{ thrid }}", {"third": "1 / 3"})


@pytest.mark.parametrize("name", MODELS)
def test_no_place_is_left_unfilled(name: str) -> None:
    assert "{{" not in MODELS[name].sql


def test_every_fragment_is_used() -> None:
    package = files("cinelake.refine")
    texts = [
        each.read_text("utf-8")
        for zone in ("staging", "trusted", "refined")
        for each in (package / "models" / zone).iterdir()
    ]
    text = (package / "models" / "macros.sql").read_text("utf-8")
    for name in parse_fragments(text):
        assert any(f"{{{{ {name}" in each for each in (*texts, text)), name
