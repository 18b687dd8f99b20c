"""The events of the Lambda functions: several forms are accepted, and one is passed on."""

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cinelake.aws.events import Order, build_event, parse_event
from cinelake.errors import UsageError
from cinelake.media import Media
from cinelake.selection.append import DEFAULT_APPEND
from cinelake.selection.genres import list_genre_ids
from cinelake.selection.listing_source import ListingSource
from cinelake.selection.selection import Selection
from cinelake.selection.slices import Slice, plan_windows, select_slice

TODAY = date(2026, 11, 23)
CRIME_2020 = Selection(Media.MOVIE, (80,), date(2020, 1, 1), date(2024, 12, 31))


@pytest.mark.parametrize(
    "event",
    [
        {"genre_id": 80, "start_year": 2020},
        {"genre_id": "80", "start_year": "2020"},
        {"slice": "genre-80-2020-2024"},
        {"genre": "Crime", "from": "2020", "to": "2024"},
        {"genre": [80], "from": "2020-01-01", "to": "2024-12-31", "media": "movie"},
        {"genre": ["crime"], "from": 2020, "to": 2024, "append": ",".join(DEFAULT_APPEND), "run_date": None},
    ],
    ids=str,
)
def test_every_form_selects_the_slice(event: dict[str, object]) -> None:
    assert parse_event(event) == Order(CRIME_2020)


def test_options_are_parsed() -> None:
    words = {"media": "series", "append": ["credits"], "include_adult": True, "run_date": "2026-11-01", "tolerance": "1%"}
    order = parse_event({"genre": [], "fresh": True, "api": True, **words})
    assert order.selection == Selection(Media.SERIES, append=("credits",), include_adult=True)
    assert (order.run_on, order.is_fresh, order.limits.tolerance, order.asks_service) == (
        date(2026, 11, 1),
        True,
        0.01,
        True,
    )
    empty: list[object] = ["none", [], ""]
    for none in empty:
        assert parse_event({"genre": [], "append": none}).selection.append == ()


def test_listing_source_and_feed_are_passed_on() -> None:
    order = parse_event({"genre": [], "list": "discover", "refresh": True})
    assert (order.source, order.is_refresh, order.is_feed_only) == (ListingSource.DISCOVER, True, False)
    assert parse_event(build_event(order)) == order
    feed = parse_event({"genre": [], "feed_only": True})
    assert (feed.source, feed.is_feed_only) == (None, True)
    assert parse_event(build_event(feed)) == feed


@pytest.mark.parametrize(
    ("event", "message"),
    [
        (None, "it is a NoneType"),
        ({"genre": [], "list": "both"}, 'invalid list "both"'),
        ({"genre": [], "feed_only": 1}, 'invalid feed_only "1"'),
        ({}, "its keys are none"),
        ({"append": "none"}, "its keys are append"),
        ("Crime", "it is a str"),
        ({"genre_id": 80}, "its keys are genre_id"),
        ({"start_year": 2020, "genre": ["Crime"]}, "its keys are genre, start_year"),
        ({"gerne": ["Crime"]}, "its keys are gerne"),
        ({"genre_id": 80, "start_year": 2021}, 'invalid start_year "2021"'),
        ({"genre_id": 80, "start_year": 10000}, 'invalid start_year "10000"'),
        ({"genre_id": 80, "start_year": -5}, 'invalid start_year "-5"'),
        ({"genre_id": "x", "start_year": 2020}, 'invalid genre_id "x"'),
        ({"genre_id": 81, "start_year": 2020}, "unknown slice"),
        ({"slice": "genre-80-2021-2025"}, "unknown slice"),
        ({"slice": "genre-80-2020-2029"}, "unknown slice"),
        ({"slice": {"genre": 80}}, "it is a dict"),
        ({"genre": ["Krimi"]}, 'unknown genre "Krimi"'),
        ({"genre": {"id": 80}}, "it is a dict"),
        ({"genre": [80], "from": "soon"}, 'invalid from "soon"'),
        ({"genre": [80], "fresh": "yes"}, 'invalid fresh "yes"'),
        ({"genre": [True]}, "it is a bool"),
        ({"genre": [], "media": "podcast"}, 'invalid media "podcast"'),
        ({"genre": [], "tolerance": 2}, 'invalid tolerance "2"'),
    ],
    ids=str,
)
def test_invalid_event_is_refused(event: object, message: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse_event(event)
    assert message in refused.value.message
    assert refused.value.hint


_DAYS = st.dates(date(1850, 1, 1), date(2040, 12, 31))


def _select(genres: set[int], days: tuple[date, date] | None, adult: bool, append: tuple[str, ...]) -> Selection:
    since, until = sorted(days) if days else (None, None)
    return Selection(Media.MOVIE, tuple(sorted(genres)), since, until, append, adult)


_SELECTIONS = st.builds(
    _select,
    st.sets(st.sampled_from(list_genre_ids(Media.MOVIE)), max_size=3),
    st.one_of(st.none(), st.tuples(_DAYS, _DAYS)),
    st.booleans(),
    st.sampled_from([(), DEFAULT_APPEND, ("credits",)]),
)


@given(_SELECTIONS, st.booleans())
def test_passed_on_event_selects_the_same(selection: Selection, asks_service: bool) -> None:
    order = Order(selection, run_on=TODAY, asks_service=asks_service)
    event = build_event(order, TODAY)
    assert parse_event(json.loads(json.dumps(event))) == order


@pytest.mark.parametrize("media", Media)
@pytest.mark.parametrize("genre_id", [None, 80])
def test_every_slice_can_be_selected_by_name(media: Media, genre_id: int | None) -> None:
    base = parse_event({"genre": [], "media": media.value}).selection
    windows = [*plan_windows(None, None, TODAY), (None, None)]
    for since, until in windows:
        piece = Slice(media, genre_id, since, until)
        selection = select_slice(base, piece.name)
        assert (selection.since, selection.until, selection.undated_only) == (since, until, piece.is_undated)
        assert selection.genre_ids == (() if genre_id is None else (genre_id,))
        passed_on = json.loads(json.dumps(build_event(Order(selection))))
        assert parse_event(passed_on).selection == selection


def test_selection_ids_are_stable() -> None:
    assert Selection(Media.MOVIE, (80, 10752), append=()).id == "movie-80-10752-ef13a3b9"
