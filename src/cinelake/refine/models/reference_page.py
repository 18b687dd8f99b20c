"""Generate docs/model.md, the reference page of all tables, from the headers of the models and the types of the engine.

`python -m cinelake.refine.models.reference_page > docs/model.md` writes it. Invariant: the page is a pure function of
models and types, so a test can compare both.
"""

import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal

from cinelake.refine.models.model import Model, Reference, list_published, read_models
from cinelake.refine.models.table_types import Types, build_types

Role = Literal["fact", "bridge", "dimension", "quality"]
TITLE_KEY = "title_key"
COMMAND = "python -m cinelake.refine.models.reference_page > docs/model.md"
_HEADINGS: Mapping[Role, str] = {
    "fact": "Facts: values of titles",
    "bridge": "Bridges: from titles to dimensions",
    "dimension": "Dimensions: to group titles by",
    "quality": "Data quality: counts of rows, completeness of fields, refused records",
}
_STRUCT = re.compile(r"STRUCT\(.*\)(?P<lists>(\[\])*)")
_OPENING = f"""# Tables

This page is generated from the headers of the models in [refine/models](../src/cinelake/refine/models) and the types of
DuckDB. To update it, run `{COMMAND}`. The [glossary](glossary.md) defines the
terms, and a [decision record](decisions/0009-refine.md) explains the design.

- *from*: the source of a value. `TMDB budget` is a field of the record in Raw; dots separate nested fields.
- *null*: what null means, or *never*. *TMDB has no value* means that the field is null or absent in the record. Version
  1 of the lake, for example, did not store genres, runtime, vote_count and original_title.
- Query the tables with `cinelake sql`. A title is a film or a series. Most tables of Refined refer to it by `title_key`.
"""


def classify_model(model: Model, models: Iterable[Model]) -> Role:
    """The role of a table of Refined, derived from the references between tables."""
    if model.is_bridge:
        return "bridge"
    if model.references:
        return "fact"
    is_target = any(reference.table == model.name for each in models for reference in each.references)
    return "dimension" if is_target else "quality"


def render_page(models: Iterable[Model], types: Types) -> str:
    """The page as Markdown."""
    published = list_published(models)
    refined = [model for model in published if model.zone == "refined"]
    by_role = {role: [model for model in refined if classify_model(model, refined) == role] for role in _HEADINGS}
    by_role["fact"].sort(key=lambda model: model.keys != (TITLE_KEY,))
    drawn = [model for role, each in by_role.items() for model in each if role != "quality"]
    parts = [_OPENING, "## Diagram\n", *_draw(drawn, types)]
    unreferenced = ", ".join(f"`{model.name}`" for model in by_role["quality"])
    parts.append(f"The label of a line is the column that refers to the other table. No table refers to {unreferenced}.\n")
    for role, heading in _HEADINGS.items():
        parts.append(f"## {heading}\n")
        parts += [_describe(model, types[model.name]) for model in by_role[role]]
    parts.append("## Trusted: typed records\n")
    parts += [_describe(model, types[model.name]) for model in published if model.zone == "trusted"]
    return "\n".join(parts)


def _draw(models: Sequence[Model], types: Types) -> Iterator[str]:
    """The tables with their keys and references as a Mermaid diagram."""
    yield "```mermaid\nerDiagram"
    for model in models:
        for reference in model.references:
            yield f"    {reference.table} {_count(model, reference)} {model.name} : {reference.column}"
    for model in models:
        yield f"    {model.name} {{"
        referring = [reference.column for reference in model.references]
        for column in dict.fromkeys((*model.keys, *referring)):
            labels = ", ".join(["PK"] * (column in model.keys) + ["FK"] * (column in referring))
            yield f"        {types[model.name][column]} {column} {labels}"
        yield "    }"
    yield "```\n"


def _count(model: Model, reference: Reference) -> str:
    """The cardinality of both ends of a reference in Mermaid's notation."""
    is_never_null = all(not column.null for column in model.columns if column.name == reference.column)
    at_target = "||" if is_never_null and not reference.is_partial else "|o"
    if model.keys == (reference.column,):
        return f"{at_target}--o|"
    is_complete = model.is_bridge and reference.column == TITLE_KEY  # every title has a link
    return f"{at_target}--{'|{' if is_complete else 'o{'}"


def _describe(model: Model, types: Mapping[str, str]) -> str:
    """One table: what a row is, its keys, and its columns."""
    keys = ", ".join(f"`{key}`" for key in model.keys)
    references = "".join(f" · `{each.column}` → `{each.table}`" for each in model.references)
    lines = [f"### {model.name}\n", f"{model.about} Keys: {keys}{references}\n"]
    lines += ["| column | type | unit | from | null |", "|---|---|---|---|---|"]
    for column in model.columns:
        outer = _STRUCT.sub(r"STRUCT(…)\g<lists>", types[column.name])
        cells = (f"`{column.name}`", outer, column.unit, column.source, column.null or "never")
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    nested = [(name, kind) for name, kind in types.items() if _STRUCT.fullmatch(kind)]
    if nested:
        lines += ["\nNested fields:\n", *(f"- `{name}`: `{kind}`" for name, kind in nested)]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    found = read_models()
    sys.stdout.write(render_page(found, build_types(found)))
