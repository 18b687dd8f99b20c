"""Estimate what a run has left to do, from counts: requests, minutes, files, bytes, cost on Lambda. Pure."""

import math
from collections import defaultdict
from dataclasses import dataclass
from datetime import date

import msgspec

from cinelake.extract.listing.windows import MOST_TITLES, count_pages, count_pieces
from cinelake.extract.planning.aws_prices import EXTRACT_GB, LAMBDA_ARM_GB_S
from cinelake.extract.planning.estimate_inputs import NOT_STARTED, EstimateInputs, SliceProgress
from cinelake.extract.planning.plan import Plan, PlannedSlice
from cinelake.lake.batches import MAX_RECORDS
from cinelake.media import Media
from cinelake.refresh.refetch_policy import choose_refetch
from cinelake.refresh.removals import count_stored
from cinelake.selection.selection import Selection
from cinelake.tmdb.endpoints import PAGE_SIZE

BYTES_WITHOUT_PARTS = {Media.MOVIE: 1_200, Media.SERIES: 2_000}
"""Mean size of a record without parts. Movies: measured on 20,000 real records. Series list each season: assumed, between
1,800 bytes of the newest one recorded and 5,000 of famous ones."""

BYTES_PER_PART = {
    "credits": 8_000,
    "keywords": 300,
    "release_dates": 900,
    "content_ratings": 300,
    "external_ids": 150,
    "season": 20_000,
}
"""Mean size that a part adds: assumed, to the order of magnitude (credits alone vary from 500 bytes to 150 kB)."""

_BYTES_OTHER_PART = 3_000

_GREETING = 1
"""A run starts with one request that checks the token."""
_DEEP_UNDATED_REQUESTS = 20
"""Requests to find the undated titles of a genre with more titles than one query serves: assumed."""


class RefreshEstimate(msgspec.Struct, frozen=True):
    """Which titles a refresh fetches.

    Attributes:
        since: the watermark from which it continues.
        stored: distinct titles that the lake has of the selection.
        new: titles that TMDB counts and the lake lacks.
        old: stored titles that are fetched again whatever the change feed names, mostly by age.
        changed: other stored titles that the change feed names.
    """

    since: date
    stored: int
    new: int
    old: int
    changed: int


class RunEstimate(msgspec.Struct, frozen=True):
    """What a run has left to do.

    Attributes:
        titles: titles that TMDB counts in all slices; a title of two genres counts twice, but is fetched once.
        list_requests: to check the token, count the slices and list them.
        change_requests: to read the change feed.
        minutes: at the rate that was given.
    """

    titles: int
    list_requests: int
    change_requests: int
    detail_requests: int
    minutes: float
    files: int
    megabytes: float
    lambda_gb_seconds: float
    lambda_dollars: float
    refresh: RefreshEstimate | None = None

    @property
    def requests(self) -> int:
        """All requests."""
        return self.list_requests + self.change_requests + self.detail_requests


def estimate_run(plan: Plan, rate: float, known: EstimateInputs | None = None) -> RunEstimate:
    """What a run has left to do, at `rate` requests per second."""
    known = known or EstimateInputs()
    progress = known.progress
    slices = [_estimate_slice(planned, known) for planned in plan.slices]
    details, new = _count_details(plan, slices, known)
    listing = _GREETING + (0 if progress.is_counted else _counting_requests(plan))
    listing += sum(_listing_requests(plan, planned, progress.of(planned.slice.name)) for planned in plan.slices)
    if any(not progress.of(planned.slice.name).is_listed for planned in plan.slices):
        listing += sum(_window_requests(plan.windows, planned, NOT_STARTED) for planned in plan.windows)
    seconds = (listing + known.change_requests + details) / rate
    gb_s = seconds * EXTRACT_GB
    return RunEstimate(
        titles=plan.total,
        list_requests=listing,
        change_requests=known.change_requests,
        detail_requests=details,
        minutes=seconds / 60,
        files=sum(math.ceil(each.records / MAX_RECORDS) for each in slices),
        megabytes=sum(each.records for each in slices) * _record_bytes(plan.selection) / 1e6,
        lambda_gb_seconds=gb_s,
        lambda_dollars=gb_s * LAMBDA_ARM_GB_S.dollars,
        refresh=_describe_refresh(plan, known, new),
    )


def estimate_slice_s(planned: PlannedSlice, rate: float) -> float:
    """Seconds that a run of one slice takes at `rate` requests per second."""
    is_undated = planned.slice.is_undated
    listing = _undated_requests(planned.total, MOST_TITLES + 1) if is_undated else _dated_requests(planned.total)
    return (_GREETING + 2 + listing + planned.total) / rate


@dataclass(frozen=True, slots=True)
class _SliceEstimate:
    """The details that a slice requests.

    Attributes:
        ids: those that are known.
        shared: ids that later slices of the window take from this one.
        new: titles whose ids are not known before the slice is listed.
        lost: stored titles that it will not list, beyond those in `ids`.
    """

    ids: frozenset[int]
    shared: frozenset[int]
    new: int = 0
    lost: int = 0

    @property
    def records(self) -> int:
        """Records that the slice stores."""
        return len(self.ids) + self.new


def _estimate_slice(planned: PlannedSlice, known: EstimateInputs) -> _SliceEstimate:
    name, previous = planned.slice.name, known.previous
    progress, stored = known.progress.of(name), previous.titles(name)
    if progress.is_listed:
        return _SliceEstimate(progress.left, progress.ids)
    if previous.refetch is None:
        return _SliceEstimate(progress.left, progress.ids, planned.total, max(0, len(stored) - planned.total))
    again = previous.refetch.union(known.vanished).intersection(stored.ids)
    # Totals show only the difference of new and lost titles. Lost ones are mostly among those that the feed names.
    lost = max(0, len(stored) - planned.total - len(again & (known.changed | known.vanished)))
    new = max(0, planned.total - len(stored) + len(again & known.vanished))
    return _SliceEstimate(again, again, new, lost)


def _count_details(plan: Plan, slices: list[_SliceEstimate], known: EstimateInputs) -> tuple[int, int]:
    """Detail requests, and how many of them are for new titles. The slices of a window share what they fetch."""
    shared: defaultdict[str, set[int]] = defaultdict(set)
    requests = 0
    for planned, each in zip(plan.slices, slices, strict=True):
        window = shared[planned.slice.window_name]
        requests += len(each.ids - window)
        window |= each.shared
    new, lost = sum(each.new for each in slices), sum(each.lost for each in slices)
    stored = sum(map(len, known.previous.slices.values()))
    overlap = count_stored(known.previous.slices.values()) / stored if stored else 1.0
    if known.previous.refetch is None and known.distinct is not None:
        new = min(new, max(0, known.distinct - sum(map(len, shared.values()))))
    elif known.previous.refetch is not None:
        new = round(new * overlap)
    return requests + new + round(lost * overlap), new


def _describe_refresh(plan: Plan, known: EstimateInputs, new: int) -> RefreshEstimate | None:
    """Which titles a refresh fetches; None for other runs, and for one that has begun to list."""
    if plan.refresh is None or any(each.is_listed for each in known.progress.slices.values()):
        return None
    slices = known.previous.slices.values()
    old = choose_refetch(slices, plan.refresh, plan.fetched_on or plan.run_on, known.changed)
    stored = {title_id for each in slices for title_id in each.ids}
    changed = stored & known.changed - old
    return RefreshEstimate(plan.refresh.since, len(stored), new, len(old), len(changed))


def _counting_requests(plan: Plan) -> int:
    """One per window; two per genre for the undated slice, or for the titles later than the regular windows."""
    counted = plan.windows if plan.has_blocks else plan.slices
    return len(counted) + len(plan.selection.genres) if counted else 0


def _listing_requests(plan: Plan, planned: PlannedSlice, progress: SliceProgress) -> int:
    if plan.has_blocks or progress.is_listed:  # blocks are listed from the id export, or from `plan.windows`
        return 0
    return _window_requests(plan.slices, planned, progress)


def _window_requests(windows: tuple[PlannedSlice, ...], planned: PlannedSlice, progress: SliceProgress) -> int:
    if planned.slice.is_undated:
        whole = sum(each.total for each in windows if each.slice.genre_id == planned.slice.genre_id)
        return _undated_requests(planned.total, whole)
    return _dated_requests(max(0, planned.total - progress.window_titles))


def _dated_requests(total: int) -> int:
    """A count, then the further pages of the slice or of the windows that it is split into."""
    windows = count_pieces(total)
    return count_pages(total) if windows == 1 else 1 + windows * count_pages(math.ceil(total / windows))


def _undated_requests(undated: int, whole: int) -> int:
    """Two counts; then the end of the genre's titles in order of date, which has `whole` titles."""
    if undated == 0:
        return 2
    return 3 + math.ceil(undated / PAGE_SIZE) + (_DEEP_UNDATED_REQUESTS if whole > MOST_TITLES else 1)


def _record_bytes(selection: Selection) -> int:
    """The mean size of a record; a season has the same size whatever its number."""
    parts = [part.partition("/")[0] for part in selection.append]
    return BYTES_WITHOUT_PARTS[selection.media] + sum(BYTES_PER_PART.get(part, _BYTES_OTHER_PART) for part in parts)
