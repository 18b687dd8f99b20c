"""Owns what is current: tables are written under their version first, then one document says that they count.

Refined/<table>/v=<version>/part-0.parquet                  one file a table
Trusted/TMDB/Parquet/<kind>/dt=<day>/<hash>.parquet         named for its contents: an unchanged day is not written again
Trusted/Local/Parquet/<Titles|People|Credits>/<hash>.parquet    the same, of IMDb's files
_cinelake/refined/current.json                              the pointer: written last, in one step

Killed before the pointer moves, the former version is current and whole; killed after, what is no longer wanted is removed
by the next build. A reader goes by the pointer. Of two builds at once one publishes; the other sees that and stops.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec

from cinelake.errors import OvertakenError
from cinelake.lake.documents import encode_document, read_document
from cinelake.lake.keys import OWN
from cinelake.lake.store import Store
from cinelake.refine.build_report import BuildReport
from cinelake.refine.engines.engine import Engine
from cinelake.refine.fields import FOLDERS
from cinelake.refine.models.model import Model

POINTER = f"{OWN}/refined/current.json"
REFINED = "Refined"
TRUSTED = "Trusted"
_TMDB, _LOCAL = f"{TRUSTED}/TMDB/Parquet", f"{TRUSTED}/Local/Parquet"
_DATED = {f"trusted_{name.lower()}": f"{_TMDB}/{name}" for name in FOLDERS}
_UNDATED = {f"trusted_imdb_{name.lower()}": f"{_LOCAL}/{name}" for name in ("Titles", "People", "Credits")}
"""Folder of each Trusted table."""
_REFINED_KEY = re.compile(rf"{REFINED}/[a-z_]+/v=([0-9a-f]+)/part-0\.parquet")
_TRUSTED_KEY = re.compile(rf"({_TMDB}/\w+/dt=\d{{4}}-\d\d-\d\d|{_LOCAL}/(Titles|People|Credits))/[0-9a-f]{{16}}\.parquet")
_NAME = 16


class Part(msgspec.Struct, frozen=True):
    """One Parquet object: key, rows, size, and SHA-256 in hex."""

    key: str
    rows: int
    bytes: int
    sha256: str


class Published(msgspec.Struct, frozen=True):
    """One table of the current version; `keys` tell its rows apart."""

    name: str
    zone: str
    about: str
    keys: tuple[str, ...]
    parts: tuple[Part, ...]


class Former(msgspec.Struct, frozen=True):
    """A version before the current one that is kept whole: its name, and its objects of Trusted."""

    version: str
    trusted: tuple[str, ...]


class Pointer(msgspec.Struct, frozen=True):
    """The current version: its tables, what the build had to tell, and the versions kept before it, newest first."""

    version: str
    built_at: datetime
    tables: tuple[Published, ...]
    report: BuildReport
    former: tuple[Former, ...]

    def parts(self, table: str) -> tuple[Part, ...]:
        """The objects of a table; none if there is no such table."""
        return next((each.parts for each in self.tables if each.name == table), ())


def read_pointer(store: Store) -> Pointer | None:
    """What is current; None before the first build.

    Raises:
        DamagedError: it cannot be read.
    """
    return read_document(store, POINTER, Pointer, hint=f"remove {POINTER} and build again: nothing else is lost")


def is_whole(store: Store, pointer: Pointer) -> bool:
    """Whether every object of the current version is there, with its size."""
    sizes = {entry.key: entry.size for zone in (REFINED, TRUSTED) for entry in store.list_entries(f"{zone}/")}
    return all(sizes.get(part.key) == part.bytes for table in pointer.tables for part in table.parts)


def write_tables(store: Store, engine: Engine, models: Iterable[Model], version: str, folder: Path) -> list[Published]:
    """Every model that is no step as Parquet under its key; nothing of it counts yet."""
    published = []
    for model in models:
        match model.zone:
            case "step":
                continue
            case "trusted" if model.name in _UNDATED:
                parts = [_write_trusted(store, _export(engine, model, "", folder), _UNDATED[model.name])]
            case "trusted":
                parts = _write_days(store, engine, model, folder)
            case "refined":
                key = f"{REFINED}/{model.name}/v={version}/part-0.parquet"
                exported = _export(engine, model, "", folder)
                store.write_file(key, exported.path)
                parts = [exported.as_part(key)]
        published.append(Published(model.name, model.zone, model.about, model.keys, tuple(parts)))
    return published


def read_mark(store: Store) -> str | None:
    """What tells, later on, whether somebody moved the pointer in the meantime; read it before the pointer."""
    stored = store.read(POINTER)
    return None if stored is None else stored.version


def publish_pointer(store: Store, pointer: Pointer, mark: str | None) -> str:
    """Make a version the current one, if what was current at `mark` still is; the new mark.

    Raises:
        OvertakenError: it is not, or another build has removed what this one wrote.
    """
    moved = store.swap(POINTER, encode_document(pointer), mark) if is_whole(store, pointer) else None
    if moved is None:
        raise OvertakenError(
            "build",
            "another build of this lake has published in the meantime",
            "one build at a time",
            "run cinelake build again: if nothing is left to do, it only checks",
        )
    return moved


def delete_unwanted(store: Store, pointer: Pointer, mark: str | None) -> int:
    """Remove what neither the current version nor its former ones hold; the number of objects removed.

    Nothing, if somebody moved the pointer since `mark`: whoever did tidies up. A build that is still writing may lose what
    it wrote, and sees that before it publishes.
    """
    kept = pointer.former
    versions = {pointer.version, *(former.version for former in kept)}
    named = {*_list_trusted(pointer), *(key for former in kept for key in former.trusted)}
    unwanted = [
        entry.key
        for entry in store.list_entries(f"{REFINED}/")
        if (found := _REFINED_KEY.fullmatch(entry.key)) and found[1] not in versions
    ]
    unwanted += [
        entry.key
        for entry in store.list_entries(f"{TRUSTED}/")
        if _TRUSTED_KEY.fullmatch(entry.key) and entry.key not in named
    ]
    if read_mark(store) != mark:
        return 0
    for key in unwanted:
        store.delete(key)
    return len(unwanted)


def list_former(current: Pointer | None, version: str) -> tuple[Former, ...]:
    """The versions before `version`, newest first."""
    if current is None:
        return ()
    known = (Former(current.version, _list_trusted(current)), *current.former)
    return tuple(each for each in known if each.version != version)


def _list_trusted(pointer: Pointer) -> tuple[str, ...]:
    return tuple(part.key for table in pointer.tables if table.zone == "trusted" for part in table.parts)


def _write_days(store: Store, engine: Engine, model: Model, folder: Path) -> list[Part]:
    parts = []
    days = engine.query(f"SELECT DISTINCT collected_on FROM {model.name} ORDER BY collected_on")  # noqa: S608 - our own
    for (day,) in days:
        exported = _export(engine, model, f"WHERE collected_on = DATE '{day}'", folder)
        parts.append(_write_trusted(store, exported, f"{_DATED[model.name]}/dt={day}"))
    return parts


@dataclass(frozen=True, slots=True)
class _Exported:
    """A Parquet file on its way into the lake."""

    path: Path
    rows: int
    bytes: int
    sha256: str

    def as_part(self, key: str) -> Part:
        return Part(key, self.rows, self.bytes, self.sha256)


def _write_trusted(store: Store, exported: _Exported, folder: str) -> Part:
    """Write what is not there yet; its name is that of its contents."""
    key = f"{folder}/{exported.sha256[:_NAME]}.parquet"
    if not any(entry.size == exported.bytes for entry in store.list_entries(key)):
        store.write_file(key, exported.path)
    return exported.as_part(key)


def _export(engine: Engine, model: Model, where: str, folder: Path) -> _Exported:
    order = ", ".join(model.order)
    path = folder / f"{model.name}.parquet"
    engine.write(f"SELECT * FROM {model.name} {where} ORDER BY {order}", path)  # noqa: S608 - our own names
    ((rows,),) = engine.query(f"SELECT COUNT(*) FROM {model.name} {where}")  # noqa: S608 - the same
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return _Exported(path, int(str(rows)), path.stat().st_size, sha256)
