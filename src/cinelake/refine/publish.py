"""Publish tables: write them under the name of their version, then replace the document that names the current version.

Versions/<version>/<table>/<table>.parquet                  one file per table
Versions/<version>/version.json                             the description of the version: written after its tables
_cinelake/refined/current.json                              the pointer: written last, in one step

If a build is killed before it replaces the pointer, the previous version stays current and complete. If it is killed
later, the next build completes the copies in Refined/ (see publication/) and removes the objects that are no longer
needed. Readers follow the pointer. If two builds run at once, one publishes, and the other one notices that and stops.
"""

import msgspec

from cinelake.errors import DamagedError, OvertakenError
from cinelake.lake.documents import encode_document
from cinelake.lake.keys import POINTER, TRUSTED, VERSIONS
from cinelake.lake.store import Store
from cinelake.refine.trusted.parts import TRUSTED_KEY
from cinelake.refine.versions import (
    SHARED,
    Pointer,
    PreviousVersion,
    has_all_parts,
    name_description,
    parse_version,
    read_pinned,
    read_version,
)


def read_pointer_tag(store: Store) -> str | None:
    """The store's tag of the pointer, which changes when another build replaces it. Read the tag before the pointer."""
    stored = store.read(POINTER)
    return None if stored is None else stored.version


def publish_pointer(store: Store, pointer: Pointer, tag: str | None) -> str:
    """Describe a version and make it the current one if the pointer still has this tag. Returns the new tag.

    Raises:
        OvertakenError: another build has replaced the pointer, or removed objects of this version.
    """
    new_tag = None
    if has_all_parts(store, pointer):
        describe_version(store, pointer)
        new_tag = store.swap(POINTER, encode_document(pointer), tag)
    if new_tag is None:
        raise OvertakenError(
            "another build of this lake published its tables during this build",
            hint="run `cinelake build` again; it builds only what is not yet published",
            subject=POINTER,
        )
    return new_tag


def find_version(store: Store, version: str) -> Pointer | None:
    """The description of a version whose objects all exist, such as the one before a rollback; else None."""
    described = read_description(store, version)
    return described if described is not None and has_all_parts(store, described) else None


def delete_unused(store: Store, pointer: Pointer, tag: str | None) -> int:
    """Remove the objects that neither the current version, nor a kept one, nor a snapshot of Iceberg uses.

    Returns the number of these objects.

    Nothing is removed if the pointer no longer has this tag: the build that replaced it removes them. A build that is still
    writing may lose objects, and notices that before it publishes. What versions share stays while one of them has no
    description that can be read.

    Raises:
        DamagedError: the record of Iceberg's versions cannot be read.
    """
    kept = {*(each.version for each in pointer.previous), *read_pinned(store).versions}
    described = [read_description(store, version) for version in sorted(kept)]
    known = [pointer, *filter(None, described)]
    used = {part.key for each in known for table in each.tables for part in table.parts}
    used |= {key for each in pointer.previous for key in each.trusted}
    unused = [
        entry.key
        for entry in store.list_entries(f"{VERSIONS}/")
        if (version := parse_version(entry.key)) and version not in {pointer.version, *kept}
    ]
    if all(described):  # otherwise the version without a description may use any of these
        unused += [entry.key for entry in store.list_entries(f"{SHARED}/") if entry.key not in used]
        unused += [
            entry.key
            for entry in store.list_entries(f"{TRUSTED}/")
            if TRUSTED_KEY.fullmatch(entry.key) and entry.key not in used
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


def describe_version(store: Store, pointer: Pointer) -> None:
    """Write the description of a version unless it is stored."""
    key = name_description(pointer.version)
    text = encode_document(msgspec.structs.replace(pointer, previous=()))
    stored = store.read(key)
    if stored is None or stored.data != text:
        store.write(key, text)


def read_description(store: Store, version: str) -> Pointer | None:
    """The description of a version, or None if it does not exist or is damaged."""
    try:
        return read_version(store, version)
    except DamagedError:
        return None


def _list_trusted(pointer: Pointer) -> tuple[str, ...]:
    return tuple(part.key for table in pointer.tables if table.zone == "trusted" for part in table.parts)
