"""The fields of a record: one definition for both the structs that validate records and the columns of the tables. Pure.

Invariant: the columns hold every value that the struct accepts without loss. A field without a definition is unknown: it
stays in Raw and is reported by name. Sources: TMDB's records of 2026, the parts that can be appended, and the 21 fields
of version 1 of the lake.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any

import msgspec

_INT64 = msgspec.Meta(ge=-(2**63), le=2**63 - 1)


@dataclass(frozen=True, slots=True)
class Scalar:
    """A value with its types in SQL and in Python."""

    sql: str
    python: Any


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list whose elements are never null."""

    element: "Shape"


@dataclass(frozen=True, slots=True)
class Record:
    """An object with named fields. A field may be absent or null unless it is in `required`."""

    name: str
    fields: Mapping[str, "Shape"]
    required: frozenset[str] = frozenset()

    def __hash__(self) -> int:
        return hash(self.name)


Shape = Scalar | ListOf | Record

TEXT = Scalar("VARCHAR", str)
WHOLE = Scalar("BIGINT", Annotated[int, _INT64])
REAL = Scalar("DOUBLE", float)
FLAG = Scalar("BOOLEAN", bool)

_NAMED: dict[str, Shape] = {"id": WHOLE, "name": TEXT}
_COMPANY = Record("Company", {**_NAMED, "logo_path": TEXT, "origin_country": TEXT})
_COUNTRY = Record("Country", {"iso_3166_1": TEXT, "name": TEXT})
_LANGUAGE = Record("Language", {"english_name": TEXT, "iso_639_1": TEXT, "name": TEXT})
_COLLECTION = Record("Collection", {**_NAMED, "poster_path": TEXT, "backdrop_path": TEXT})
_PERSON: dict[str, Shape] = {
    **_NAMED,
    "adult": FLAG,
    "gender": WHOLE,
    "known_for_department": TEXT,
    "original_name": TEXT,
    "popularity": REAL,
    "profile_path": TEXT,
    "credit_id": TEXT,
}
_CAST = Record("Cast", {**_PERSON, "cast_id": WHOLE, "character": TEXT, "order": WHOLE})
_CREW = Record("Crew", {**_PERSON, "department": TEXT, "job": TEXT})
_KEYWORDS = ListOf(Record("Keyword", _NAMED))
_RELEASE = Record(
    "Release",
    {
        "certification": TEXT,
        "descriptors": ListOf(TEXT),
        "iso_639_1": TEXT,
        "note": TEXT,
        "release_date": TEXT,
        "type": WHOLE,
    },
)
_RELEASES = Record("Releases", {"iso_3166_1": TEXT, "release_dates": ListOf(_RELEASE)})
_EXTERNAL_IDS = Record(
    "ExternalIds",
    {
        "id": WHOLE,
        **dict.fromkeys(("imdb_id", "freebase_mid", "freebase_id", "wikidata_id"), TEXT),
        **dict.fromkeys(("tvdb_id", "tvrage_id"), WHOLE),
        **dict.fromkeys(("facebook_id", "instagram_id", "twitter_id"), TEXT),
    },
)
_SHARED: dict[str, Shape] = {
    "id_tmdb": WHOLE,
    "id": WHOLE,
    "adult": FLAG,
    "backdrop_path": TEXT,
    "genres": ListOf(Record("Genre", _NAMED)),
    "homepage": TEXT,
    "origin_country": ListOf(TEXT),
    "original_language": TEXT,
    "overview": TEXT,
    "popularity": REAL,
    "poster_path": TEXT,
    "production_companies": ListOf(_COMPANY),
    "production_countries": ListOf(_COUNTRY),
    "softcore": FLAG,
    "spoken_languages": ListOf(_LANGUAGE),
    "status": TEXT,
    "tagline": TEXT,
    "vote_average": REAL,
    "vote_count": WHOLE,
    "credits": Record("Credits", {"id": WHOLE, "cast": ListOf(_CAST), "crew": ListOf(_CREW)}),
    "keywords": Record("Keywords", {"id": WHOLE, "keywords": _KEYWORDS, "results": _KEYWORDS}),
    "external_ids": _EXTERNAL_IDS,
}
_EPISODE = Record(
    "Episode",
    {
        **_NAMED,
        **dict.fromkeys(("overview", "air_date", "episode_type", "production_code", "still_path"), TEXT),
        **dict.fromkeys(("vote_count", "episode_number", "runtime", "season_number", "show_id"), WHOLE),
        "vote_average": REAL,
    },
)
_SEASON = Record(
    "Season",
    {
        **_NAMED,
        **dict.fromkeys(("air_date", "overview", "poster_path"), TEXT),
        **dict.fromkeys(("episode_count", "season_number"), WHOLE),
        "vote_average": REAL,
    },
)
_CREATOR = Record(
    "Creator",
    {**_NAMED, "credit_id": TEXT, "gender": WHOLE, "original_name": TEXT, "profile_path": TEXT},
)
_RATING = Record("Rating", {"descriptors": ListOf(TEXT), "iso_3166_1": TEXT, "rating": TEXT})

MOVIE = Record(
    "Movie",
    {
        **_SHARED,
        "belongs_to_collection": _COLLECTION,
        "budget": WHOLE,
        "imdb_id": TEXT,
        "original_title": TEXT,
        "release_date": TEXT,
        "revenue": WHOLE,
        "runtime": WHOLE,
        "title": TEXT,
        "video": FLAG,
        "release_dates": Record("ReleaseDates", {"id": WHOLE, "results": ListOf(_RELEASES)}),
    },
    required=frozenset({"id_tmdb"}),
)
SERIES = Record(
    "Series",
    {
        **_SHARED,
        "created_by": ListOf(_CREATOR),
        "episode_run_time": ListOf(WHOLE),
        "first_air_date": TEXT,
        "in_production": FLAG,
        "languages": ListOf(TEXT),
        "last_air_date": TEXT,
        "last_episode_to_air": _EPISODE,
        "name": TEXT,
        "next_episode_to_air": _EPISODE,
        "networks": ListOf(_COMPANY),
        "number_of_episodes": WHOLE,
        "number_of_seasons": WHOLE,
        "original_name": TEXT,
        "seasons": ListOf(_SEASON),
        "type": TEXT,
        "content_ratings": Record("ContentRatings", {"id": WHOLE, "results": ListOf(_RATING)}),
    },
    required=frozenset({"id_tmdb"}),
)
RECORDS: Mapping[str, Record] = {"movie": MOVIE, "series": SERIES}
FOLDERS: Mapping[str, str] = {"Movies": "movie", "Series": "series"}
"""The kind of title by its folder in Raw and Trusted."""


def name_folder(kind: str) -> str:
    """The folder of a kind of title."""
    return next(folder for folder, each in FOLDERS.items() if each == kind)


def build_sql_type(shape: Shape) -> str:
    """The SQL type of a shape."""
    match shape:
        case Scalar():
            return shape.sql
        case ListOf():
            return f"{build_sql_type(shape.element)}[]"
        case Record():
            parts = [f'"{name}" {build_sql_type(part)}' for name, part in shape.fields.items()]
            return f"STRUCT({', '.join(parts)})"


def build_columns(record: Record) -> dict[str, str]:
    """The columns of a record with their SQL types."""
    return {name: build_sql_type(shape) for name, shape in record.fields.items()}


@cache
def build_struct(record: Record, *, is_strict: bool) -> type[msgspec.Struct]:
    """The struct of a record. A strict struct refuses unknown fields at any depth."""
    fields: list[Any] = [
        (name, _python_type(shape, is_strict)) for name, shape in record.fields.items() if name in record.required
    ]
    fields += [
        (name, _python_type(shape, is_strict) | None, None)
        for name, shape in record.fields.items()
        if name not in record.required
    ]
    return msgspec.defstruct(record.name, fields, forbid_unknown_fields=is_strict, gc=False, frozen=True)


def list_unknown(value: object, shape: Shape, path: str = "") -> set[str]:
    """The dotted names of the fields of a decoded value that have no definition."""
    match shape:
        case Record() if isinstance(value, dict):
            found = {f"{path}{name}" for name in value if name not in shape.fields}
            for name, part in shape.fields.items():
                found |= list_unknown(value.get(name), part, f"{path}{name}.")
            return found
        case ListOf() if isinstance(value, list):
            return {name for each in value for name in list_unknown(each, shape.element, path)}
        case _:
            return set()


def _python_type(shape: Shape, is_strict: bool) -> Any:  # noqa: ANN401, FBT001 - a type made at run time
    match shape:
        case Scalar():
            return shape.python
        case ListOf():
            return list[_python_type(shape.element, is_strict)]  # type: ignore[misc]
        case Record():
            return build_struct(shape, is_strict=is_strict)
