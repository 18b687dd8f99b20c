"""docs/model.md agrees with the models: every table, every column and every reference."""

import re
from pathlib import Path

import pytest

from cinelake.refine.models.model import list_published, read_models
from cinelake.refine.models.reference_page import COMMAND, classify_model, render_page
from cinelake.refine.models.table_types import Types, build_types

PAGE = Path(__file__).parent.parent.parent / "docs/model.md"
MODELS = read_models()
PUBLISHED = {model.name: model for model in list_published(MODELS)}
DRAWN = re.findall(r"^    (\w+) [|o]+--[|o{]+ (\w+) : (\w+)$", PAGE.read_text(), flags=re.MULTILINE)


@pytest.fixture(scope="module")
def types() -> Types:
    return build_types(MODELS)


@pytest.mark.parametrize("name", PUBLISHED)
def test_headers_describe_the_columns_in_order(types: Types, name: str) -> None:
    assert [column.name for column in PUBLISHED[name].columns] == list(types[name]), (
        f"the header of {name}.sql needs a line '-- column NAME: SOURCE [UNIT]; null: MEANING' for each column"
    )


def test_the_page_is_up_to_date(types: Types) -> None:
    assert PAGE.read_text() == render_page(MODELS, types), f"docs/model.md is out of date; run `{COMMAND}`"


def test_references_in_the_diagram_exist(types: Types) -> None:
    drawn = {(name, column, table) for table, name, column in DRAWN}
    refined = [model for model in PUBLISHED.values() if model.zone == "refined"]
    assert len(drawn) == len(DRAWN) == sum(len(model.references) for model in refined)
    for model in PUBLISHED.values():
        for reference in model.references:
            assert model not in refined or (model.name, reference.column, reference.table) in drawn
            assert types[model.name][reference.column] == types[reference.table][reference.target]


def test_keys_and_columns_of_bridges_are_never_null() -> None:
    for model in PUBLISHED.values():
        nullable = {column.name for column in model.columns if column.null}
        assert not nullable & set(model.keys), model.name
        assert not nullable & {"weight", "position"} or not model.is_bridge, model.name


def test_roles_follow_from_references() -> None:
    roles = {name: classify_model(model, MODELS) for name, model in PUBLISHED.items() if model.zone == "refined"}
    assert roles["title"] == roles["snapshot"] == "fact"
    assert roles["title_genre"] == "bridge"
    assert roles["genre"] == roles["calendar"] == "dimension"
    assert roles["funnel"] == roles["quarantine"] == "quality"


def test_nested_fields_are_listed() -> None:
    section = PAGE.read_text().partition("### trusted_movies")[2]
    assert "| `production_companies` | STRUCT(…)[] |" in section
    assert re.search(r"- `production_companies`: `STRUCT\(id BIGINT, .*origin_country VARCHAR\)\[\]`", section)
