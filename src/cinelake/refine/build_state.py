"""What a version hands on to the next build: the chunks that Trusted holds, the days of snapshot, and internal tables.

Versions/<version>/_state/state.json          the document below, which the pointer names
Versions/<version>/_state/<table>.parquet     an internal table

Invariant: a build gives the same tables with this state as without it, so a lost or unknown state costs time only.
"""

from datetime import date

import msgspec

from cinelake.errors import DamagedError
from cinelake.lake.documents import encode_document, read_document
from cinelake.lake.store import Store
from cinelake.refine.trusted.parts import TypedChunk
from cinelake.refine.trusted.raw_files import HashedFile
from cinelake.refine.versions import Part, Pointer, name_state


class SnapshotDay(msgspec.Struct, frozen=True):
    """A day of the table snapshot: its part, or None without any row; `inputs` names what it was built from."""

    kind: str
    day: date
    inputs: str
    part: Part | None


class BuildState(msgspec.Struct, frozen=True):
    """The state of a build.

    Attributes:
        release: the engine that wrote the tables.
        rules: a name of the rules by which they were built.
        imdb: a name of the contents of the IMDb files.
        chunks: the valid chunks of Trusted.
        tables: the internal tables by name.
    """

    release: str
    rules: str
    imdb: str
    chunks: tuple[TypedChunk, ...] = ()
    snapshots: tuple[SnapshotDay, ...] = ()
    tables: dict[str, Part] = {}

    def list_hashed(self) -> dict[str, HashedFile]:
        """The files of version 1 of the lake whose SHA-256 is known, by key."""
        return {file.key: file for chunk in self.chunks for file in chunk.hashed}


EMPTY = BuildState("", "", "")
"""The state before the first build."""


def read_state(store: Store, pointer: Pointer | None) -> BuildState:
    """The state of the current version; an empty one if there is none, or it cannot be read."""
    if pointer is None:
        return EMPTY
    try:
        found = read_document(store, name_state(pointer.version, "state.json"), BuildState, hint="run `cinelake build`")
    except DamagedError:
        return EMPTY
    return found or EMPTY


def write_state(store: Store, version: str, state: BuildState) -> None:
    """Write the document."""
    store.write(name_state(version, "state.json"), encode_document(state))
