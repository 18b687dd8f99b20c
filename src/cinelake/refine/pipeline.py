"""The steps of a build: validate Raw, build the tables, check them, write them, replace the pointer, remove old objects.

Invariant: the pointer is replaced only after every check has passed and everything is written. A build with unchanged
inputs and models only removes unused objects. An object that differs from its SHA-256 counts as lost: it is built again.
"""

import hashlib
import tempfile
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from cinelake.clock import Clock
from cinelake.errors import IncompleteError
from cinelake.extract.status import record_built, record_status
from cinelake.lake.lake_format import write_format
from cinelake.lake.store import Store
from cinelake.refine.build_report import build_report
from cinelake.refine.build_state import read_state
from cinelake.refine.build_version import Inputs, build_contents, find_previous
from cinelake.refine.checks import describe_failures
from cinelake.refine.engines.engine import Engine
from cinelake.refine.fields import RECORDS, build_columns
from cinelake.refine.kept_versions import keep_versions
from cinelake.refine.models.model import Model, read_models
from cinelake.refine.part_hashes import DamagedPartError, find_damaged
from cinelake.refine.publication.completion import complete_publication
from cinelake.refine.publish import (
    delete_unused,
    describe_version,
    find_version,
    list_previous,
    publish_pointer,
    read_pointer_tag,
)
from cinelake.refine.reference_tables import read_reference
from cinelake.refine.trusted.imdb_staging import list_imdb
from cinelake.refine.trusted.raw_files import fingerprint, list_raw
from cinelake.refine.versions import Pointer, has_all_parts, list_sizes, read_pointer
from cinelake.refine.workspace import Workspace
from cinelake.refine.writing import write_tables

_NAME_LENGTH = 16
OpenEngine = Callable[[Path, int], AbstractContextManager[Engine]]
"""Open an engine, given a folder for temporary files and the number of bytes of Raw that it will read."""


@dataclass(frozen=True, slots=True)
class Built:
    """The current version after a build. `is_unchanged` if it was current before, too.

    Attributes:
        warnings: what does not show the current version, and why.
    """

    pointer: Pointer
    is_unchanged: bool
    seconds: float
    warnings: tuple[str, ...] = ()


def build_lake(store: Store, clock: Clock, open_engine: OpenEngine, *, keep: int = 1) -> Built:
    """Bring Trusted and Refined up to date with Raw, and keep `keep` earlier versions of the tables.

    Raises:
        IncompleteError: Raw is empty, or a check failed; the previous version stays current.
        DamagedError: a manifest or the pointer cannot be read.
        OvertakenError: another build has published in the meantime.
    """
    began = clock.monotonic()
    lost: frozenset[str] = frozenset()
    while True:
        try:
            built = _build_once(store, clock, open_engine, keep, lost)
            return replace(built, seconds=clock.monotonic() - began)
        except DamagedPartError as error:
            if error.subject in lost:  # it was built again, and is damaged again
                raise
            lost |= {error.subject, *_find_lost(store)}


def _find_lost(store: Store) -> set[str]:
    """The objects of the current version and of its state that are damaged."""
    current = read_pointer(store)
    tables = current.tables if current else ()
    return find_damaged(
        store, [*(part for each in tables for part in each.parts), *read_state(store, current).tables.values()]
    )


def _build_once(store: Store, clock: Clock, open_engine: OpenEngine, keep: int, lost: frozenset[str]) -> Built:
    """Build without the objects that are `lost`.

    Raises:
        DamagedPartError: an object that it reuses or copies is damaged.
    """
    tag = read_pointer_tag(store)
    current = read_pointer(store)
    state = read_state(store, current)
    zone, imdb, models = list_raw(store, state.list_hashed()), list_imdb(store), read_models()
    if not zone.files and not zone.missing:
        found = "only IMDb files" if imdb.ingests else "no files"
        raise IncompleteError(f'{found} in Raw of lake "{store!r}"', hint="check --lake, or run `cinelake extract` first")
    write_format(store, clock.now())
    if current is not None:
        describe_version(store, current)  # in case the description was lost: without it, the version could not be kept
    version = name_version([fingerprint(zone), *imdb.fingerprint()], models)
    is_intact = current is not None and not lost and has_all_parts(store, current)
    is_unchanged = current is not None and current.version == version and is_intact
    stored = None if is_unchanged or lost else find_version(store, version)
    if stored is not None:
        current = msgspec.structs.replace(
            stored, previous=keep_versions(store, list_previous(current, version), zone, keep)
        )
        tag = publish_pointer(store, current, tag)
    elif current is None or not is_unchanged:
        size = sum(file.size for file in zone.files)
        with tempfile.TemporaryDirectory(prefix="cinelake-build-") as name, open_engine(Path(name), size) as engine:
            sizes = {key: size for key, size in list_sizes(store).items() if key not in lost}
            inputs = Inputs(zone, imdb, models, find_previous(current, state, sizes))
            built = _build_version(Workspace(store, engine, Path(name)), clock, inputs, version)
            current = msgspec.structs.replace(
                built, previous=keep_versions(store, list_previous(current, version), zone, keep)
            )
        tag = publish_pointer(store, current, tag)
    elif (kept := keep_versions(store, current.previous, zone, keep)) != current.previous:
        current = msgspec.structs.replace(current, previous=kept)
        tag = publish_pointer(store, current, tag)
    warnings = complete_publication(store, current)
    delete_unused(store, current, tag)
    if is_unchanged:
        record_built(store, current.built_at, clock.now())
    else:
        record_status(store, clock.now())
    return Built(current, is_unchanged, 0.0, warnings)


def name_version(inputs: Iterable[str], models: Iterable[Model]) -> str:
    """A name derived from everything that a build depends on: inputs, models, small tables, and the fields of records."""
    digest = hashlib.sha256()
    statements = (f"{model.name} {model.keys} {model.order}\n{model.sql}" for model in models)
    fields = (repr(build_columns(record)) for record in RECORDS.values())
    for text in (*inputs, *statements, *map(repr, read_reference()), *fields):
        digest.update(text.encode() + b"\0")
    return digest.hexdigest()[:_NAME_LENGTH]


def _build_version(space: Workspace, clock: Clock, inputs: Inputs, version: str) -> Pointer:
    """Build and write a version. It is not current before its pointer is published."""
    contents = build_contents(space, inputs)
    if contents.failures:
        raise IncompleteError(
            f"{len(contents.failures)} of {contents.checks} checks failed, and nothing was published",
            cause=describe_failures(contents.failures),
            hint="the previous version stays current; run `cinelake verify` to find out what is wrong with Raw",
        )
    tables = write_tables(space, inputs.models, contents, version)
    ignored = [*inputs.zone.ignored, *inputs.imdb.ignored]
    report = build_report(contents.state.chunks, inputs.imdb.ingests, ignored, space.engine, contents.checks)
    return Pointer(version, clock.now(), tuple(tables), report, ())
