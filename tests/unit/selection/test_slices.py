"""Selections and slices."""

from dataclasses import replace
from datetime import date

import click
import pytest

from cinelake.cli.extract import extract
from cinelake.errors import UsageError
from cinelake.lake.keys import is_feed_slice
from cinelake.media import Media
from cinelake.selection.append import DEFAULT_APPEND, DEFAULT_APPEND_SERIES
from cinelake.selection.selection import Selection, build_selection, describe_selection
from cinelake.selection.slices import BLOCK_IDS, Slice, plan_blocks, plan_windows

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("genre_id", "since", "until", "name"),
    [
        (80, date(2020, 1, 1), date(2024, 12, 31), "genre-80-2020-2024"),
        (80, date(1957, 3, 1), date(1959, 12, 31), "genre-80-19570301-19591231"),
        (80, None, date(1899, 12, 31), "genre-80--1899"),
        (80, None, date(1895, 12, 28), "genre-80--18951228"),
        (80, None, None, "genre-80-undated"),
        (None, date(2020, 1, 1), date(2024, 12, 31), "all-2020-2024"),
    ],
)
def test_slices_have_the_promised_names(genre_id: int | None, since: date | None, until: date | None, name: str) -> None:
    assert Slice(Media.MOVIE, genre_id, since, until).name == name


def test_blocks_and_feed_slices_have_the_promised_names() -> None:
    blocks = plan_blocks(Media.MOVIE, BLOCK_IDS)
    assert [each.name for each in blocks] == ["all-ids-0-99999", "all-ids-100000-199999", "all-ids-200000-299999"]
    assert blocks[1].window_name == "ids-100000-199999"
    assert all(each.is_block and not each.is_undated for each in blocks)
    feed = Slice(Media.MOVIE, None, feed=17)
    assert (feed.name, feed.is_undated, feed.is_block) == ("feed-17", False, False)
    assert is_feed_slice(feed.name)
    assert not is_feed_slice(blocks[0].name)


def test_windows_without_dates_reach_five_years_ahead() -> None:
    windows = plan_windows(None, None, TODAY)
    assert windows[0] == (None, date(1899, 12, 31))
    assert windows[1] == (date(1900, 1, 1), date(1904, 12, 31))
    assert windows[-1] == (date(2030, 1, 1), date(2034, 12, 31))


def test_dates_cut_the_first_and_the_last_window() -> None:
    assert plan_windows(date(1957, 3, 1), date(1962, 2, 28), TODAY) == [
        (date(1957, 3, 1), date(1959, 12, 31)),
        (date(1960, 1, 1), date(1962, 2, 28)),
    ]
    assert plan_windows(date(1890, 1, 1), date(1890, 1, 1), TODAY) == [(date(1890, 1, 1), date(1890, 1, 1))]
    assert plan_windows(date(3000, 1, 1), None, TODAY) == []


def test_only_equal_selections_have_equal_ids() -> None:
    base = build_selection(Media.MOVIE, (80, 10752), None, None)
    assert base.id == build_selection(Media.MOVIE, (10752, 80, 80), None, None).id
    others = [
        replace(base, genre_ids=(80,)),
        replace(base, media=Media.SERIES),
        replace(base, since=date(1990, 1, 1)),
        replace(base, append=()),
        replace(base, include_adult=True),
        replace(base, include_video=True),
    ]
    assert len({base.id, *(other.id for other in others)}) == len(others) + 1
    assert base.id.startswith("movie-80-10752-")


def test_undated_titles_belong_to_a_selection_without_dates() -> None:
    assert Selection().wants_undated
    assert not Selection(since=date(1990, 1, 1)).wants_undated
    assert not Selection(until=date(1990, 1, 1)).wants_undated


def test_series_have_other_default_parts() -> None:
    assert "content_ratings" in build_selection(Media.SERIES, (), None, None).append
    assert build_selection(Media.MOVIE, (), None, None).append == DEFAULT_APPEND
    assert build_selection(Media.SERIES, (), None, None, append=("season/1",)).append == ("season/1",)


@pytest.mark.parametrize("parts", [DEFAULT_APPEND, DEFAULT_APPEND_SERIES])
def test_the_help_of_append_names_the_default_parts(parts: tuple[str, ...]) -> None:
    (shown,) = (option.help for option in extract.params if isinstance(option, click.Option) and option.name == "append")
    assert shown is not None
    assert ",".join(parts) in shown


@pytest.mark.parametrize("part", ["release_dates", "season", "season/", "season/-1", "season/01", "season/1/credits"])
def test_an_unknown_part_of_a_series_is_refused_with_the_known_ones(part: str) -> None:
    with pytest.raises(UsageError, match=f'unknown part "{part}" for media series.*content_ratings.*season/0, season/1'):
        build_selection(Media.SERIES, (), None, None, append=("credits", part))


@pytest.mark.parametrize(
    ("since", "until", "append", "message"),
    [
        (date(1990, 1, 1), date(1989, 1, 1), (), "--from 1990-01-01 is after --to 1989-01-01"),
        (None, None, ("credit",), 'unknown part "credit"'),
        (None, None, ("season/1",), 'unknown part "season/1"'),
    ],
)
def test_an_invalid_selection_is_refused(
    since: date | None, until: date | None, append: tuple[str, ...], message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        build_selection(Media.MOVIE, (), since, until, append=append)


@pytest.mark.parametrize(
    ("selection", "text"),
    [
        (Selection(), "all movies"),
        (build_selection(Media.SERIES, (), None, None), "all series"),
        (Selection(genre_ids=(53, 80)), "Thriller + Crime"),
        (Selection(genre_ids=(80,), since=date(2015, 1, 1)), "Crime (since 2015)"),
        (Selection(since=date(2015, 2, 1), until=date(2020, 12, 31)), "all movies (since 2015-02-01, until 2020)"),
        (build_selection(Media.SERIES, (80,), None, None, append=()), "Crime (series, --append none)"),
        (Selection(genre_ids=(80,), undated_only=True, include_adult=True), "Crime (undated titles, with adult titles)"),
    ],
)
def test_a_selection_is_described_for_people(selection: Selection, text: str) -> None:
    assert describe_selection(selection) == text
