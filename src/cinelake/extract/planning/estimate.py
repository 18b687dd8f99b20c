"""What a run will take, reckoned from counts: requests, minutes, files, bytes, cost on Lambda. Pure."""

import math
from dataclasses import dataclass

from cinelake.extract.listing.windows import WINDOW_TITLES, count_pages
from cinelake.extract.planning.aws_prices import EXTRACT_GB, LAMBDA_ARM_GB_S
from cinelake.extract.planning.plan import Plan, PlannedSlice
from cinelake.lake.batches import MAX_RECORDS
from cinelake.media import Media
from cinelake.tmdb.endpoints import PAGE_SIZE

BYTES_LEAN = {Media.MOVIE: 1_200, Media.SERIES: 2_000}
"""Mean size of a record without parts: of films measured on 20,000 real ones; of series, which tell each season, assumed
(of 1,800 bytes of the newest one recorded, and 5,000 of famous ones)."""

BYTES_PER_PART = {
    "credits": 8_000,
    "keywords": 300,
    "release_dates": 900,
    "content_ratings": 300,
    "external_ids": 150,
    "season": 20_000,
}
"""Size that a part adds: assumed means, to the order of magnitude (credits alone run from 500 bytes to 150 kB)."""

_BYTES_OTHER_PART = 3_000

_UNDATED_REQUESTS = 20


@dataclass(frozen=True, slots=True)
class Estimate:
    """What an extraction will take, counting included. Titles of several genres count for each, though fetched once."""

    titles: int
    list_requests: int
    detail_requests: int
    minutes: float
    files: int
    megabytes: float
    lambda_gb_seconds: float
    lambda_dollars: float

    @property
    def requests(self) -> int:
        """All requests."""
        return self.list_requests + self.detail_requests


def estimate_plan(plan: Plan, rate: float) -> Estimate:
    """What the plan will take at `rate` requests a second."""
    titles = plan.total
    counting = len(plan.slices) + 3 * len(plan.selection.genres)
    listing = counting + sum(_listing_requests(p) for p in plan.slices)
    files = sum(math.ceil(p.total / MAX_RECORDS) for p in plan.slices)
    parts = [part.partition("/")[0] for part in plan.selection.append]  # a season costs the same, whatever its number
    record = BYTES_LEAN[plan.selection.media] + sum(BYTES_PER_PART.get(part, _BYTES_OTHER_PART) for part in parts)
    seconds = (titles + listing) / rate
    gb_s = seconds * EXTRACT_GB
    return Estimate(
        titles=titles,
        list_requests=listing,
        detail_requests=titles,
        minutes=seconds / 60,
        files=files,
        megabytes=titles * record / 1e6,
        lambda_gb_seconds=gb_s,
        lambda_dollars=gb_s * LAMBDA_ARM_GB_S.dollars,
    )


def estimate_slice_s(planned: PlannedSlice, rate: float) -> float:
    """Seconds that one slice by itself will take at `rate` requests a second: counted, listed and fetched."""
    return (3 + _listing_requests(planned) + planned.total) / rate


def _listing_requests(planned: PlannedSlice) -> int:
    if planned.slice.is_undated:
        return _UNDATED_REQUESTS + math.ceil(planned.total / PAGE_SIZE) if planned.total else 2
    windows = max(1, math.ceil(planned.total / WINDOW_TITLES))
    return sum(count_pages(planned.total // windows) for _ in range(windows)) + (windows if windows > 1 else 0)
