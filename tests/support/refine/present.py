"""The current record of each title of a lake, read from manifests, listings and batches, for tests and benchmarks."""

from datetime import date

from cinelake.lake.batches import parse_batch
from cinelake.lake.keys import MANIFESTS, SliceKey
from cinelake.lake.manifests import list_manifests, read_manifest
from cinelake.lake.store import Store
from cinelake.media import KINDS
from cinelake.refresh.previous_runs import Beginning, read_stored_titles
from cinelake.selection.selection import Selection

Present = dict[str, dict[int, bytes]]


def read_present(store: Store, selection: Selection) -> Present:
    """The current record of each title, by slice and id."""
    kind = KINDS[selection.media]
    revisions = list_manifests(store, f"{MANIFESTS}/{kind}")
    stored = read_stored_titles(
        store, kind, selection.request, Beginning(None, dict.fromkeys(key.name for key in revisions))
    )
    batches: dict[SliceKey, dict[int, bytes]] = {}
    present: Present = {}
    for name, each in stored.items():
        present[name] = {}
        for title_id, day in zip(each.ids, each.days, strict=True):
            key = SliceKey(kind, date.fromordinal(day), name)
            if key not in batches:
                batches[key] = _read_slice(store, key, revisions[key])
            present[name][title_id] = batches[key][title_id]
    return present


def merge_slices(present: Present) -> dict[int, bytes]:
    """The current record of each title, by id."""
    return {title_id: record for records in present.values() for title_id, record in records.items()}


def _read_slice(store: Store, key: SliceKey, revision: int) -> dict[int, bytes]:
    manifest = read_manifest(store, key, revision)
    assert manifest is not None
    records: dict[int, bytes] = {}
    for batch in manifest.batches:
        stored = store.read(batch.key)
        assert stored is not None
        records |= parse_batch(stored.data)
    return records
