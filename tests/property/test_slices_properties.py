"""Windows cover the selection and do not overlap."""

import itertools
from datetime import date, timedelta

from hypothesis import assume, given
from hypothesis import strategies as st

from cinelake.extract.listing.windows import split_dates, split_otherwise, subtract_ranges
from cinelake.media import Media
from cinelake.selection.slices import BLOCK_IDS, Slice, plan_blocks, plan_windows
from cinelake.tmdb.endpoints import Query

DAY = timedelta(days=1)
DAYS = st.dates(date(1870, 1, 1), date(2040, 12, 31))
TODAY = st.dates(date(2000, 1, 1), date(2100, 12, 31))


def _follow(ranges: list[tuple[date | None, date | None]]) -> bool:
    """Whether each range begins the day after the previous one ends."""
    return all(a[1] is not None and b[0] == a[1] + DAY for a, b in itertools.pairwise(ranges))


@given(st.none() | DAYS, st.none() | DAYS, TODAY)
def test_windows_are_adjacent_from_the_first_day_to_the_last(since: date | None, until: date | None, today: date) -> None:
    assume(since is None or until is None or since <= until)
    windows = plan_windows(since, until, today)
    regular_end = date((today.year + 5) // 5 * 5 + 4, 12, 31)
    if since is not None and since > regular_end:
        assert windows == []
        return
    assert windows[0][0] == since
    assert windows[-1][1] == min(until or date.max, regular_end)
    assert _follow(list(windows))
    names = [Slice(Media.MOVIE, 80, start, end).name for start, end in windows]
    assert len(set(names)) == len(names)


@given(st.integers(0, 3_000_000), st.lists(st.integers(0, 3_000_000)))
def test_each_id_up_to_the_newest_is_in_one_block(newest: int, ids: list[int]) -> None:
    blocks = plan_blocks(Media.MOVIE, newest)
    assert len({block.name for block in blocks}) == len(blocks)
    for title_id in (newest, newest + 1, *(i for i in ids if i <= newest)):
        assert [b for b in blocks if (b.first_id or 0) <= title_id <= (b.last_id or 0)] == [blocks[title_id // BLOCK_IDS]]


@given(st.none() | DAYS, DAYS, st.integers(1, 60))
def test_a_split_by_dates_is_a_partition(since: date | None, until: date, pieces: int) -> None:
    assume(since is None or since <= until)
    parts = split_dates(Query(Media.MOVIE, 80, since, until), pieces)
    assert (parts[0].since, parts[-1].until) == (since, until)
    assert _follow([(part.since, part.until) for part in parts])
    assert all(part.since is None or part.until is None or part.since <= part.until for part in parts)
    if since is not None:
        assert len(parts) == min(pieces, (until - since).days + 1)


@given(DAYS, st.lists(st.integers(1, 400), min_size=1, max_size=8), st.data())
def test_subtracting_windows_leaves_exactly_the_others(since: date, lengths: list[int], data: st.DataObject) -> None:
    edges = [since]
    for length in lengths:
        edges.append(edges[-1] + length * DAY)
    windows = [(a, b - DAY) for a, b in itertools.pairwise(edges)]
    done = data.draw(st.sets(st.sampled_from(windows)))
    left = subtract_ranges(Query(Media.MOVIE, 80, since, edges[-1] - DAY), done)
    days_left = {q.since + n * DAY for q in left if q.since and q.until for n in range((q.until - q.since).days + 1)}
    days_done = {a + n * DAY for a, b in done for n in range((b - a).days + 1)}
    assert days_left == {since + n * DAY for n in range((edges[-1] - since).days)} - days_done
    assert days_left.isdisjoint(days_done)


@given(st.integers(0, 10**6), st.integers(0, 6))
def test_each_number_is_in_one_part_of_a_split_by_ranges(votes: int, depth: int) -> None:
    query = Query(Media.MOVIE, 80)
    for _ in range(depth):
        parts = next(iter(split_otherwise(query, ("en",))))
        holding = [part for part in parts if _holds(dict(part.narrow), votes)]
        assert len(holding) == 1
        query = holding[0]
        if dict(query.narrow).get("vote_count.lte") == dict(query.narrow).get("vote_count.gte", "0"):
            return


def _holds(narrow: dict[str, str], votes: int) -> bool:
    low, high = narrow.get("vote_count.gte", "0"), narrow.get("vote_count.lte")
    return int(low) <= votes and (high is None or votes <= int(high))
