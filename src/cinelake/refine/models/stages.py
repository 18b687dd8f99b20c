"""Divide the models into the stages of a build, by what they read. Pure.

1. Typing: a chunk of Raw becomes rows of Trusted, whenever no valid part holds it (`typed`).
2. IMDb: the tables that depend on IMDb files alone, whenever these files have changed (`imdb`).
3. History: which titles are present, and which of them have changed (`history`).
4. Changes: what depends on the records of one title, for changed titles; then merged with the previous version (`changes`).
5. Rest: everything else, from small tables (`rest`).
6. Snapshots: a day at a time, whenever the day has something new (`snapshot`).

Invariant: each model is in one stage, and reads only tables of its own stage and of earlier ones.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cinelake.refine.fields import FOLDERS, RECORDS, build_columns
from cinelake.refine.models.model import Model
from cinelake.refine.reference_tables import read_reference

SNAPSHOT = "snapshot"
RECORDS_KEPT = "record_kept"
"""The history that the next build starts from."""
_RESULTS = (RECORDS_KEPT, "title_same")
"""What only the next stage and the next build read."""
TITLES = "title_source"
"""The table with the origin of each title, by which the next build finds out what has changed."""
_RULES_LENGTH = 8


@dataclass(frozen=True, slots=True)
class Stages:
    """The models of each stage, in build order. `typed` is by kind."""

    typed: dict[str, Model]
    imdb: tuple[Model, ...]
    history: tuple[Model, ...]
    changes: tuple[Model, ...]
    rest: tuple[Model, ...]
    snapshot: Model

    @property
    def merged(self) -> tuple[Model, ...]:
        """The tables of changed titles that are published or read later: they need the rows of all titles."""
        read = {name for model in self.rest for name in model.inputs}
        every = tuple(model for model in self.changes if not model.is_alone)
        return tuple(model for model in every if model.zone == "refined" or model.name in read)

    @property
    def followed(self) -> tuple[str, ...]:
        """The tables that a build takes over from the previous version, but for changed titles."""
        return (*(model.name for model in self.merged), *(model.name for model in self.rest if model.is_state))

    @property
    def stored(self) -> tuple[str, ...]:
        """The internal tables that the next build needs."""
        read = {name for model in (*self.changes, *self.rest) for name in model.inputs}
        imdb = [model.name for model in self.imdb if model.zone == "staging" and model.name in read]
        merged = [model.name for model in self.merged if model.zone == "staging"]
        return (RECORDS_KEPT, *merged, *(model.name for model in self.rest if model.is_state), *imdb)


def divide(models: Sequence[Model]) -> Stages:
    """Assign each model to its stage; `models` are in build order."""
    typed = {kind: _find(models, f"trusted_{folder.lower()}") for folder, kind in FOLDERS.items()}
    snapshot = _find(models, SNAPSHOT)
    imdb: list[Model] = []
    names: set[str] = set()
    for model in models:
        if model.inputs and all(
            name.startswith("raw_imdb_") or name == "imdb_file" or name in names for name in model.inputs
        ):
            imdb.append(model)
            names.add(model.name)
    assigned = {*names, *(model.name for model in typed.values()), SNAPSHOT}
    others = [model for model in models if model.name not in assigned]
    changes = [model for model in others if model.follows_changes]
    history = _list_ancestors(changes, [model for model in others if not model.follows_changes])
    history |= _list_ancestors([_find(models, name) for name in _RESULTS], others) | {*_RESULTS}
    return Stages(
        typed=typed,
        imdb=tuple(imdb),
        history=tuple(model for model in others if model.name in history),
        changes=tuple(changes),
        rest=tuple(model for model in others if model.name not in history and not model.follows_changes),
        snapshot=snapshot,
    )


def name_rules(models: Iterable[Model]) -> str:
    """A name of the rules of these models, which changes with any of them and with the small tables."""
    digest = hashlib.sha256()
    for model in models:
        digest.update(f"{model.name} {model.keys} {model.order}\n{model.sql}\0".encode())
    for small in read_reference():
        digest.update(f"{small!r}\0".encode())
    return digest.hexdigest()[:_RULES_LENGTH]


def name_typing_rules(kind: str, model: Model) -> str:
    """A name of the rules by which records of a kind become rows of Trusted."""
    text = f"{model.keys} {model.order} {build_columns(RECORDS[kind])!r}\n{model.sql}"
    return hashlib.sha256(text.encode()).hexdigest()[:_RULES_LENGTH]


def _find(models: Iterable[Model], name: str) -> Model:
    return next(model for model in models if model.name == name)


def _list_ancestors(models: Iterable[Model], candidates: Iterable[Model]) -> set[str]:
    """The names of the candidates from which the models are built, at any distance."""
    by_name = {model.name: model for model in candidates}
    found: set[str] = set()
    pending = [name for model in models for name in model.inputs]
    while pending:
        name = pending.pop()
        if name in by_name and name not in found:
            found.add(name)
            pending += by_name[name].inputs
    return found
