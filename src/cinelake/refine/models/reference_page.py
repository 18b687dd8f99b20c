"""Owns the page that tells what every table is: the words stand in the models' headers, the types come from an engine.

`python -m cinelake.refine.models.reference_page > docs/model.md` renews it. Invariant: the page is a pure function of models and types,
so that a test can hold it to them.
"""

import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal

from cinelake.refine.models.model import Model, Reference, list_published, read_models
from cinelake.refine.models.table_types import Types, build_types

Role = Literal["fact", "bridge", "dimension", "account"]
TITLE_KEY = "title_key"
COMMAND = "python -m cinelake.refine.models.reference_page > docs/model.md"
_HEADINGS: Mapping[Role, str] = {
    "fact": "Facts: what is known of titles",
    "bridge": "Bridges: between titles and what they have many of",
    "dimension": "Dimensions: what titles are grouped by",
    "account": "Accounts: of rows, of fields, of what was kept out",
}
_STRUCT = re.compile(r"STRUCT\(.*\)(?P<lists>(\[\])*)")
_OPENING = f"""# What every table is

Made from the headers in [refine/models](../src/cinelake/refine/models) and from the types that DuckDB gives, by
`{COMMAND}`; a test holds it to both. The words are those of the [glossary](glossary.md); why the
tables are as they are is in the [decisions](decisions/0009-refine.md).

- *from*: where a value comes from. `TMDB budget` is that field of the record in Raw, the dots lead into its parts.
- *null*: what a null means; *never* where there is none. *Nothing* is a field that is null or absent in the record: the
  first version of this lake, for one, kept neither genres nor runtime, vote_count and original_title.
- Ask the tables with `cinelake sql`. A title is a film or a series; most of Refined hangs on one by `title_key`.
"""


def classify_model(model: Model, models: Iterable[Model]) -> Role:
    """What a table of Refined is to the others; it follows from who refers to whom."""
    if model.is_bridge:
        return "bridge"
    if model.references:
        return "fact"
    is_target = any(reference.table == model.name for each in models for reference in each.references)
    return "dimension" if is_target else "account"


def render_page(models: Iterable[Model], types: Types) -> str:
    """The whole page, as Markdown."""
    published = list_published(models)
    refined = [model for model in published if model.zone == "refined"]
    by_role = {role: [model for model in refined if classify_model(model, refined) == role] for role in _HEADINGS}
    by_role["fact"].sort(key=lambda model: model.keys != (TITLE_KEY,))
    drawn = [model for role, each in by_role.items() for model in each if role != "account"]
    parts = [_OPENING, "## The picture\n", *_draw(drawn, types)]
    accounts = ", ".join(f"`{model.name}`" for model in by_role["account"])
    parts.append(f"Each line bears the column by which one table refers to the other. Nothing refers to {accounts}.\n")
    for role, heading in _HEADINGS.items():
        parts.append(f"## {heading}\n")
        parts += [_describe(model, types[model.name]) for model in by_role[role]]
    parts.append("## Trusted: the records, typed\n")
    parts += [_describe(model, types[model.name]) for model in published if model.zone == "trusted"]
    return "\n".join(parts)


def _draw(models: Sequence[Model], types: Types) -> Iterator[str]:
    """The tables with their keys, and who refers to whom, in Mermaid's words."""
    yield "```mermaid\nerDiagram"
    for model in models:
        for reference in model.references:
            yield f"    {reference.table} {_count(model, reference)} {model.name} : {reference.column}"
    for model in models:
        yield f"    {model.name} {{"
        referring = [reference.column for reference in model.references]
        for column in dict.fromkeys((*model.keys, *referring)):
            marks = ", ".join(["PK"] * (column in model.keys) + ["FK"] * (column in referring))
            yield f"        {types[model.name][column]} {column} {marks}"
        yield "    }"
    yield "```\n"


def _count(model: Model, reference: Reference) -> str:
    """How many rows stand at either end of a reference, as Mermaid draws it."""
    is_certain = all(not column.null for column in model.columns if column.name == reference.column)
    at_target = "||" if is_certain else "|o"
    if model.keys == (reference.column,):
        return f"{at_target}--o|"
    is_complete = model.is_bridge and reference.column == TITLE_KEY  # no title is without a link
    return f"{at_target}--{'|{' if is_complete else 'o{'}"


def _describe(model: Model, types: Mapping[str, str]) -> str:
    """One table: what a row is, what tells rows apart, and its columns."""
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
        lines += ["\nWithin:\n", *(f"- `{name}`: `{kind}`" for name, kind in nested)]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    found = read_models()
    sys.stdout.write(render_page(found, build_types(found)))
