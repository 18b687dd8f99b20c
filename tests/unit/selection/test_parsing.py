"""Parsing of options: the value of each, and the error for an invalid one."""

import math
import shlex
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cinelake.addresses import is_loopback
from cinelake.errors import UsageError
from cinelake.media import Media
from cinelake.selection.append import DEFAULT_APPEND
from cinelake.selection.parsing import (
    build_options,
    check_connections,
    parse_append,
    parse_date,
    parse_duration,
    parse_media,
    parse_rate,
    parse_selection,
    parse_share,
)
from cinelake.selection.selection import Selection
from cinelake.settings import TMDB_URL

LOCAL = "http://127.0.0.1:8800"


def _check(refused: pytest.ExceptionInfo[UsageError], option: str, text: object) -> None:
    """The message has the option and its value; the hint says what is valid."""
    error = refused.value
    assert option in error.message
    assert f'"{text}"' in error.message
    assert error.hint


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("1957-03-01", date(1957, 3, 1), date(1957, 3, 1)),
        ("2024-02-29", date(2024, 2, 29), date(2024, 2, 29)),
        ("1957", date(1957, 1, 1), date(1957, 12, 31)),
        ("0099", date(99, 1, 1), date(99, 12, 31)),
    ],
)
def test_a_date_is_a_day_or_a_whole_year(text: str, first: date, last: date) -> None:
    assert parse_date("--from", text, is_end=False) == first
    assert parse_date("--to", text, is_end=True) == last


@given(st.dates())
def test_every_day_can_be_written_and_is_read_as_itself(day: date) -> None:
    assert parse_date("--from", day.isoformat(), is_end=False) == parse_date("--to", day.isoformat(), is_end=True) == day


@given(st.integers(1, 9999))
def test_a_year_from_itself_to_itself_is_the_whole_of_it(year: int) -> None:
    first = parse_date("--from", f"{year:04}", is_end=False)
    last = parse_date("--to", f"{year:04}", is_end=True)
    assert first is not None
    assert last is not None
    assert last - first >= timedelta(364)
    assert (first.year, last.year) == (year, year)
    assert parse_date("--from", None, is_end=False) is None


@pytest.mark.parametrize(
    "text", ["", "yesterday", "2020-02-30", "2023-02-29", "2020-13-01", "20200101", "01/02/2020", "0000", "2020-1", "-1"]
)
def test_what_is_no_date_is_refused_with_its_option(text: str) -> None:
    with pytest.raises(UsageError, match="use YYYY-MM-DD or YYYY") as refused:
        parse_date("--to", text, is_end=True)
    _check(refused, "--to", text)


@pytest.mark.parametrize(
    ("text", "url", "rate"),
    [
        ("40", TMDB_URL, 40.0),
        ("0.5", TMDB_URL, 0.5),
        ("50", TMDB_URL, 50.0),
        ("51", LOCAL, 51.0),
        ("unlimited", LOCAL, math.inf),
        ("Unlimited", "http://localhost", math.inf),
    ],
)
def test_valid_rates_are_accepted(text: str, url: str, rate: float) -> None:
    assert parse_rate(text, url) == rate


@pytest.mark.parametrize("url", [TMDB_URL, LOCAL])
@pytest.mark.parametrize("text", ["0", "-3", "-0", "nan", "inf", "-inf", "fast", "", "40/s"])
def test_invalid_rates_are_refused(text: str, url: str) -> None:
    with pytest.raises(UsageError, match=r"from 0\.1 to 50") as refused:
        parse_rate(text, url)
    _check(refused, "--rate", text)


@pytest.mark.parametrize("text", ["unlimited", "UNLIMITED", "50.1", "1e9"])
@pytest.mark.parametrize("url", [TMDB_URL, "http://192.0.2.1:80", "http://localhost.example.org"])
def test_rates_above_the_limit_are_refused_except_for_loopback(text: str, url: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse_rate(text, url)
    _check(refused, "--rate", text)


@given(st.floats())
def test_accepted_rates_are_within_the_limits_of_tmdb(rate: float) -> None:
    try:
        accepted = parse_rate(repr(rate), TMDB_URL)
    except UsageError:
        assert not 0.1 <= rate <= 50
        return
    assert accepted == rate
    assert 0.1 <= accepted <= 50


@pytest.mark.parametrize(
    ("url", "is_local"),
    [
        ("http://127.0.0.1:8800", True),
        ("http://127.8.0.1", True),
        ("http://[::1]:8800/x", True),
        ("http://localhost", True),
        (TMDB_URL, False),
        ("http://0.0.0.0", False),
        ("http://127.0.0.1.example.org", False),
        ("http://user@192.0.2.1", False),
        ("", False),
        ("no address", False),
    ],
)
def test_loopback_addresses_are_recognised(url: str, is_local: bool) -> None:
    assert is_loopback(url) is is_local


@pytest.mark.parametrize("count", [1, 20])
def test_allowed_numbers_of_connections_are_accepted(count: int) -> None:
    assert check_connections(count) == count


@pytest.mark.parametrize("count", [0, -1, 21])
def test_other_numbers_of_connections_are_refused(count: int) -> None:
    with pytest.raises(UsageError, match="1 to 20") as refused:
        check_connections(count)
    _check(refused, "--connections", count)


@pytest.mark.parametrize(
    ("text", "seconds"), [("14m", 840.0), ("90s", 90.0), ("1h", 3600.0), ("840", 840.0), (" 2 M ", 120.0), ("3S", 3.0)]
)
def test_a_duration_is_a_number_with_its_unit(text: str, seconds: float) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "soon", "0", "0m", "-5m", "1.5h", "5d", "m", "1h30m"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="for example --deadline 14m") as refused:
        parse_duration(text)
    _check(refused, "--deadline", text)


@given(st.integers(1, 10**6), st.sampled_from(["s", "m", "h"]))
def test_a_longer_duration_of_the_same_unit_is_longer(number: int, unit: str) -> None:
    assert parse_duration(f"{number + 1}{unit}") > parse_duration(f"{number}{unit}") > 0


@pytest.mark.parametrize(
    ("text", "share"), [("0.1%", 0.001), ("0.001", 0.001), ("0", 0.0), ("0%", 0.0), ("100%", 1.0), ("1", 1.0)]
)
def test_a_share_is_a_part_of_one(text: str, share: float) -> None:
    assert parse_share(text, "--tolerance", "0.1%") == pytest.approx(share)


@pytest.mark.parametrize("text", ["2", "101%", "-0.1", "-1%", "nan", "inf", "", "%", "some"])
def test_what_is_no_share_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="0% to 100%") as refused:
        parse_share(text, "--tolerance", "0.1%")
    _check(refused, "--tolerance", text)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (None, DEFAULT_APPEND),
        ("none", ()),
        (" None ", ()),
        ("", ()),
        ("credits", ("credits",)),
        ("credits, keywords,", ("credits", "keywords")),
        ("credits,credits", ("credits",)),
    ],
)
def test_parts_are_a_list_or_none_or_the_default(text: str | None, parts: tuple[str, ...]) -> None:
    assert parse_append(text) == parts


@pytest.mark.parametrize(("text", "media"), [("movie", Media.MOVIE), ("series", Media.SERIES), ("Series", Media.SERIES)])
def test_a_media_is_named_in_any_case(text: str, media: Media) -> None:
    assert parse_media(text) is media


@pytest.mark.parametrize("text", ["films", "", "tv"])
def test_any_other_media_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="movie or series") as refused:
        parse_media(text)
    _check(refused, "--media", text)


def _select(*genres: str, media: str = "movie", since: str | None = None, until: str | None = None) -> Selection:
    return parse_selection(tuple(genres), media, since, until, append=None, include_adult=True, include_video=False)


def test_a_selection_holds_what_the_words_ask_for() -> None:
    assert _select("Guerra", "80", "crime", since="1990", until="1999") == Selection(
        Media.MOVIE, (80, 10752), date(1990, 1, 1), date(1999, 12, 31), include_adult=True
    )
    assert _select() == Selection(include_adult=True)


def test_a_genre_is_one_of_the_media_that_is_asked_for() -> None:
    assert _select("Novela", media="series").genre_ids == (10766,)
    with pytest.raises(UsageError, match=r"unknown genre .*Soap \(10766\), with media series"):
        _select("Novela")


@pytest.mark.parametrize(
    "genres", [("crime,guerra",), ("crime", "GUERRA"), ("80, War",), ("Crime,10752", "guerra"), ("crime,,war",)]
)
def test_genres_are_repeated_or_separated_by_commas(genres: tuple[str, ...]) -> None:
    assert _select(*genres).genre_ids == (80, 10752)


@pytest.mark.parametrize("text", ["", " ", ","])
def test_an_empty_genre_is_not_every_genre(text: str) -> None:
    with pytest.raises(UsageError, match="unknown genre"):
        _select(text)


def test_a_day_belongs_to_a_selection_from_it_to_itself_and_to_none_that_runs_backwards() -> None:
    assert _select(since="2020-05-05", until="2020-05-05").since == date(2020, 5, 5)
    with pytest.raises(UsageError, match="--from 2020-05-06 is after --to 2020-05-05"):
        _select(since="2020-05-06", until="2020-05-05")


@pytest.mark.parametrize(
    "selection",
    [
        Selection(),
        Selection(Media.MOVIE, (80, 878, 10752), append=()),
        Selection(Media.MOVIE, (80,), date(1990, 1, 1), date(2020, 2, 29), include_adult=True, include_video=True),
        parse_selection(("Crime",), "series", None, None),
        parse_selection((), "series", "1990", None, append="credits,keywords"),
    ],
)
def test_options_of_a_selection_parse_to_the_same_selection(selection: Selection) -> None:
    words = shlex.split(build_options(selection) or "")
    flags = {word for word in words if word.startswith("--include")}
    given_words = [word for word in words if word not in flags]
    pairs = list(zip(given_words[::2], given_words[1::2], strict=True))
    named = dict(pairs)
    parsed = parse_selection(
        tuple(text for name, text in pairs if name == "--genre"),
        named.get("--media", "movie"),
        named.get("--from"),
        named.get("--to"),
        append=named.get("--append"),
        include_adult="--include-adult" in flags,
        include_video="--include-video" in flags,
    )
    assert parsed == selection


def test_no_options_describe_undated_titles_alone() -> None:
    assert build_options(Selection(undated_only=True)) is None
