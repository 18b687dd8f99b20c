"""Read how far a run is, from the documents and objects that its processes stored."""

from collections import defaultdict

from cinelake.extract.listing.window_store import read_windows
from cinelake.extract.listing.windows import count_pieces
from cinelake.extract.planning.estimate_inputs import NOT_STARTED, RunProgress, SliceProgress
from cinelake.extract.planning.plan import Plan, PlannedSlice
from cinelake.extract.run_documents import read_plan
from cinelake.lake.batches import cut_chunks
from cinelake.lake.keys import RunKey, manifests_folder, parse_raw_key, raw_folder
from cinelake.lake.listings import Listing, list_listed, read_committed, read_listing
from cinelake.lake.manifests import Manifest, list_manifests
from cinelake.lake.store import Store
from cinelake.media import KINDS


def read_run_progress(store: Store, plan: Plan) -> RunProgress:
    """How far the run of a plan is. Runs of other selections on the same day share its slices, so their work counts.

    Raises:
        DamagedError: a stored document cannot be read.
        UsageError: a slice of that day was requested with other parts or switches.
    """
    reader = _Reader(store, plan)
    is_counted = read_plan(store, RunKey(plan.selection.id, plan.run_on)) is not None
    return RunProgress(is_counted, {planned.slice.name: reader.read(planned) for planned in plan.slices})


class _Reader:
    """Reads the slices of a plan. It lists the folders of the run's day once."""

    def __init__(self, store: Store, plan: Plan) -> None:
        self._store, self._plan = store, plan
        day = KINDS[plan.selection.media], plan.run_on
        self._revisions = list_manifests(store, manifests_folder(*day))
        self._listings = list_listed(store, *day)
        self._batches: defaultdict[str, set[int]] = defaultdict(set)
        for entry in store.list_entries(f"{raw_folder(*day)}/"):
            if parsed := parse_raw_key(entry.key):
                self._batches[parsed[0].name].add(parsed[1])

    def read(self, planned: PlannedSlice) -> SliceProgress:
        """How far the run is with one slice."""
        key, request = planned.slice.key(self._plan.run_on), self._plan.selection.request
        is_committed = key in self._revisions
        manifest = read_committed(self._store, key, self._revisions[key], request) if is_committed else None
        listing = read_listing(self._store, key, request) if key in self._listings else None
        if manifest is not None:
            return _measure_committed(manifest, listing)
        if listing is not None:
            return _measure_listed(listing, self._batches[key.name])
        if count_pieces(planned.total) == 1:  # the only window of a slice is not stored separately
            return NOT_STARTED
        return SliceProgress(window_titles=sum(window.total for window in read_windows(self._store, key, request)))


def _measure_committed(manifest: Manifest, listing: Listing | None) -> SliceProgress:
    """A committed slice lacks what could not be fetched; a listing that was incomplete is made again."""
    failed = frozenset(each.id for each in manifest.quarantined)
    is_listed = manifest.is_complete or (listing is not None and not manifest.is_listing_incomplete)
    return SliceProgress(is_listed, ids=frozenset(listing.ids_to_fetch if listing else failed), left=failed)


def _measure_listed(listing: Listing, batches: set[int]) -> SliceProgress:
    """A listed slice has fetched the chunks whose first object is stored; it is written last."""
    left = (title_id for chunk in cut_chunks(listing.ids_to_fetch) if chunk.number not in batches for title_id in chunk.ids)
    return SliceProgress(is_listed=True, ids=frozenset(listing.ids_to_fetch), left=frozenset(left))
