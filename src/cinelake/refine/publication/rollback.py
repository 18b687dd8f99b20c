"""Make a kept version the current one again.

Only the pointer changes, then everything that shows the current version. The version that was current is kept instead, so
a rollback can be undone. Raw is not touched: the next build publishes the newest state again.
"""

from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches

import msgspec

from cinelake.errors import DamagedError, UsageError
from cinelake.lake.store import Store
from cinelake.refine.part_hashes import find_damaged
from cinelake.refine.publication.completion import complete_publication
from cinelake.refine.publish import find_version, list_previous, publish_pointer, read_pointer_tag
from cinelake.refine.versions import Pointer, read_pointer, read_version


@dataclass(frozen=True, slots=True)
class KeptVersion:
    """A version of the lake.

    Attributes:
        built_at: None if its description is lost.
        rows: of all its tables.
        is_usable: all its objects exist.
    """

    version: str
    built_at: datetime | None
    rows: int
    is_current: bool
    is_usable: bool


@dataclass(frozen=True, slots=True)
class RolledBack:
    """The version that is current after a rollback, the one before it, and what does not show the current one."""

    pointer: Pointer
    replaced: str
    warnings: tuple[str, ...]


def list_versions(store: Store) -> tuple[KeptVersion, ...]:
    """The current version and the kept ones, newest first.

    Raises:
        UsageError: no version was built yet.
        DamagedError: the pointer or the description of a version cannot be read.
    """
    pointer = _find_pointer(store)
    listed = [KeptVersion(pointer.version, pointer.built_at, _count_rows(pointer), is_current=True, is_usable=True)]
    for each in pointer.previous:
        described, is_usable = read_version(store, each.version), find_version(store, each.version) is not None
        built_at, rows = (described.built_at, _count_rows(described)) if described else (None, 0)
        listed.append(KeptVersion(each.version, built_at, rows, is_current=False, is_usable=is_usable))
    return tuple(listed)


def roll_back(store: Store, wanted: str | None) -> RolledBack:
    """Make a kept version current: the one that begins with `wanted`, or the newest kept one.

    Raises:
        UsageError: no version is kept, or `wanted` is none of them.
        DamagedError: objects of the version do not exist or are damaged.
        OvertakenError: a build has published in the meantime.
    """
    tag = read_pointer_tag(store)
    pointer = _find_pointer(store)
    version = _choose([each.version for each in pointer.previous], wanted, pointer.version)
    described = find_version(store, version)
    if described is None:
        raise DamagedError(
            f'objects of version "{version}" do not exist',
            hint="run `cinelake rollback --list` to see which versions are complete",
            subject=version,
        )
    damaged = find_damaged(store, (part for table in described.tables for part in table.parts))
    if damaged:
        raise DamagedError(
            f'objects of version "{version}" are damaged',
            cause=f"the SHA-256 of {min(damaged)} differs from the recorded one",
            hint="choose another version: run `cinelake rollback --list`",
            subject=min(damaged),
        )
    restored = msgspec.structs.replace(described, previous=list_previous(pointer, version))
    publish_pointer(store, restored, tag)
    return RolledBack(restored, pointer.version, complete_publication(store, restored))


def _choose(kept: list[str], wanted: str | None, current: str) -> str:
    if not kept:
        raise UsageError(
            f"no version is kept besides the current one, {current}",
            hint="run `cinelake build --keep N` to keep N versions from now on",
        )
    if wanted is None:
        return kept[0]
    found = [version for version in kept if version.startswith(wanted)] if wanted else []
    if len(found) == 1:
        return found[0]
    if wanted and current.startswith(wanted) and not found:
        raise UsageError(f'version "{wanted}" is the current one', hint=f"the kept versions are {', '.join(kept)}")
    reason = "several versions begin with" if found else "no kept version begins with"
    near = get_close_matches(wanted, kept, 1)
    hint = f"did you mean {near[0]}?" if near and not found else f"the kept versions are {', '.join(found or kept)}"
    raise UsageError(f'{reason} "{wanted}"', hint=hint)


def _find_pointer(store: Store) -> Pointer:
    pointer = read_pointer(store)
    if pointer is None:
        raise UsageError(f'no tables in lake "{store!r}"', hint="check --lake, or run `cinelake build` first")
    return pointer


def _count_rows(pointer: Pointer) -> int:
    return sum(part.rows for table in pointer.tables for part in table.parts)
