"""Stage Raw for an engine: read each file once, hash it, validate it, and pass on its address.

The engine reads a file in the lake if it can. It reads a copy from the scratch directory otherwise, and if a record was
refused. Invariant: the engine reads only bytes that were validated.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from cinelake.lake.store import Store
from cinelake.refine.build_report import Refusal
from cinelake.refine.engines.engine import Engine
from cinelake.refine.engines.scratch import Scratch
from cinelake.refine.fields import RECORDS, build_columns
from cinelake.refine.raw_files import RawFile, RawZone
from cinelake.refine.raw_validation import Findings, inspect_file
from cinelake.refine.reference_tables import read_reference
from cinelake.refine.slice_history import History, format_instant, load_history, stage_history

_EARLIEST = datetime.min.replace(tzinfo=UTC)
_FILE_COLUMNS = {
    "path": "VARCHAR",
    "key": "VARCHAR",
    "kind": "VARCHAR",
    "slice": "VARCHAR",
    "collected_on": "DATE",
    "genre_id": "BIGINT",
    "committed_at": "TIMESTAMP",
    "records": "BIGINT",
    "stated_records": "BIGINT",
}
_REFUSED_COLUMNS = {
    "raw_key": "VARCHAR",
    "kind": "VARCHAR",
    "position": "BIGINT",
    "id_tmdb": "BIGINT",
    "reason": "VARCHAR",
    "records": "BIGINT",
}


@dataclass(slots=True)
class Staged:
    """The result of reading Raw: rows for the engine, and values for the build report.

    Attributes:
        paths: addresses of the files that the engine reads, by kind.
        files: rows of the table raw_file.
        unknown: the number of records with a field that is not defined, by kind and name.
        missing: files that a manifest lists and that do not exist or were altered: key, kind, records, reason.
        superseded: records that another record of the same title and day with other contents replaces, by kind.
        history: rows from the manifests and listings of the slices.
    """

    paths: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    files: list[tuple[object, ...]] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    unknown: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    missing: list[tuple[object, ...]] = field(default_factory=list)
    superseded: dict[str, int] = field(default_factory=dict)
    history: History = field(default_factory=History)


def stage_raw(store: Store, zone: RawZone, scratch: Scratch, folder: Path) -> Staged:
    """Read and validate every file of the zone.

    Raises:
        DamagedError: the rows of a listing cannot be read.
    """
    staged = Staged(history=stage_history(store, zone.slices, scratch, folder))
    repeats = _Repeats()
    for each in zone.missing:
        staged.missing.append(_describe_missing(each, "its manifest lists it, and it does not exist"))
    for number, file in enumerate(sorted(zone.files, key=_commit_order)):
        stored = store.read(file.key)
        if stored is None:
            staged.missing.append(_describe_missing(file, "it was removed during the build"))
            continue
        findings = inspect_file(stored.data, RECORDS[file.kind])
        if file.batch and findings.sha256 != file.batch.sha256:
            staged.missing.append(_describe_missing(file, "its SHA-256 differs from the one in its manifest"))
            continue
        repeats.add(file, findings)
        address = scratch.locate(store, file.key) if findings.clean is None else None
        if address is None:
            path = folder / f"{number}.json"
            path.write_bytes(stored.data if findings.clean is None else findings.clean)
            address = scratch.share(path)
        _add_file(staged, file, findings, address)
    staged.superseded = repeats.count_superseded()
    return staged


def load_staged(staged: Staged, engine: Engine) -> None:
    """Load all inputs of the models into the engine."""
    for kind, table in (("movie", "raw_movies"), ("series", "raw_series")):
        engine.load_files(table, build_columns(RECORDS[kind]), staged.paths[kind])
    engine.load_rows("raw_file", _FILE_COLUMNS, staged.files)
    refused = [msgspec.structs.astuple(refusal) for refusal in staged.refusals]
    engine.load_rows("raw_refused", _REFUSED_COLUMNS, refused)
    columns = {"key": "VARCHAR", "kind": "VARCHAR", "records": "BIGINT", "reason": "VARCHAR"}
    engine.load_rows("raw_absent", columns, staged.missing)
    engine.load_rows("raw_difference", {"kind": "VARCHAR", "records": "BIGINT"}, list(staged.superseded.items()))
    load_history(staged.history, engine)
    for small in read_reference():
        engine.load_rows(small.name, small.columns, small.rows)


def _add_file(staged: Staged, file: RawFile, findings: Findings, address: str) -> None:
    stated = file.batch.records if file.batch else None
    is_list = not any(refused.position == 0 for refused in findings.refused)
    records = findings.records if is_list else stated or 0
    if findings.ids:
        staged.paths[file.kind].append(address)
    committed = format_instant(file.committed_at) if file.committed_at else None
    origin = address, file.key, file.kind, file.slice, file.collected_on.isoformat(), file.genre_id
    staged.files.append((*origin, committed, records, stated))
    for refused in findings.refused:
        count = 1 if is_list else records
        staged.refusals.append(Refusal(file.key, file.kind, refused.position, refused.id, refused.reason, count))
    for name, count in findings.unknown.items():
        staged.unknown[f"{file.kind}.{name}"] += count


def _commit_order(file: RawFile) -> tuple[datetime, str]:
    return file.committed_at or _EARLIEST, file.key


def _describe_missing(file: RawFile, reason: str) -> tuple[object, ...]:
    return file.key, file.kind, file.batch.records if file.batch else 0, reason


class _Repeats:
    """Find titles with several records on one day. Files are added in the order of their commits."""

    def __init__(self) -> None:
        self._last: dict[tuple[str, str], dict[int, int]] = defaultdict(dict)
        self._earlier: dict[tuple[str, str], dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))

    def add(self, file: RawFile, findings: Findings) -> None:
        """Add the records of a file."""
        day = file.kind, file.collected_on.isoformat()
        last, earlier = self._last[day], self._earlier[day]
        for title_id, digest in zip(findings.ids, findings.digests, strict=True):
            if title_id in last:
                earlier[title_id].append(last[title_id])
            last[title_id] = digest

    def count_superseded(self) -> dict[str, int]:
        """By kind, the records that differ from the last record of their title and day."""
        found: dict[str, int] = defaultdict(int)
        for day, earlier in self._earlier.items():
            last = self._last[day]
            found[day[0]] += sum(digest != last[title_id] for title_id, each in earlier.items() for digest in each)
        return dict(found)
