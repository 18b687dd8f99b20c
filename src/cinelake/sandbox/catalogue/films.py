"""Renders films as JSON: rows of discover, and details.

Invariant: fields and their order are those of TMDB in 2026, and values that have a column always come from it.
"""

from cinelake.sandbox.catalogue import texts, vocabulary
from cinelake.sandbox.catalogue.json_text import render_flag, render_object, render_value
from cinelake.sandbox.catalogue.title_columns import (
    ADULT,
    IMDB_EMPTY,
    IMDB_NULL,
    NO_COMPANIES,
    NO_COUNTRIES,
    NO_LANGUAGES,
    SOFTCORE,
    VIDEO,
)

_COMPANIES_A_FILM = 0.57


def render_item(titles: texts.MediaTitles, position: int) -> str:
    """A film as a row of discover."""
    columns, composed = titles.columns, texts.compose_texts(titles, position)
    traits = columns.traits[position]
    return render_object(
        {
            "adult": render_flag(traits & ADULT),
            "backdrop_path": render_value(composed.backdrop),
            "genre_ids": texts.render_genre_ids(titles, position),
            "id": str(columns.ids[position]),
            "title": render_value(composed.title),
            "original_language": f'"{texts.read_language(titles, position).code}"',
            "original_title": render_value(composed.original),
            "overview": render_value(composed.overview),
            "popularity": texts.render_popularity(titles, position),
            "poster_path": render_value(composed.poster),
            "release_date": texts.render_date(columns.dates[position]),
            "softcore": render_flag(traits & SOFTCORE),
            "video": render_flag(traits & VIDEO),
            "vote_average": texts.render_average(titles, position),
            "vote_count": str(columns.votes[position]),
        }
    )


def render_detail(titles: texts.MediaTitles, position: int) -> str:
    """The complete record of a film, without appended parts."""
    columns, composed = titles.columns, texts.compose_texts(titles, position)
    traits, number, source = columns.traits[position], columns.ids[position], composed.source
    language = texts.read_language(titles, position)
    pool = max(int(titles.size * _COMPANIES_A_FILM), 10)
    companies = texts.render_companies(source, source.choice((1, 1, 1, 2, 2, 3, 4)), pool)
    countries = texts.render_countries(language, source)
    homepage = f"https://films.example.invalid/{number}" if source.random() < 0.15 else ""  # noqa: PLR2004 - a share
    return render_object(
        {
            "adult": render_flag(traits & ADULT),
            "backdrop_path": render_value(composed.backdrop),
            "belongs_to_collection": _render_collection(columns.collections[position]),
            "budget": str(columns.budgets[position]),
            "genres": texts.render_genres(titles, position),
            "homepage": f'"{homepage}"',
            "id": str(number),
            "imdb_id": render_value(read_imdb_id(titles, position)),
            "origin_country": f'["{language.country}"]',
            "original_language": f'"{language.code}"',
            "original_title": render_value(composed.original),
            "overview": render_value(composed.overview),
            "popularity": texts.render_popularity(titles, position),
            "poster_path": render_value(composed.poster),
            "production_companies": "[]" if traits & NO_COMPANIES else companies,
            "production_countries": "[]" if traits & NO_COUNTRIES else countries,
            "release_date": texts.render_date(columns.dates[position]),
            "revenue": str(columns.revenues[position]),
            "runtime": str(columns.runtimes[position]),
            "softcore": render_flag(traits & SOFTCORE),
            "spoken_languages": "[]" if traits & NO_LANGUAGES else texts.render_languages(language),
            "status": f'"{_choose_status(titles, position)}"',
            "tagline": render_value(vocabulary.compose_tagline(source)),
            "title": render_value(composed.title),
            "video": render_flag(traits & VIDEO),
            "vote_average": texts.render_average(titles, position),
            "vote_count": str(columns.votes[position]),
        }
    )


def read_imdb_id(titles: texts.MediaTitles, position: int) -> str | None:
    """The IMDb id; an unknown one is null or an empty string, as in TMDB."""
    traits = titles.columns.traits[position]
    if traits & IMDB_NULL:
        return None
    return "" if traits & IMDB_EMPTY else texts.build_imdb_id(titles, position)


def _choose_status(titles: texts.MediaTitles, position: int) -> str:
    ordinal = titles.columns.dates[position]
    if ordinal > titles.find_edit_day(position):
        return "Post Production"
    if ordinal == 0 and position % 3 == 0:
        return ("Planned", "Rumored", "In Production", "Canceled")[position // 3 % 4]
    return "Released"


def _render_collection(number: int) -> str:
    if not number:
        return "null"
    poster = "null" if number % 2 else f'"/invented{number:018x}.jpg"'
    return render_object(
        {
            "id": str(2_000_000 + number),
            "name": render_value(vocabulary.compose_collection(number)),
            "poster_path": poster,
            "backdrop_path": "null",
        }
    )
