"""The invented catalogue: its proportions, its texts, and its repeatability."""

import json
import subprocess
import sys
import unicodedata
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from tests.support.tmdb.sandbox_client import build_catalogue
from tests.support.tmdb.service import TODAY

from cinelake.sandbox import Catalogue
from cinelake.sandbox.catalogue.catalogue import render_detail, render_item
from cinelake.sandbox.catalogue.parts import render_part

CATALOGUE = build_catalogue(20_000, 1_000, 1)
RECORDED = Path(__file__).parents[4] / "shared" / "recorded" / "tmdb-2026-08.jsonl"


@cache
def read_films() -> list[dict[str, Any]]:
    """All film details, decoded."""
    titles = CATALOGUE.films
    return [json.loads(render_detail(titles, position)) for position in range(len(titles.columns))]


@cache
def read_series() -> list[dict[str, Any]]:
    """All series details, decoded."""
    titles = CATALOGUE.series
    return [json.loads(render_detail(titles, position)) for position in range(len(titles.columns))]


SHARES = {
    "imdb_id null": (0.129, lambda film: film["imdb_id"] is None),
    "imdb_id empty": (0.009, lambda film: film["imdb_id"] == ""),
    "budget": (0.112, lambda film: film["budget"] > 0),
    "revenue": (0.073, lambda film: film["revenue"] > 0),
    "both": (0.051, lambda film: film["budget"] > 0 and film["revenue"] > 0),
    "no companies": (0.249, lambda film: not film["production_companies"]),
    "no countries": (0.140, lambda film: not film["production_countries"]),
    "no languages": (0.124, lambda film: not film["spoken_languages"]),
    "any of the three empty": (
        0.325,
        lambda film: not (film["production_companies"] and film["production_countries"] and film["spoken_languages"]),
    ),
    "in a collection": (0.077, lambda film: film["belongs_to_collection"] is not None),
    "undated": (0.024, lambda film: film["release_date"] == ""),
    "1 January": (0.079, lambda film: film["release_date"].endswith("-01-01")),
    "no genre": (0.033, lambda film: len(film["genres"]) == 0),
    "one genre": (0.196, lambda film: len(film["genres"]) == 1),
    "two genres": (0.351, lambda film: len(film["genres"]) == 2),
    "three genres": (0.306, lambda film: len(film["genres"]) == 3),
    "four genres or more": (0.113, lambda film: len(film["genres"]) >= 4),
    "crime": (0.09, lambda film: any(genre["id"] == 80 for genre in film["genres"])),
    "war": (0.03, lambda film: any(genre["id"] == 10752 for genre in film["genres"])),
}


@pytest.mark.parametrize("name", SHARES)
def test_share_follows_the_real_data(name: str) -> None:
    """Each share is within one percentage point of its measured value, and within a quarter of it."""
    share, has = SHARES[name]
    found = sum(map(has, read_films())) / len(read_films())
    assert abs(found - share) <= min(0.01, share / 4)


def test_imdb_ids_of_films_and_series_are_unique_and_well_formed() -> None:
    titles = CATALOGUE.series
    parts = [json.loads(render_part(titles, row, "external_ids") or "") for row in range(len(titles.columns))]
    ids = [record["imdb_id"] for record in [*read_films(), *parts] if record["imdb_id"]]
    assert len(ids) == len(set(ids))
    assert all(one.startswith("tt99") and len(one) == 11 for one in ids)


def test_collections_have_2_to_3_titles() -> None:
    sizes = Counter(film["belongs_to_collection"]["id"] for film in read_films() if film["belongs_to_collection"])
    assert 2.3 < sizes.total() / len(sizes) < 2.8


def test_some_budgets_and_revenues_are_implausible() -> None:
    assert any(film["budget"] == 3 and film["revenue"] == 1 for film in read_films())


def test_years_reach_from_before_1900_into_the_future() -> None:
    years = Counter(int(film["release_date"][:4]) for film in read_films() if film["release_date"])
    assert min(years) < 1900
    assert max(years) > TODAY.year
    assert years[2020] > years[1990] > years[1950] > 0


def test_votes_have_many_zeros_and_a_long_tail() -> None:
    votes = sorted(film["vote_count"] for film in read_films())
    assert votes[int(len(votes) * 0.35)] == 0
    assert votes[-1] > 2_000
    assert all(film["vote_average"] == 0 for film in read_films() if film["vote_count"] == 0)


def test_drama_is_the_most_frequent_genre() -> None:
    genres = Counter(genre["name"] for film in read_films() for genre in film["genres"])
    assert genres.most_common(1)[0][0] == "Drama"
    assert len(genres) == 19


def test_few_films_are_adult_or_videos() -> None:
    for flag in ("adult", "video"):
        assert 0 < sum(film[flag] for film in read_films()) < 500


def test_ids_ascend_with_gaps() -> None:
    ids = [film["id"] for film in read_films()]
    assert ids == sorted(set(ids))
    assert ids[-1] > 1.5 * len(ids)


def test_every_name_shows_that_it_is_invented() -> None:
    for record in read_films():
        assert f"(No. {record['id']})" in record["title"]
    for record in read_series():
        assert f"(No. {record['id']})" in record["name"]
    companies = [company["name"] for film in read_films() for company in film["production_companies"]]
    assert all("invented" in name for name in companies)


@pytest.mark.parametrize("text", ['"', "<script>", "\n", "🎬", "\\", "\u2028"])
def test_some_titles_have_awkward_characters(text: str) -> None:
    assert any(text in film["title"] for film in read_films())


def test_some_original_titles_are_in_other_scripts() -> None:
    letters = set("".join(film["original_title"] for film in read_films()))
    found = {unicodedata.name(letter, "").partition(" ")[0] for letter in letters}
    for script in ("CYRILLIC", "GREEK", "HEBREW", "ARABIC", "DEVANAGARI", "KATAKANA", "HANGUL", "THAI", "CJK"):
        assert script in found


def test_some_series_are_undated_and_none_has_an_imdb_id() -> None:
    assert any(series["first_air_date"] == "" for series in read_series())
    assert not any("imdb_id" in series for series in read_series())


def test_row_of_a_list_agrees_with_the_detail() -> None:
    for titles in (CATALOGUE.films, CATALOGUE.series):
        for position in range(50):
            row, detail = json.loads(render_item(titles, position)), json.loads(render_detail(titles, position))
            assert row.pop("genre_ids") == [genre["id"] for genre in detail["genres"]]
            assert row == {name: detail[name] for name in row}


def test_title_does_not_depend_on_earlier_requests() -> None:
    first, second = CATALOGUE, Catalogue(20_000, 1_000, seed=1, today=TODAY)
    backwards = {position: render_detail(second.films, position) for position in reversed(range(100))}
    assert [render_detail(first.films, position) for position in range(100)] == [backwards[row] for row in range(100)]


def test_another_seed_gives_another_catalogue() -> None:
    assert render_detail(Catalogue(100, 0, 1, TODAY).films, 7) != render_detail(Catalogue(100, 0, 2, TODAY).films, 7)


def test_catalogue_does_not_depend_on_hash_randomisation() -> None:
    code = (
        "from datetime import date; from cinelake.sandbox import Catalogue; "
        "from cinelake.sandbox.catalogue.catalogue import render_detail; "
        "films = Catalogue(300, 30, 1, date(2026, 11, 23)).films; "
        "print(ascii([render_detail(films, position) for position in range(300)]))"
    )
    outputs = {
        subprocess.run([sys.executable, "-c", code], env={"PYTHONHASHSEED": seed}, check=True, capture_output=True).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1


@pytest.mark.parametrize(
    ("path", "media"),
    [("/3/movie/47964", "movie"), ("/3/tv/1396", "tv"), ("/3/discover/movie", ""), ("/3/discover/tv", "")],
)
def test_fields_have_the_order_of_recorded_responses(path: str, media: str) -> None:
    if not RECORDED.exists():
        pytest.skip(f"recorded responses are not at {RECORDED}")
    lines = map(json.loads, RECORDED.read_text(encoding="utf-8").splitlines())
    body = next(line["body"] for line in lines if line["path"] == path and not line["query"])
    catalogue = CATALOGUE
    titles = catalogue.series if "tv" in path else catalogue.films
    if media:
        assert list(json.loads(render_detail(titles, 5))) == list(body)
    else:
        assert list(json.loads(render_item(titles, 5))) == list(body["results"][0])


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/3/movie/47964/credits", "credits"),
        ("/3/tv/1396/credits", "credits"),
        ("/3/movie/47964/release_dates", "release_dates"),
        ("/3/movie/335984/external_ids", "external_ids"),
        ("/3/tv/1399/external_ids", "external_ids"),
        ("/3/movie/47964/keywords", "keywords"),
    ],
)
def test_fields_of_parts_are_those_of_recorded_responses(path: str, name: str) -> None:
    if not RECORDED.exists():
        pytest.skip(f"recorded responses are not at {RECORDED}")
    lines = map(json.loads, RECORDED.read_text(encoding="utf-8").splitlines())
    body = next(line["body"] for line in lines if line["path"] == path)
    titles = CATALOGUE.series if "/tv/" in path else CATALOGUE.films
    position = max(range(200), key=lambda row: len(render_part(titles, row, name) or ""))
    part = json.loads(render_part(titles, position, name) or "")
    assert _fields(part) <= _fields(body)
    assert set(part) == set(body) - {"id"}


def _fields(value: object) -> set[str]:
    if isinstance(value, dict):
        return set(value) | {name for one in value.values() for name in _fields(one)}
    if isinstance(value, list):
        return {name for one in value for name in _fields(one)}
    return set()
