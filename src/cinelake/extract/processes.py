"""Which run number fetched a batch that no manifest names yet, when a killed run is resumed.

Each process that fetches records of a kind and day first writes a document with the batches that it found there. Those
that no earlier document attributes are the work of the latest earlier process, because the lease lets one process work at a
time. The document replaces the earlier ones of the same run. Invariant: a process writes no batch before its document
exists. Before it replaces a batch that is attributed to another process, it records that.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

import msgspec

from cinelake.concurrency import map_concurrently
from cinelake.extract.run_documents import list_runs, read_report
from cinelake.lake.documents import read_document, write_document
from cinelake.lake.keys import PROCESSES, RunKey, SliceKey, manifests_folder, parse_raw_key, raw_folder
from cinelake.lake.manifests import Manifest, list_manifests, read_manifest
from cinelake.lake.numbered_keys import parse_process_key, process_key, processes_folder
from cinelake.lake.store import Store
from cinelake.media import KINDS

_MEDIA = {kind: media.value for media, kind in KINDS.items()}


class ProcessDocument(msgspec.Struct, frozen=True):
    """What a process found in Raw when it began, and which batches of other processes it replaced.

    Attributes:
        number: the run number of the process.
        selection_id: the selection whose run it worked on.
        batches: the run number of each batch by its key.
    """

    number: int
    selection_id: str
    batches: dict[str, int] = msgspec.field(default_factory=dict)


class BatchNumbers:
    """The run numbers of the batches of a run that no manifest names, for one process."""

    def __init__(self, store: Store, kind: str, run: RunKey, number: int) -> None:
        self._store = store
        self._key = process_key(kind, run.run_on, number)
        self._selection_id = run.selection_id
        self._known: dict[str, int] = {}
        self._since = number
        self.number = number

    def find(self, key: str) -> int:
        """The number under which a batch was fetched; that of this process unless it found the batch."""
        return self._known.get(key, self.number)

    def is_current(self, number: int) -> bool:
        """Whether something found under a number is as good as found now: no other run has fetched anything since."""
        return number >= self._since

    def replace(self, key: str) -> None:
        """Record that this process is about to write a batch, if the batch is attributed to another one."""
        if self.find(key) != self.number:
            self._known[key] = self.number
            self._write()

    def begin(self, found: Iterable[str], earlier: Iterable[ProcessDocument], others: Iterable[int]) -> None:
        """Write the document of this process.

        Args:
            found: batches without manifest.
            earlier: the documents of earlier processes of the day.
            others: the numbers under which other runs fetched something.
        """
        latest, attributed = 0, dict[str, int]()
        for each in sorted(earlier, key=lambda document: document.number):
            attributed |= each.batches
            latest = each.number
        self._known = {key: attributed.get(key, latest) for key in found}
        self._since = max(others, default=0)
        self._write()

    def _write(self) -> None:
        write_document(self._store, self._key, ProcessDocument(self.number, self._selection_id, self._known))


def begin_process(store: Store, kind: str, run: RunKey, number: int, committed: Mapping[str, Manifest]) -> BatchNumbers:
    """Write the document of a process that is about to fetch; `committed` are manifests of its run, by slice name.

    Raises:
        DamagedError: a document of an earlier process, or a manifest or report of another run, cannot be read.
    """
    numbers = BatchNumbers(store, kind, run, number)
    found = _find_uncommitted(store, kind, run.run_on, committed)
    if not found and not committed:
        numbers.begin((), (), ())
        return numbers
    documents = [each for each in _read_documents(store, kind) if each[1].number != number]
    here = [document for day, document in documents if day == run.run_on]
    others = [d.number for day, d in documents if (d.selection_id, day) != (run.selection_id, run.run_on)]
    numbers.begin(found, here, [*others, *_list_reported(store, kind, run)])
    for each in here:
        if each.selection_id == run.selection_id:
            store.delete(process_key(kind, run.run_on, each.number))
    return numbers


def end_processes(store: Store, kind: str, run_on: date) -> None:
    """Remove the documents of a day's processes, unless a run of that day is unfinished."""
    runs = [run for run in _list_runs(store, kind) if run.run_on == run_on]
    if all(read_report(store, run) is not None for run in runs):
        for entry in list(store.list_entries(f"{processes_folder(kind, run_on)}/")):
            store.delete(entry.key)


def _list_runs(store: Store, kind: str) -> list[RunKey]:
    return [run for run in list_runs(store) if run.selection_id.startswith(f"{_MEDIA[kind]}-")]


def _list_reported(store: Store, kind: str, but: RunKey) -> Iterator[int]:
    """The numbers of the other runs of a kind that are finished."""
    reports = map_concurrently(lambda run: read_report(store, run), (r for r in _list_runs(store, kind) if r != but))
    return (report.number for report in reports if report is not None)


def _read_documents(store: Store, kind: str) -> list[tuple[date, ProcessDocument]]:
    """The documents of all processes of a kind, with the day of their run."""
    keys = [entry.key for entry in store.list_entries(f"{PROCESSES}/{kind}/")]
    parsed = [(key, found[0]) for key in keys if (found := parse_process_key(key))]
    hint = "remove it and run the same command again: batches that it names count as newer than they are"
    read = ((day, read_document(store, key, ProcessDocument, hint=hint)) for key, day in parsed)
    return [(day, document) for day, document in read if document is not None]


def _find_uncommitted(store: Store, kind: str, run_on: date, committed: Mapping[str, Manifest]) -> list[str]:
    """The batches of a day that no manifest names."""
    batches: dict[SliceKey, list[str]] = {}
    for entry in store.list_entries(f"{raw_folder(kind, run_on)}/"):
        if parsed := parse_raw_key(entry.key):
            batches.setdefault(parsed[0], []).append(entry.key)
    if not batches:
        return []
    revisions = list_manifests(store, manifests_folder(kind, run_on))
    others = [key for key in batches if key in revisions and key.name not in committed]
    read = map_concurrently(lambda key: read_manifest(store, key, revisions[key]), others)
    manifests = {**committed, **{manifest.slice: manifest for manifest in read if manifest is not None}}
    named = {batch.key for key in batches if key.name in manifests for batch in manifests[key.name].batches}
    return [key for keys in batches.values() for key in keys if key not in named]
