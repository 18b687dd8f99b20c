"""Owns the order of a build: judge Raw, make the tables, check them, write them, point to them, tidy up.

Invariant: the pointer moves only when every check has passed and everything is written. A build over unchanged Raw by
unchanged models changes nothing but leftovers.
"""

import hashlib
import tempfile
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from cinelake.clock import Clock
from cinelake.errors import IncompleteError
from cinelake.lake.store import Store
from cinelake.refine.build_report import build_report
from cinelake.refine.checks import build_checks, describe_failures, run_checks
from cinelake.refine.engines.engine import Engine
from cinelake.refine.fields import RECORDS, build_columns
from cinelake.refine.imdb_staging import ImdbZone, list_imdb, load_imdb, stage_imdb
from cinelake.refine.models.model import Model, list_spent, read_models
from cinelake.refine.publish import (
    Former,
    Pointer,
    delete_unwanted,
    is_whole,
    list_former,
    publish_pointer,
    read_mark,
    read_pointer,
    write_tables,
)
from cinelake.refine.raw_files import RawZone, fingerprint, list_raw
from cinelake.refine.raw_staging import load_staged, stage_raw
from cinelake.refine.reference_tables import read_reference

_NAME = 16
OpenEngine = Callable[[Path, int], AbstractContextManager[Engine]]
"""An engine, given a folder for its own files and how many bytes of Raw it will read."""


@dataclass(frozen=True, slots=True)
class Built:
    """What is current after a build, and whether it had been before."""

    pointer: Pointer
    is_unchanged: bool
    seconds: float


def build_lake(store: Store, clock: Clock, open_engine: OpenEngine, *, keep: int = 1) -> Built:
    """Bring Trusted and Refined up to what Raw holds.

    Raises:
        IncompleteError: Raw is empty, or a check failed; the former version is still current.
        DamagedError: a manifest or the pointer cannot be read.
        OvertakenError: another build has published meanwhile.
    """
    began = clock.monotonic()
    zone, imdb, models = list_raw(store), list_imdb(store), read_models()
    if not zone.files and not zone.absent:
        happened = "there are only files of IMDb's in Raw" if imdb.ingests else "there is nothing in Raw"
        raise IncompleteError(f"lake {store!r}", happened, "records from extract", "run cinelake extract; check --lake")
    version = name_version([fingerprint(store, zone), *imdb.fingerprint()], models)
    mark = read_mark(store)
    current = read_pointer(store)
    is_unchanged = current is not None and current.version == version and is_whole(store, current)
    if current is None or not is_unchanged:
        size = sum(file.size for file in zone.files)
        with tempfile.TemporaryDirectory(prefix="cinelake-build-") as name, open_engine(Path(name), size) as engine:
            work = _Work(zone, imdb, models, version, list_former(current, version)[:keep])
            current = _build_version(store, clock, engine, Path(name), work)
        mark = publish_pointer(store, current, mark)
    elif len(current.former) > keep:
        current = msgspec.structs.replace(current, former=current.former[:keep])
        mark = publish_pointer(store, current, mark)
    delete_unwanted(store, current, mark)
    return Built(current, is_unchanged, clock.monotonic() - began)


def name_version(inputs: Iterable[str], models: Iterable[Model]) -> str:
    """A name that stands for all that a build depends on: inputs, models, small tables, and what records may hold."""
    whole = hashlib.sha256()
    told = (f"{model.name} {model.keys} {model.order}\n{model.sql}" for model in models)
    fields = (repr(build_columns(record)) for record in RECORDS.values())
    for text in (*inputs, *told, *map(repr, read_reference()), *fields):
        whole.update(text.encode() + b"\0")
    return whole.hexdigest()[:_NAME]


@dataclass(frozen=True, slots=True)
class _Work:
    """One build: what goes in, and what it is to be called."""

    zone: RawZone
    imdb: ImdbZone
    models: list[Model]
    version: str
    former: tuple[Former, ...]


def _build_version(store: Store, clock: Clock, engine: Engine, folder: Path, work: _Work) -> Pointer:
    """Everything of a version, written but not current yet."""
    staged = stage_raw(store, work.zone, engine.place, folder)
    files = stage_imdb(store, work.imdb, engine.place, folder)
    staged.absent.extend(files.absent)
    load_staged(staged, engine)
    load_imdb(files, engine)
    spent = list_spent(work.models)
    for model in work.models:
        engine.build(model.name, model.sql)
        for name in spent[model.name]:
            engine.drop(name)
    checks = list(build_checks(work.models))
    failures = run_checks(engine, checks)
    if failures:
        raise IncompleteError(
            "build",
            f"{len(failures)} of {len(checks)} checks failed, and nothing was published:\n{describe_failures(failures)}",
            "tables that agree with Raw and with each other",
            "the former version is still current; `cinelake verify` tells what is wrong with Raw",
        )
    tables = write_tables(store, engine, work.models, work.version, folder)
    report = build_report(staged, work.imdb.ingests, [*work.zone.left, *work.imdb.left], engine, len(checks))
    return Pointer(work.version, clock.now(), tuple(tables), report, work.former)
