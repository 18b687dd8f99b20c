"""Owns the way of Raw into an engine: every file read once, hashed, judged, and handed on by path.

What the engine can read in the lake it reads there; of everything else, and where something was refused, a copy without it
is shared in the engine's place. Invariant: what the engine reads was judged before, byte for byte.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from cinelake.lake.store import Store
from cinelake.refine.engines.engine import Engine
from cinelake.refine.engines.scratch import Place
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


class Refusal(msgspec.Struct, frozen=True):
    """A record or line that was kept out (position 0: a whole file), of how many `records`; `id` is TMDB's or IMDb's."""

    key: str
    kind: str
    position: int
    id: int | str | None
    reason: str
    records: int


@dataclass(slots=True)
class Staged:
    """What came of reading Raw: rows for the engine, and what a report tells.

    Attributes:
        paths: what the engine is to read, by kind.
        unknown: records that hold a field which the table of fields does not have, by kind and name.
        absent: files that a manifest names and that are gone or altered: key, kind, records, reason.
        superseded: records whose title came again on that day with other contents, by kind.
        history: what the slices tell besides their records.
    """

    paths: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    files: list[tuple[object, ...]] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    unknown: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    absent: list[tuple[object, ...]] = field(default_factory=list)
    superseded: dict[str, int] = field(default_factory=dict)
    history: History = field(default_factory=History)


def stage_raw(store: Store, zone: RawZone, place: Place, folder: Path) -> Staged:
    """Read and judge every file of Raw that counts.

    Raises:
        DamagedError: what a listing's rows said cannot be read.
    """
    staged = Staged(history=stage_history(store, zone.committed, place, folder))
    repeats = _Repeats()
    for each in zone.absent:
        staged.absent.append(_lose(each, "its manifest names it, and it is not there"))
    for number, file in enumerate(sorted(zone.files, key=_rank)):
        stored = store.read(file.key)
        if stored is None:
            staged.absent.append(_lose(file, "it was removed while it was read"))
            continue
        findings = inspect_file(stored.data, RECORDS[file.kind])
        if file.batch and findings.sha256 != file.batch.sha256:
            staged.absent.append(_lose(file, "it has another SHA-256 than its manifest says"))
            continue
        repeats.add(file, findings)
        address = place.find(store, file.key) if findings.clean is None else None
        if address is None:
            path = folder / f"{number}.json"
            path.write_bytes(stored.data if findings.clean is None else findings.clean)
            address = place.share(path)
        _note(staged, file, findings, address)
    staged.superseded = repeats.count_superseded()
    return staged


def load_staged(staged: Staged, engine: Engine) -> None:
    """Hand everything that models may name as an input to the engine."""
    for kind, table in (("movie", "raw_movies"), ("series", "raw_series")):
        engine.load_files(table, build_columns(RECORDS[kind]), staged.paths[kind])
    engine.load_rows("raw_file", _FILE_COLUMNS, staged.files)
    refused = [msgspec.structs.astuple(refusal) for refusal in staged.refusals]
    engine.load_rows("raw_refused", _REFUSED_COLUMNS, refused)
    columns = {"key": "VARCHAR", "kind": "VARCHAR", "records": "BIGINT", "reason": "VARCHAR"}
    engine.load_rows("raw_absent", columns, staged.absent)
    engine.load_rows("raw_difference", {"kind": "VARCHAR", "records": "BIGINT"}, list(staged.superseded.items()))
    load_history(staged.history, engine)
    for small in read_reference():
        engine.load_rows(small.name, small.columns, small.rows)


def _note(staged: Staged, file: RawFile, findings: Findings, address: str) -> None:
    stated = file.batch.records if file.batch else None
    is_list = not any(refused.position == 0 for refused in findings.refused)
    records = findings.records if is_list else stated or 0
    if findings.ids:
        staged.paths[file.kind].append(address)
    committed = format_instant(file.committed_at) if file.committed_at else None
    place = address, file.key, file.kind, file.slice, file.collected_on.isoformat(), file.genre_id
    staged.files.append((*place, committed, records, stated))
    for refused in findings.refused:
        count = 1 if is_list else records
        staged.refusals.append(Refusal(file.key, file.kind, refused.position, refused.id, refused.reason, count))
    for name, count in findings.unknown.items():
        staged.unknown[f"{file.kind}.{name}"] += count


def _rank(file: RawFile) -> tuple[datetime, str]:
    """Later collections last."""
    return file.committed_at or _EARLIEST, file.key


def _lose(file: RawFile, reason: str) -> tuple[object, ...]:
    return file.key, file.kind, file.batch.records if file.batch else 0, reason


class _Repeats:
    """Which titles came again on one day, and whether with other contents; files are added later ones last."""

    def __init__(self) -> None:
        self._last: dict[tuple[str, str], dict[int, int]] = defaultdict(dict)
        self._former: dict[tuple[str, str], dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))

    def add(self, file: RawFile, findings: Findings) -> None:
        """Note the records of a file."""
        place = file.kind, file.collected_on.isoformat()
        last, former = self._last[place], self._former[place]
        for title_id, digest in zip(findings.ids, findings.digests, strict=True):
            if title_id in last:
                former[title_id].append(last[title_id])
            last[title_id] = digest

    def count_superseded(self) -> dict[str, int]:
        """Records that differ from the one that counts, by kind."""
        found: dict[str, int] = defaultdict(int)
        for place, former in self._former.items():
            last = self._last[place]
            found[place[0]] += sum(digest != last[title_id] for title_id, each in former.items() for digest in each)
        return dict(found)
