"""Publish tables: write them under the name of their version, then replace the document that names the current version.

Refined/<table>/v=<version>/part-0.parquet                  one file per table
Trusted/TMDB/Parquet/<kind>/dt=<day>/<hash>.parquet         named by its contents, so an unchanged day is not written
again Trusted/Local/Parquet/<Titles|People|Credits>/<hash>.parquet    the same for IMDb files
_cinelake/refined/current.json                              the pointer: written last, in one step

If a build is killed before it replaces the pointer, the previous version stays current and complete. If it is killed
later, the next build removes the objects that are no longer needed. Readers follow the pointer. If two builds run at
once, one publishes, and the other one notices that and stops.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from cinelake.errors import OvertakenError
from cinelake.lake.documents import encode_document
from cinelake.lake.store import Store
from cinelake.refine.engines.engine import Engine
from cinelake.refine.fields import FOLDERS
from cinelake.refine.models.model import Model
from cinelake.refine.versions import POINTER, REFINED, TRUSTED, Part, Pointer, PreviousVersion, Published, has_all_parts

_TMDB, _LOCAL = f"{TRUSTED}/TMDB/Parquet", f"{TRUSTED}/Local/Parquet"
_DATED = {f"trusted_{name.lower()}": f"{_TMDB}/{name}" for name in FOLDERS}
_UNDATED = {f"trusted_imdb_{name.lower()}": f"{_LOCAL}/{name}" for name in ("Titles", "People", "Credits")}
"""The folder of each Trusted table."""
_REFINED_KEY = re.compile(rf"{REFINED}/[a-z_]+/v=([0-9a-f]+)/part-0\.parquet")
_TRUSTED_KEY = re.compile(rf"({_TMDB}/\w+/dt=\d{{4}}-\d\d-\d\d|{_LOCAL}/(Titles|People|Credits))/[0-9a-f]{{16}}\.parquet")
_NAME_LENGTH = 16


def write_tables(store: Store, engine: Engine, models: Iterable[Model], version: str, folder: Path) -> list[Published]:
    """Write every Trusted and Refined model as Parquet. Readers do not see it before the pointer is replaced."""
    published = []
    for model in models:
        match model.zone:
            case "staging":
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


def read_pointer_tag(store: Store) -> str | None:
    """The store's tag of the pointer, which changes when another build replaces it. Read the tag before the pointer."""
    stored = store.read(POINTER)
    return None if stored is None else stored.version


def publish_pointer(store: Store, pointer: Pointer, tag: str | None) -> str:
    """Make a version the current one if the pointer still has this tag. Returns the new tag.

    Raises:
        OvertakenError: another build has replaced the pointer, or removed objects of this version.
    """
    new_tag = store.swap(POINTER, encode_document(pointer), tag) if has_all_parts(store, pointer) else None
    if new_tag is None:
        raise OvertakenError(
            "another build of this lake published its tables during this build",
            hint="run `cinelake build` again; it builds only what is not yet published",
            subject=POINTER,
        )
    return new_tag


def delete_unused(store: Store, pointer: Pointer, tag: str | None) -> int:
    """Remove the objects that neither the current version nor a kept one uses. Returns their number.

    Nothing is removed if the pointer no longer has this tag: the build that replaced it removes them. A build that is still
    writing may lose objects, and notices that before it publishes.
    """
    versions = {pointer.version, *(each.version for each in pointer.previous)}
    used = {*_list_trusted(pointer), *(key for each in pointer.previous for key in each.trusted)}
    unused = [
        entry.key
        for entry in store.list_entries(f"{REFINED}/")
        if (found := _REFINED_KEY.fullmatch(entry.key)) and found[1] not in versions
    ]
    unused += [
        entry.key
        for entry in store.list_entries(f"{TRUSTED}/")
        if _TRUSTED_KEY.fullmatch(entry.key) and entry.key not in used
    ]
    if read_pointer_tag(store) != tag:
        return 0
    for key in unused:
        store.delete(key)
    return len(unused)


def list_previous(current: Pointer | None, version: str) -> tuple[PreviousVersion, ...]:
    """The versions other than `version`, newest first."""
    if current is None:
        return ()
    known = (PreviousVersion(current.version, _list_trusted(current)), *current.previous)
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
    """A local Parquet file before it is written to the lake."""

    path: Path
    rows: int
    bytes: int
    sha256: str

    def as_part(self, key: str) -> Part:
        return Part(key, self.rows, self.bytes, self.sha256)


def _write_trusted(store: Store, exported: _Exported, folder: str) -> Part:
    """Write a file under the hash of its contents unless it exists."""
    key = f"{folder}/{exported.sha256[:_NAME_LENGTH]}.parquet"
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
