"""Build the table snapshot day by day: one immutable part for each kind and day, from its records and its listed scores.

A part is built again only if something was added to its day, and dropped if nothing of its day is left.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from cinelake.concurrency import map_concurrently
from cinelake.lake.scores import encode_scores, read_scores
from cinelake.refine.build_state import SnapshotDay
from cinelake.refine.checks import Failure, check_keys, run_checks
from cinelake.refine.engines.engine import Engine
from cinelake.refine.exporting import Exported, export_table
from cinelake.refine.fields import name_folder
from cinelake.refine.models.model import Model
from cinelake.refine.models.stages import SNAPSHOT
from cinelake.refine.part_files import PartFiles
from cinelake.refine.trusted.parts import TypedChunk
from cinelake.refine.trusted.raw_files import CommittedSlice
from cinelake.refine.versions import name_shared
from cinelake.refine.workspace import Workspace

_BATCH_BYTES = 64_000_000
"""Listed scores that are in memory at the same time."""
_BYTES_A_TITLE = 90
_NAME_LENGTH = 16
_ONE_DAY = "snapshot_day"
_SCORES = {"popularity": "DOUBLE", "vote_average": "DOUBLE", "vote_count": "BIGINT"}
_RECORD_COLUMNS = {
    "kind": "VARCHAR",
    "id_tmdb": "BIGINT",
    "number": "BIGINT",
    "raw_key": "VARCHAR",
    "collected_on": "DATE",
    **_SCORES,
}
_LISTING_COLUMNS = {
    "path": "VARCHAR",
    "key": "VARCHAR",
    "kind": "VARCHAR",
    "collected_on": "DATE",
    "number": "BIGINT",
}


@dataclass(slots=True)
class Day:
    """What a lake holds of one day: chunks of records, and slices, which may have listed scores.

    Scores are stored before the manifest of their slice, which identifies them: they are read for new days only.
    """

    kind: str
    day: date
    parts: list[str] = field(default_factory=list)
    slices: list[CommittedSlice] = field(default_factory=list)

    @property
    def size(self) -> int:
        """Bytes of listed scores, about."""
        return _BYTES_A_TITLE * sum(each.manifest.listed for each in self.slices)

    def name_inputs(self, rules: str) -> str:
        """A name of everything that its part depends on."""
        digest = hashlib.sha256(rules.encode())
        for part in self.parts:
            digest.update(f"{part}\n".encode())
        for each in self.slices:
            digest.update(f"{each.key.snapshot()} {each.manifest.number} {each.manifest.revision}\n".encode())
        return digest.hexdigest()[:_NAME_LENGTH]


def plan_days(slices: Iterable[CommittedSlice], chunks: Iterable[TypedChunk]) -> list[Day]:
    """Every day on which something was fetched or listed, by kind and date. Pure."""
    found: dict[tuple[str, date], Day] = {}
    for chunk in chunks:
        if chunk.part:
            found.setdefault((chunk.kind, chunk.day), Day(chunk.kind, chunk.day)).parts.append(chunk.part.key)
    for each in slices:
        kind, day = each.kind, each.key.run_on
        found.setdefault((kind, day), Day(kind, day)).slices.append(each)
    return [found[key] for key in sorted(found)]


@dataclass(slots=True)
class BuiltDays:
    """New days: the local files of their parts by key, and the checks that failed."""

    days: list[SnapshotDay] = field(default_factory=list)
    files: dict[str, Path] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)

    def add(self, day: Day, inputs: str, exported: Exported) -> None:
        """Add the rows of a day."""
        part = None
        if exported.rows:
            key = name_shared(SNAPSHOT, day.day, f"{name_folder(day.kind)}-{exported.sha256[:_NAME_LENGTH]}")
            part = exported.as_part(key)
            self.files[key] = exported.path
        self.days.append(SnapshotDay(day.kind, day.day, inputs, part))


def build_days(space: Workspace, model: Model, days: Sequence[tuple[Day, str]], parts: PartFiles) -> BuiltDays:
    """Build the parts of days, given each with the name of its inputs.

    Raises:
        DamagedError: the rows of a listing cannot be read.
    """
    built, engine = BuiltDays(), space.engine
    for batch in _batch(days):
        _load_records(engine, [day for day, _ in batch], parts)
        copies = _load_listed(space, [day for day, _ in batch])
        engine.build(model.name, model.sql)
        built.failures += run_checks(engine, [check_keys(model)])
        for day, inputs in batch:
            built.add(day, inputs, _export(space, model, day))
        for table in (model.name, "day_record", "day_listed", "day_listing"):
            engine.drop(table)
        for path in copies:
            path.unlink()
    return built


def load_no_days(engine: Engine) -> None:
    """Load the inputs of the model without any row."""
    engine.load_rows("day_record", _RECORD_COLUMNS, [])
    engine.load_files("day_listed", {"id_tmdb": "BIGINT", **_SCORES}, [])
    engine.load_rows("day_listing", _LISTING_COLUMNS, [])


def _batch(days: Sequence[tuple[Day, str]]) -> Iterator[list[tuple[Day, str]]]:
    """Days of all kinds together, as long as their scores have at most _BATCH_BYTES."""
    batch: list[tuple[Day, str]] = []
    for each in days:
        if batch and sum(day.size for day, _ in batch) + each[0].size > _BATCH_BYTES:
            yield batch
            batch = []
        batch.append(each)
    if batch:
        yield batch


def _export(space: Workspace, model: Model, day: Day) -> Exported:
    """Write the rows of a day to a local file."""
    engine = space.engine
    where = f"collected_on = DATE '{day.day}' AND title_key LIKE '{day.kind}-%'"
    engine.build(_ONE_DAY, f"SELECT * FROM {model.name} WHERE {where}")  # noqa: S608 - our own names
    exported = export_table(engine, _ONE_DAY, model.order, space.folder / f"snapshot-{day.kind}-{day.day}.parquet")
    engine.drop(_ONE_DAY)
    return exported


def _load_records(engine: Engine, days: Iterable[Day], parts: PartFiles) -> None:
    """Load the scores in the records of these days."""
    by_kind: dict[str, list[str]] = defaultdict(list)
    for day in days:
        by_kind[day.kind] += day.parts
    selects = []
    for kind, keys in by_kind.items():
        if keys:
            engine.open_parquet(f"day_{kind}", parts.locate(keys))
            columns = ", ".join(list(_RECORD_COLUMNS)[1:])
            selects.append(f"SELECT '{kind}' AS kind, {columns} FROM day_{kind}")  # noqa: S608 - our own names
    if not selects:
        engine.load_rows("day_record", _RECORD_COLUMNS, [])
        return
    engine.build("day_record", " UNION ALL ".join(selects))
    for kind, keys in by_kind.items():
        if keys:
            engine.drop(f"day_{kind}")


def _load_listed(space: Workspace, days: Iterable[Day]) -> list[Path]:
    """Load the listed scores of these days. Returns the files that were copied for it."""
    store, engine = space.store, space.engine
    slices = [each for day in days for each in day.slices]
    rows, paths, copies = [], [], []
    read = map_concurrently(lambda each: read_scores(store, each.key), slices)
    for number, (each, scores) in enumerate(zip(slices, read, strict=True)):
        if not scores:
            continue
        path = space.folder / f"listed-{number}.json"
        path.write_bytes(encode_scores(scores))
        copies.append(path)
        address = engine.scratch.share(path)
        day = each.key.run_on.isoformat()
        rows.append((address, each.key.snapshot(), each.kind, day, each.manifest.number))
        paths.append(address)
    engine.load_files("day_listed", {"id_tmdb": "BIGINT", **_SCORES}, paths)
    engine.load_rows("day_listing", _LISTING_COLUMNS, rows)
    return copies
