import re
from importlib.resources import files

import pytest
from tests.support.refine.lakes import BRIDGES

from cinelake.refine.models.macros import expand, parse_macros
from cinelake.refine.models.model import ZONES, Column, order_models, parse_model, read_models

LOADED = {
    "raw_movies",
    "raw_series",
    "raw_file",
    "raw_refused",
    "raw_absent",
    "raw_slice",
    "raw_tombstone",
    "typed_chunk",
    "known_record",
    "known_title",
    "previous_person_usual",
    "previous_person_unusual",
    "day_record",
    "day_listed",
    "day_listing",
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
"""The tables that are loaded into the engine before the models are built."""
MODELS = {model.name: model for model in read_models()}
NOT_PORTABLE = r"\bLIST_TRANSFORM|\bLIST_FILTER|->|::|\bLIST\(|\bFOR \w+ IN\b|\bREGEXP|\bEXCLUDE\b|\bLEN\("


def test_models_are_built_after_their_inputs() -> None:
    built = set(LOADED)
    for model in read_models():
        assert set(model.inputs) <= built, model.name
        built.add(model.name)


@pytest.mark.parametrize("name", MODELS)
def test_inputs_are_the_tables_that_the_statement_reads(name: str) -> None:
    known = LOADED | MODELS.keys()
    read = set(re.findall(r"(?:FROM|JOIN)\s+([a-z_]+)", MODELS[name].sql)) & known
    assert read == set(MODELS[name].inputs)


@pytest.mark.parametrize("name", MODELS)
def test_models_use_portable_sql(name: str) -> None:
    assert not re.search(NOT_PORTABLE, MODELS[name].sql)


@pytest.mark.parametrize("name", [name for name, model in MODELS.items() if model.zone != "staging"])
def test_published_tables_have_a_description_and_an_order(name: str) -> None:
    model = MODELS[name]
    assert model.about.endswith(".")
    assert model.keys
    assert model.order


@pytest.mark.parametrize("name", MODELS)
def test_references_lead_to_keys(name: str) -> None:
    for reference in MODELS[name].references:
        assert reference.target in MODELS[reference.table].keys


def test_bridges_have_weights_and_refer_to_title() -> None:
    bridges = [model for model in MODELS.values() if model.is_bridge]
    assert {bridge.name for bridge in bridges} == set(BRIDGES)
    assert all("AS weight" in bridge.sql for bridge in bridges)
    assert all(any(each.table == "title" for each in bridge.references) for bridge in bridges)


def test_build_order_depends_on_inputs_alone() -> None:
    header = "-- It.\n-- inputs: {}\n-- keys: k\nSELECT 1"
    inputs = {"b": "a", "c": "b", "a": ""}
    models = [parse_model(name, "staging", header.format(needed)) for name, needed in inputs.items()]
    assert [model.name for model in order_models(models)] == ["a", "b", "c"]
    assert order_models(models) == order_models(reversed(models))


def test_a_header_without_keys_is_refused() -> None:
    with pytest.raises(ValueError, match="model x: its header needs the lines inputs and keys"):
        parse_model("x", "staging", "-- It.\n-- inputs: a\nSELECT 1")


def test_a_column_line_has_source_unit_and_null() -> None:
    header = "-- It.\n-- inputs: a\n-- keys: k\n"
    lines = "-- column k: the key\n-- column cost: the cost; as in\n--     a: b [US dollars]; null: not\n--     known\n"
    model = parse_model("x", "refined", f"{header}{lines}SELECT 1")
    assert model.columns == (
        Column("k", "the key", "", ""),
        Column("cost", "the cost; as in a: b", "US dollars", "not known"),
    )
    assert (model.sql, model.zone) == ("SELECT 1", "refined")


@pytest.mark.parametrize(
    "line", ["column k", "column k:", "column two words: a", "column k: a [b", "column k: a; null: b [c]"]
)
def test_an_invalid_column_line_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match=r"model x: invalid line 'column .*, expected 'column NAME: SOURCE"):
        parse_model("x", "staging", f"-- It.\n-- inputs: a\n-- keys: k\n-- {line}\nSELECT 1")


def test_macros_are_expanded_with_arguments_and_within_macros() -> None:
    half = "-- macro half: of something.\n{{ text }} / 2\n"
    both = "-- macro both: two.\n({{ half text=a.b }}, {{ text }})\n"
    macros = parse_macros(f"-- A remark.\n\n{half}\n{both}")
    assert expand("SELECT {{ both text=c }}", macros) == "SELECT (a.b / 2, c)"


def test_expanded_lines_are_indented_as_the_placeholder() -> None:
    macros = {"sum": "SUM(\n    {{ one }}\n)", "one": "1\n\n+ 1"}
    assert expand("SELECT\n  a, {{ sum }} AS b", macros) == "SELECT\n  a, SUM(\n      1\n\n      + 1\n  ) AS b"


def test_an_unknown_macro_is_refused() -> None:
    with pytest.raises(ValueError, match=r"\{\{ thrid \}\}: there is no such macro or argument"):
        expand("SELECT {{ thrid }}", {"third": "1 / 3"})


@pytest.mark.parametrize("name", MODELS)
def test_models_have_no_placeholder_left(name: str) -> None:
    assert "{{" not in MODELS[name].sql


def test_every_macro_is_used() -> None:
    package = files("cinelake.refine.models")
    texts = [each.read_text("utf-8") for zone in ZONES for each in (package / zone).iterdir()]
    text = (package / "macros.sql").read_text("utf-8")
    for name in parse_macros(text):
        assert any(f"{{{{ {name}" in each for each in (*texts, text)), name
