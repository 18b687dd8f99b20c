"""Type a chunk of Raw: read each file once, hash it, validate it, and make rows of Trusted from it.

The engine reads a file in the lake if it can. It reads a copy from the scratch directory otherwise, and if a record was
refused. Invariants: the engine reads only bytes that were validated, and only one chunk is in memory at a time.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from cinelake.concurrency import map_concurrently
from cinelake.lake.store import Stored
from cinelake.refine.build_report import Refusal
from cinelake.refine.checks import Failure, check_keys, run_checks
from cinelake.refine.engines.engine import Engine
from cinelake.refine.exporting import Exported, export_model
from cinelake.refine.fields import RECORDS, build_columns
from cinelake.refine.models.model import Model
from cinelake.refine.trusted.chunks import Chunk
from cinelake.refine.trusted.parts import TypedChunk, name_chunk
from cinelake.refine.trusted.raw_files import RawFile
from cinelake.refine.trusted.raw_validation import Findings, inspect_file, split_records
from cinelake.refine.trusted.record_history import keep_records
from cinelake.refine.workspace import Workspace

_TABLES = {"movie": "raw_movies", "series": "raw_series"}
_FILE_COLUMNS = {
    "path": "VARCHAR",
    "key": "VARCHAR",
    "slice": "VARCHAR",
    "genre_id": "BIGINT",
    "collected_on": "DATE",
    "fetched_on": "DATE",
    "number": "BIGINT",
}
_STATED_COLUMNS = {"key": "VARCHAR", "records": "BIGINT", "stated_records": "BIGINT"}


@dataclass(slots=True)
class Typing:
    """What the chunks that were typed in this build add to it.

    Attributes:
        parts: local files of the new parts, by key.
        absent: files that cannot be used: key, kind, records, reason.
        stated: rows of the table checked_file: key, records, and records as the manifest states them.
        failures: checks that failed.
        records: tables with the narrow rows of each chunk.
    """

    parts: dict[str, Path] = field(default_factory=dict)
    absent: list[tuple[object, ...]] = field(default_factory=list)
    stated: list[tuple[object, ...]] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    records: list[str] = field(default_factory=list)

    def describe_absent(self, file: RawFile, reason: str) -> None:
        """Add a file that cannot be used."""
        self.absent.append((file.key, file.kind, file.records or 0, reason))


@dataclass(slots=True)
class _Staged:
    """The files of a chunk, ready for the engine."""

    rows: list[tuple[object, ...]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    copies: list[Path] = field(default_factory=list)
    records: int = 0
    refusals: list[Refusal] = field(default_factory=list)
    unknown: dict[str, int] = field(default_factory=lambda: defaultdict(int))


def type_chunk(space: Workspace, model: Model, chunk: Chunk, rules: str, typing: Typing) -> TypedChunk:
    """Type a chunk. Its rows are in a local file until the build writes them."""
    staged, repeats = _Staged(), _Repeats()
    read = map_concurrently(lambda file: space.store.read(file.key), chunk.files)
    for file, stored in zip(chunk.files, read, strict=True):
        findings = _validate(file, stored, typing)
        if findings is not None and stored is not None:
            repeats.add(findings, stored.data)
            _add_findings(staged, typing, file, findings, _share(space, file, stored.data, findings, staged))
    same, superseded = repeats.count()
    typed = TypedChunk(
        kind=chunk.kind,
        day=chunk.day,
        number=chunk.number,
        inputs=chunk.name_inputs(),
        rules=rules,
        part=None,
        files=len(staged.rows),
        records=staged.records,
        same=same,
        superseded=superseded,
        refusals=tuple(staged.refusals),
        unknown=dict(staged.unknown),
        hashed=tuple(file.hashed for file in chunk.files if file.hashed),
    )
    if staged.paths:
        exported = _build_rows(space, model, typed, staged, typing)
        key = name_chunk(typed, exported)
        typing.parts[key] = exported.path
        typed = msgspec.structs.replace(typed, part=exported.as_part(key))
    for path in staged.copies:
        path.unlink()
    return typed


def load_typing(typing: Typing, chunks: list[TypedChunk], engine: Engine) -> None:
    """Load what the models need to know about all chunks."""
    columns = {"kind": "VARCHAR", **dict.fromkeys(("records", "same", "superseded", "trusted_rows"), "BIGINT")}
    rows = [(each.kind, each.records, each.same, each.superseded, each.part.rows if each.part else 0) for each in chunks]
    engine.load_rows("typed_chunk", columns, rows)
    engine.load_rows("checked_file", _STATED_COLUMNS, typing.stated)
    columns = {"key": "VARCHAR", "kind": "VARCHAR", "records": "BIGINT", "reason": "VARCHAR"}
    engine.load_rows("raw_absent", columns, typing.absent)


def build_empty(engine: Engine, models: dict[str, Model]) -> None:
    """Build the tables of Trusted without any row."""
    engine.load_rows("raw_file", _FILE_COLUMNS, [])
    for kind, model in models.items():
        engine.load_files(_TABLES[kind], build_columns(RECORDS[kind]), [])
        engine.build(model.name, model.sql)
        engine.drop(_TABLES[kind])
    engine.drop("raw_file")


def _validate(file: RawFile, stored: Stored | None, typing: Typing) -> Findings | None:
    """What was found in a file, or None if it cannot be used."""
    if stored is None:
        typing.describe_absent(file, "it was removed during the build")
        return None
    findings = inspect_file(stored.data, RECORDS[file.kind])
    if findings.sha256 != file.sha256:
        is_new = file.hashed is None
        reason = "its SHA-256 differs from the one in its manifest" if is_new else "it changed during the build"
        typing.describe_absent(file, reason)
        return None
    return findings


def _share(space: Workspace, file: RawFile, data: bytes, findings: Findings, staged: _Staged) -> str:
    """The address at which the engine reads the accepted records of a file."""
    address = space.engine.scratch.locate(space.store, file.key) if findings.clean is None else None
    if address is None:
        path = space.folder / f"{len(staged.rows)}.json"
        path.write_bytes(data if findings.clean is None else findings.clean)
        address = space.engine.scratch.share(path)
        staged.copies.append(path)
    return address


def _add_findings(staged: _Staged, typing: Typing, file: RawFile, findings: Findings, address: str) -> None:
    is_list = not any(refused.position == 0 for refused in findings.refused)
    records = findings.records if is_list else file.records or 0
    if findings.ids:
        staged.paths.append(address)
    staged.records += records
    days = file.collected_on.isoformat(), file.fetched_on.isoformat()
    staged.rows.append((address, file.key, file.slice, file.genre_id, *days, file.number))
    typing.stated.append((file.key, records, file.records))
    for refused in findings.refused:
        count = 1 if is_list else records
        staged.refusals.append(Refusal(file.key, file.kind, refused.position, refused.id, refused.reason, count))
    for name, count in findings.unknown.items():
        staged.unknown[f"{file.kind}.{name}"] += count


def _build_rows(space: Workspace, model: Model, typed: TypedChunk, staged: _Staged, typing: Typing) -> Exported:
    """Build the rows of a chunk, check their keys, and export them. The engine keeps only what the present needs."""
    engine, raw, number = space.engine, _TABLES[typed.kind], len(typing.parts)
    engine.load_files(raw, build_columns(RECORDS[typed.kind]), staged.paths)
    engine.load_rows("raw_file", _FILE_COLUMNS, staged.rows)
    engine.build(model.name, model.sql)
    engine.drop(raw)
    engine.drop("raw_file")
    typing.failures += run_checks(engine, [check_keys(model)])
    exported = export_model(engine, model, space.folder / f"trusted-{number}.parquet")
    records = f"new_record_{number}"
    keep_records(engine, records, model.name, typed.kind, typed.name)
    typing.records.append(records)
    engine.drop(model.name)
    return exported


class _Repeats:
    """Find titles with several records in a chunk. Files are added in the order of their keys; the last record counts."""

    def __init__(self) -> None:
        self._places: dict[int, list[tuple[int, int]]] = {}
        self._files: list[bytes] = []

    def add(self, findings: Findings, data: bytes) -> None:
        """Add the records of a file."""
        number = len(self._files)
        self._files.append(data)
        for index, title_id in enumerate(findings.ids):
            self._places.setdefault(title_id, []).append((number, findings.locate(index)))

    def count(self) -> tuple[int, int]:
        """The records that equal the last record of their title, and those that differ from it."""
        repeated = [places for places in self._places.values() if len(places) > 1]
        numbers = {number for places in repeated for number, _ in places}
        records = {number: split_records(self._files[number]) for number in numbers}
        pairs = [
            records[number][at] == records[places[-1][0]][places[-1][1]]
            for places in repeated
            for number, at in places[:-1]
        ]
        return sum(pairs), len(pairs) - sum(pairs)
