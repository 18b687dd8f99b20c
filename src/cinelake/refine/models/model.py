"""Read the models: each SQL file of `staging/`, `trusted/` and `refined/` is one SELECT that makes one table.

A header is the comment above the statement. It says what one row is, then gives `keyword: values`, then describes each
column: its source, its unit if it has one, and what null means. Without the last part, the column is never null:

    -- column runtime: TMDB runtime [minutes]; null: TMDB has no value, less than 1, or more than 60,000
    --     (an indented line continues the line above)

Four more keywords decide when a model is built. `changes: title_key` marks a table whose rows of a title depend on nothing
but the records of that title and of IMDb: it is built for changed titles, and other titles keep the rows of the previous
version; `changes: title_key alone` is never completed with those rows. `state: yes` marks an internal table of which a
build gets the previous one as `previous_<name>`, without rows if there is none. `view: yes` marks a statement that each
reader evaluates for itself. `references: … if present` marks a foreign key some of whose values have no match.

Invariant: the inputs of the models have no cycles, and the build order depends on them alone.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter
from importlib.resources import files
from typing import Final, Literal, get_args

from cinelake.refine.models.macros import expand, parse_macros

Zone = Literal["staging", "trusted", "refined"]
ZONES: Final[tuple[Zone, ...]] = get_args(Zone)
_PARTIAL = ["if", "present"]
_COLUMN = re.compile(
    r"column (?P<name>\w+): (?P<source>((?!; null: )[^\[\]])+?)( \[(?P<unit>[^\[\]]+)\])?(; null: (?P<null>[^\[\]]+))?"
)


@dataclass(frozen=True, slots=True)
class Reference:
    """A foreign key: each value of `column` exists in the column `target` of `table`, unless it is partial."""

    column: str
    table: str
    target: str
    is_partial: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """The description of a column. `unit` is empty if it has none; `null` is empty if it is never null."""

    name: str
    source: str
    unit: str
    null: str


@dataclass(frozen=True, slots=True)
class Model:
    """One table.

    Attributes:
        about: what one row is.
        zone: staging tables are not published.
        inputs: the tables that the statement reads.
        keys: the primary key.
        order: the columns by which published rows are sorted; unique, like `keys`.
        is_bridge: the table has a `weight` that adds up to one for each title_key.
        follows_changes: the table is built for changed titles only.
        is_alone: it is never completed with the rows of other titles.
        is_state: the next build gets the table.
        is_view: the statement is evaluated by each reader, and has no table.
        columns: descriptions in the order of the SELECT; none for staging.
        sql: the statement with its macros expanded.
    """

    name: str
    about: str
    zone: Zone
    inputs: tuple[str, ...]
    keys: tuple[str, ...]
    order: tuple[str, ...]
    references: tuple[Reference, ...]
    is_bridge: bool
    follows_changes: bool
    is_alone: bool
    is_state: bool
    is_view: bool
    columns: tuple[Column, ...]
    sql: str


def parse_model(name: str, zone: Zone, text: str) -> Model:
    """A model from the text of its file.

    Raises:
        ValueError: the header lacks a required keyword, or has a line that is not valid.
    """
    lines = text.splitlines()
    header = _join_lines(line[3:] for line in lines if line.startswith("-- "))
    sql = "\n".join(line for line in lines if not line.startswith("--"))
    values: dict[str, list[str]] = {}
    for line in header[1:]:
        keyword, _, value = line.partition(": ")
        values.setdefault(keyword, []).append(value)
    if not {"inputs", "keys"} <= values.keys():
        raise ValueError(f"model {name}: its header needs the lines inputs and keys")
    columns = [_parse_column(name, line) for line in header if line.startswith("column ")]
    references = [value.split() for value in values.get("references", [])]
    return Model(
        name=name,
        about=header[0],
        zone=zone,
        inputs=tuple(values["inputs"][0].split()),
        keys=tuple(values["keys"][0].split()),
        order=tuple(values.get("order", values["keys"])[0].split()),
        references=tuple(_parse_reference(*words) for words in references),
        is_bridge="bridge" in values,
        follows_changes="changes" in values,
        is_alone="title_key alone" in values.get("changes", []),
        is_state="state" in values,
        is_view="view" in values,
        columns=tuple(columns),
        sql=sql,
    )


def order_models(models: Iterable[Model]) -> list[Model]:
    """The models, each after its inputs; models that are independent of each other are in alphabetical order."""
    by_name: Mapping[str, Model] = {model.name: model for model in sorted(models, key=lambda model: model.name)}
    graph = {name: sorted(set(model.inputs) & by_name.keys()) for name, model in by_name.items()}
    return [by_name[name] for name in TopologicalSorter(graph).static_order()]


def list_published(models: Iterable[Model]) -> list[Model]:
    """The models of Trusted and Refined, by name."""
    return sorted((model for model in models if model.zone != "staging"), key=lambda model: model.name)


def read_models() -> list[Model]:
    """All models of the package, in build order."""
    package = files("cinelake.refine.models")
    macros = parse_macros((package / "macros.sql").read_text("utf-8"))
    found = [(zone, each) for zone in ZONES for each in (package / zone).iterdir() if each.name.endswith(".sql")]
    return order_models(
        parse_model(each.name.removesuffix(".sql"), zone, expand(each.read_text("utf-8"), macros)) for zone, each in found
    )


def _parse_reference(column: str, target: str, *rest: str) -> Reference:
    table, _, name = target.partition(".")
    return Reference(column, table, name, is_partial=list(rest) == _PARTIAL)


def _join_lines(lines: Iterable[str]) -> list[str]:
    """The lines, each joined with the indented lines that follow it."""
    joined: list[str] = []
    for line in lines:
        if line.startswith(" ") and joined:
            joined[-1] += f" {line.strip()}"
        else:
            joined.append(line)
    return joined


def _parse_column(model: str, line: str) -> Column:
    found = _COLUMN.fullmatch(line)
    if found is None:
        raise ValueError(f"model {model}: invalid line '{line}', expected 'column NAME: SOURCE [UNIT]; null: MEANING'")
    return Column(found["name"], found["source"], found["unit"] or "", found["null"] or "")
