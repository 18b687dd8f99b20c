"""Copy the tables of the current version to Refined/, where any tool can read them.

Each copy is replaced in one step, and a file whose bytes stay the same is not touched. A document that is written last
records which version the copies show and the store's tag of each copy. Invariant: whatever ends this process, the next
build replaces every copy that does not show the current version, also if it has nothing else to do. A damaged part is not
copied.
"""

from cinelake.errors import DamagedError
from cinelake.lake.documents import write_document
from cinelake.lake.keys import REFINED
from cinelake.lake.store import Store
from cinelake.refine.part_hashes import check_object
from cinelake.refine.publication.copied_files import COPIES, Copies, Copy, is_copy, name_copies, read_copies
from cinelake.refine.publication.readme import README, write_readme
from cinelake.refine.versions import Pointer, read_pointer


def update_copies(store: Store, pointer: Pointer) -> Pointer:
    """Make Refined/ show the current version, which is `pointer` unless another build publishes meanwhile. Returns it.

    Raises:
        DamagedPartError: a part to copy differs from its SHA-256; its copy is unchanged.
        DamagedError: a part of the current version does not exist.
    """
    while True:
        copies = _copy_changed(store, pointer)
        # A second build may have replaced copies in the meantime by those of its own version. The later one of both
        # finds the pointer in its final state, and compares all tags.
        current = read_pointer(store) or pointer
        if current.version == pointer.version and copies is not None:
            return current
        pointer = current


def _copy_changed(store: Store, pointer: Pointer) -> Copies | None:
    """Replace the copies that differ from a version. None if another version has replaced this one before the end."""
    recorded = read_copies(store)
    tags = {entry.key: entry.version for entry in store.list_entries(f"{REFINED}/")}
    known = {each.key: each for each in recorded.files if tags.get(each.key) == each.tag} if recorded else {}
    files = []
    for key, part in name_copies(pointer).items():
        copy = known.get(key)
        if copy is None or copy.sha256 != part.sha256:
            check_object(store, part.key, part.sha256)
            tag = store.copy(part.key, key)
            if tag is None:
                _expect_overtaken(store, pointer, part.key)
                return None
            copy = Copy(key, part.sha256, tag)
        files.append(copy)
    copies = Copies(pointer.version, tuple(files))
    stale = [key for key in tags if is_copy(key) and key not in {each.key for each in files}]
    if copies == recorded and not stale and README in tags:
        return copies
    for key in stale:
        store.delete(key)
    write_readme(store, pointer)
    write_document(store, COPIES, copies)
    return copies


def _expect_overtaken(store: Store, pointer: Pointer, key: str) -> None:
    """Check that a part is absent because another build has replaced the version and removed it."""
    current = read_pointer(store)
    if current is None or current.version == pointer.version:
        raise DamagedError(
            f'object "{key}" of the current version does not exist',
            hint="run `cinelake build` to build it again",
            subject=key,
        )
