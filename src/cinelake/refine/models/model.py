"""Owns the models: one SELECT in each file of `models/`, and what its header says of zone, inputs, keys and columns.

A header is the comment lines above the statement: first what one row is, then `word: values`, then a line for each column:

    -- column runtime: TMDB runtime [minutes]; null: TMDB has nothing, less than 1, or more than 60,000
    --     (a line that begins with blanks goes on with the one above)

which is its source, its unit where it has one, and what null means; without that it is never null. Invariant: the inputs
form a graph without circles, and the order in which models are built follows from it alone.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter
from importlib.resources import files
from typing import Literal, cast

from cinelake.refine.models.macros import fill, parse_fragments

_RECORDS = ("raw_movies", "raw_series")
"""Tables that hold every record, beside which all others are small."""
Zone = Literal["step", "trusted", "refined"]
_FOLDERS = ("staging", "trusted", "refined")
_COLUMN = re.compile(
    r"column (?P<name>\w+): (?P<source>((?!; null: )[^\[\]])+?)( \[(?P<unit>[^\[\]]+)\])?(; null: (?P<null>[^\[\]]+))?"
)


@dataclass(frozen=True, slots=True)
class Reference:
    """A column whose values must stand in another table's column."""

    column: str
    table: str
    target: str


@dataclass(frozen=True, slots=True)
class Column:
    """What a column holds and where it comes from. An empty `unit`: it has none; an empty `null`: it is never null."""

    name: str
    source: str
    unit: str
    null: str


@dataclass(frozen=True, slots=True)
class Model:
    """One table.

    Attributes:
        zone: where it is published; a step is not.
        keys: columns that tell its rows apart.
        order: columns in whose order it is published, which tell its rows apart too.
        is_bridge: it has a `weight` that adds up to one for each title_key.
        columns: in their order; none of a step.
    """

    name: str
    about: str
    zone: Zone
    inputs: tuple[str, ...]
    keys: tuple[str, ...]
    order: tuple[str, ...]
    references: tuple[Reference, ...]
    is_bridge: bool
    columns: tuple[Column, ...]
    sql: str


def parse_model(name: str, text: str) -> Model:
    """A model from its file.

    Raises:
        ValueError: its header lacks a word, or a line of it cannot be read.
    """
    lines = text.splitlines()
    header = _join_lines(line[3:] for line in lines if line.startswith("-- "))
    sql = "\n".join(line for line in lines if not line.startswith("--"))
    words: dict[str, list[str]] = {}
    for line in header[1:]:
        word, _, values = line.partition(": ")
        words.setdefault(word, []).append(values)
    if not {"zone", "inputs", "keys"} <= words.keys():
        raise ValueError(f"model {name}: its header needs zone, inputs and keys")
    columns = [_parse_column(name, line) for line in header if line.startswith("column ")]
    references = [value.split() for value in words.get("references", [])]
    return Model(
        name=name,
        about=header[0],
        zone=cast("Zone", words["zone"][0]),
        inputs=tuple(words["inputs"][0].split()),
        keys=tuple(words["keys"][0].split()),
        order=tuple(words.get("order", words["keys"])[0].split()),
        references=tuple(Reference(column, *target.split(".")) for column, target in references),
        is_bridge="bridge" in words,
        columns=tuple(columns),
        sql=sql,
    )


def order_models(models: Iterable[Model]) -> list[Model]:
    """The models so that each comes after its inputs; alphabetical where that leaves a choice."""
    by_name: Mapping[str, Model] = {model.name: model for model in sorted(models, key=lambda model: model.name)}
    graph = {name: sorted(set(model.inputs) & by_name.keys()) for name, model in by_name.items()}
    return [by_name[name] for name in TopologicalSorter(graph).static_order()]


def list_spent(models: Iterable[Model]) -> dict[str, tuple[str, ...]]:
    """By model, the tables of records that no later one reads; the models in the order in which they are built. Pure."""
    ordered = list(models)
    last = {name: model.name for model in ordered for name in model.inputs}
    return {model.name: tuple(name for name in _RECORDS if last.get(name) == model.name) for model in ordered}


def list_published(models: Iterable[Model]) -> list[Model]:
    """The models that become tables for readers, by name."""
    return sorted((model for model in models if model.zone != "step"), key=lambda model: model.name)


def read_models() -> list[Model]:
    """The package's models, in the order in which they are built."""
    package = files("cinelake.refine.models")
    fragments = parse_fragments((package / "macros.sql").read_text("utf-8"))
    found = [each for zone in _FOLDERS for each in (package / zone).iterdir() if each.name.endswith(".sql")]
    texts = {each.name.removesuffix(".sql"): fill(each.read_text("utf-8"), fragments) for each in found}
    return order_models(parse_model(name, text) for name, text in texts.items())


def _join_lines(lines: Iterable[str]) -> list[str]:
    """Each line with those that go on with it."""
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
        raise ValueError(f"model {model}: '{line}' is no 'column NAME: SOURCE [UNIT]; null: WHAT NULL MEANS'")
    return Column(found["name"], found["source"], found["unit"] or "", found["null"] or "")
