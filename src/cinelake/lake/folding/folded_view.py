"""Find the document of a slice, whether it is folded or loose (an object of its own).

A store is viewed through an index of its days and a cache of folded documents, which readers in all threads share.
Invariant: an index may be old, but a key that is missing makes it be read once more, so that a reader never misses a
document because a run was folded in between. `list_days` lists again, and later reads see the result.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from weakref import WeakKeyDictionary

import msgspec

from cinelake.concurrency import map_concurrently
from cinelake.errors import DamagedError
from cinelake.lake.folding.folded_document import Folded, decode_folded
from cinelake.lake.folding.folded_keys import FoldedKey, day_folder, parse_folded_key, parse_loose_key
from cinelake.lake.keys import SliceKey
from cinelake.lake.store import Entry, Store

_CACHE_BYTES = 64_000_000
"""Size of the cached documents of a store, not compressed; the newest one is cached at any size."""

_DayKey = tuple[str, str, date]


@dataclass(frozen=True, slots=True)
class FoldedEntry:
    """A folded document as listed."""

    name: FoldedKey
    entry: Entry


@dataclass(slots=True)
class DayDocuments:
    """The documents of one day below one root: loose ones by slice name and revision, and folded ones, oldest first."""

    loose: dict[str, dict[int, Entry]] = field(default_factory=dict)
    folded: list[FoldedEntry] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Part:
    """The document of a slice as found: its bytes, the key of the object that has it, and whether that is folded."""

    data: bytes | msgspec.Raw
    key: str
    is_folded: bool


class _View:
    """What is known about one store. It must not refer to the store, which it would keep alive."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.days: dict[_DayKey, DayDocuments] = {}
        self.is_wide: set[tuple[str, str]] = set()
        self.scope = "-"
        self._cache: OrderedDict[tuple[str, str], tuple[Folded, int]] = OrderedDict()
        self._loading: dict[str, threading.Lock] = {}
        self._bytes = 0

    def load(self, store: Store, entry: Entry) -> Folded | None:
        """The folded document of an entry; None if it is gone."""
        with self.lock:
            loading = self._loading.setdefault(entry.key, threading.Lock())
        with loading:
            with self.lock:
                if cached := self._cache.get((entry.key, entry.version)):
                    self._cache.move_to_end((entry.key, entry.version))
                    return cached[0]
            stored = store.read(entry.key)
            if stored is None:
                return None
            folded, size = decode_folded(entry.key, stored.data)
            with self.lock:
                self._cache[entry.key, stored.version] = folded, size
                self._bytes += size
                while self._bytes > _CACHE_BYTES and len(self._cache) > 1:
                    self._bytes -= self._cache.popitem(last=False)[1][1]
            return folded


_VIEWS: WeakKeyDictionary[Store, _View] = WeakKeyDictionary()
_VIEWS_LOCK = threading.Lock()


def list_days(store: Store, root: str, within: str = "") -> dict[_DayKey, DayDocuments]:
    """List the documents below a root again, by day; `within` is empty, a kind, or <kind>/<yyyy>/<mm>/<dd>.

    What is known about other roots is discarded, so that it is read again when it is needed.
    """
    view = _view_of(store)
    with view.lock:
        if within != view.scope or root in {key[0] for key in view.days}:
            view.days.clear()
            view.is_wide.clear()
        view.scope = within
    return _read_days(store, view, root, within)


def discard_day(store: Store, key: SliceKey) -> None:
    """Discard what is known about the day of a slice, whose documents are about to change."""
    view = _view_of(store)
    with view.lock:
        for known in [each for each in view.days if each[1:] == (key.kind, key.run_on)]:
            del view.days[known]


def read_part(store: Store, root: str, key: SliceKey, revision: int = 0) -> Part | None:
    """Read the document of a slice, or None if there is none; below the root of manifests, that of the revision.

    Raises:
        DamagedError: the folded document that may have it cannot be read.
    """
    view = _view_of(store)
    documents, is_fresh = _find_day(store, view, root, key)
    part, is_missing = _look_up(store, view, documents, key, revision)
    if part is None and (is_missing or not is_fresh):
        discard_day(store, key)
        documents, _ = _find_day(store, view, root, key)
        part, _ = _look_up(store, view, documents, key, revision)
    return part


def has_part(store: Store, root: str, key: SliceKey) -> bool:
    """Whether a slice has a document below a root. An object of its own is not read for it.

    Raises:
        DamagedError: the folded document that may have it cannot be read.
    """
    documents, _ = _find_day(store, _view_of(store), root, key)
    return key.name in documents.loose or read_part(store, root, key) is not None


def list_folded(store: Store, entries: Iterable[FoldedEntry]) -> Iterator[tuple[FoldedEntry, Folded | DamagedError | None]]:
    """Read folded documents, several at a time; an error, or None if one is gone, instead of its value."""

    def load(each: FoldedEntry) -> tuple[FoldedEntry, Folded | DamagedError | None]:
        try:
            return each, load_folded(store, each)
        except DamagedError as error:
            return each, error

    yield from map_concurrently(load, entries)


def load_folded(store: Store, each: FoldedEntry) -> Folded | None:
    """Read a folded document, or take it from the cache; None if it is gone.

    Raises:
        DamagedError: it cannot be read.
    """
    return _view_of(store).load(store, each.entry)


def find_day(store: Store, root: str, kind: str, run_on: date, *, is_fresh: bool = False) -> DayDocuments:
    """The documents of a day below a root, as the index has them; `is_fresh` lists them first."""
    key = SliceKey(kind, run_on, "")
    if is_fresh:
        discard_day(store, key)
    return _find_day(store, _view_of(store), root, key)[0]


def list_parts(store: Store, root: str, within: str = "") -> set[SliceKey]:
    """List again the slices that have a document below a root; `within` as for `list_days`.

    Raises:
        DamagedError: a folded document cannot be read.
    """
    days = list_days(store, root, within)
    found = {SliceKey(*day[1:], name) for day, documents in days.items() for name in documents.loose}
    for each, folded in list_folded(store, (each for documents in days.values() for each in documents.folded)):
        if isinstance(folded, DamagedError):
            raise folded
        found.update(SliceKey(each.name.kind, each.name.run_on, name) for name in (folded.parts if folded else ()))
    return found


def _look_up(store: Store, view: _View, documents: DayDocuments, key: SliceKey, revision: int) -> tuple[Part | None, bool]:
    """The document of a slice, and whether an object was missing that the index has.

    A loose listing is at least as new as a folded one. A manifest of one revision is the same in both.
    """
    entry = documents.loose.get(key.name, {}).get(revision)
    if entry is not None and (stored := store.read(entry.key)) is not None:
        return Part(stored.data, entry.key, is_folded=False), False
    is_missing = entry is not None
    for each in reversed(documents.folded):
        folded = view.load(store, each.entry)
        is_missing = is_missing or folded is None
        part = folded.parts.get(key.name) if folded else None
        if part is not None and (not revision or msgspec.json.decode(part, type=Revision).revision == revision):
            return Part(part, each.entry.key, is_folded=True), False
    return None, is_missing


class Revision(msgspec.Struct, gc=False):
    """The fields of a manifest by which it is ordered."""

    revision: int
    number: int = 0


def _find_day(store: Store, view: _View, root: str, key: SliceKey) -> tuple[DayDocuments, bool]:
    """The documents of a slice's day, and whether they were listed just now."""
    day = root, key.kind, key.run_on
    with view.lock:
        if day in view.days:
            return view.days[day], False
        if (root, key.kind) not in view.is_wide and view.scope in {"", key.kind}:
            _read_days(store, view, root, key.kind)
        else:
            _read_days(store, view, root, day_folder("", key.kind, key.run_on).strip("/"))
        return view.days.setdefault(day, DayDocuments()), True


def _read_days(store: Store, view: _View, root: str, within: str) -> dict[_DayKey, DayDocuments]:
    found: dict[_DayKey, DayDocuments] = {}
    for entry in store.list_entries(f"{root}/{within}/" if within else f"{root}/"):
        if loose := parse_loose_key(entry.key, root):
            day = found.setdefault((root, loose[0].kind, loose[0].run_on), DayDocuments())
            day.loose.setdefault(loose[0].name, {})[loose[1]] = entry
        elif folded := parse_folded_key(entry.key):
            day = found.setdefault((root, folded.kind, folded.run_on), DayDocuments())
            day.folded.append(FoldedEntry(folded, entry))
    for day in found.values():
        day.folded.sort(key=lambda each: (each.name.number, each.entry.key))
    with view.lock:
        view.days.update(found)
        if within and "/" not in within:
            view.is_wide.add((root, within))
    return found


def _view_of(store: Store) -> _View:
    with _VIEWS_LOCK:
        return _VIEWS.setdefault(store, _View())
