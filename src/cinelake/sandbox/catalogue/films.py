"""Owns the wire form of films: rows of discover, details, and the parts that can be appended.

Invariant: fields and their order are those of the service in 2026; what a column holds is never drawn anew.
"""

from cinelake.sandbox.catalogue import texts as faces
from cinelake.sandbox.catalogue import title_columns as bits
from cinelake.sandbox.catalogue import vocabulary as words
from cinelake.sandbox.catalogue.json_text import render_flag, render_object, render_value

_COMPANIES_A_FILM = 0.57


def render_item(shelf: faces.Shelf, position: int) -> str:
    """A film as a row of discover."""
    columns, face = shelf.columns, faces.compose_face(shelf, position)
    traits = columns.traits[position]
    return render_object(
        {
            "adult": render_flag(traits & bits.ADULT),
            "backdrop_path": render_value(face.backdrop),
            "genre_ids": faces.render_genre_ids(shelf, position),
            "id": str(columns.ids[position]),
            "title": render_value(face.title),
            "original_language": f'"{faces.read_tongue(shelf, position).code}"',
            "original_title": render_value(face.original),
            "overview": render_value(face.overview),
            "popularity": faces.render_popularity(shelf, position),
            "poster_path": render_value(face.poster),
            "release_date": faces.render_date(columns.dates[position]),
            "softcore": render_flag(traits & bits.SOFTCORE),
            "video": render_flag(traits & bits.VIDEO),
            "vote_average": faces.render_average(shelf, position),
            "vote_count": str(columns.votes[position]),
        }
    )


def render_detail(shelf: faces.Shelf, position: int) -> str:
    """The whole record of a film, without appended parts."""
    columns, face = shelf.columns, faces.compose_face(shelf, position)
    traits, number, source = columns.traits[position], columns.ids[position], face.source
    tongue = faces.read_tongue(shelf, position)
    pool = max(int(shelf.size * _COMPANIES_A_FILM), 10)
    companies = faces.render_companies(source, source.choice((1, 1, 1, 2, 2, 3, 4)), pool)
    countries = faces.render_countries(tongue, source)
    homepage = f"https://films.example.invalid/{number}" if source.random() < 0.15 else ""  # noqa: PLR2004 - a share
    return render_object(
        {
            "adult": render_flag(traits & bits.ADULT),
            "backdrop_path": render_value(face.backdrop),
            "belongs_to_collection": _render_collection(columns.collections[position]),
            "budget": str(columns.budgets[position]),
            "genres": faces.render_genres(shelf, position),
            "homepage": f'"{homepage}"',
            "id": str(number),
            "imdb_id": render_value(read_imdb_id(shelf, position)),
            "origin_country": f'["{tongue.country}"]',
            "original_language": f'"{tongue.code}"',
            "original_title": render_value(face.original),
            "overview": render_value(face.overview),
            "popularity": faces.render_popularity(shelf, position),
            "poster_path": render_value(face.poster),
            "production_companies": "[]" if traits & bits.NO_COMPANIES else companies,
            "production_countries": "[]" if traits & bits.NO_COUNTRIES else countries,
            "release_date": faces.render_date(columns.dates[position]),
            "revenue": str(columns.revenues[position]),
            "runtime": str(columns.runtimes[position]),
            "softcore": render_flag(traits & bits.SOFTCORE),
            "spoken_languages": "[]" if traits & bits.NO_LANGUAGES else faces.render_languages(tongue),
            "status": f'"{_choose_status(shelf, position)}"',
            "tagline": render_value(words.compose_tagline(source)),
            "title": render_value(face.title),
            "video": render_flag(traits & bits.VIDEO),
            "vote_average": faces.render_average(shelf, position),
            "vote_count": str(columns.votes[position]),
        }
    )


def read_imdb_id(shelf: faces.Shelf, position: int) -> str | None:
    """The IMDb id; null and the empty string both occur for unknown."""
    traits = shelf.columns.traits[position]
    if traits & bits.IMDB_NULL:
        return None
    return "" if traits & bits.IMDB_EMPTY else faces.build_imdb_id(shelf, position)


def _choose_status(shelf: faces.Shelf, position: int) -> str:
    ordinal = shelf.columns.dates[position]
    if ordinal > shelf.find_edit_day(position):
        return "Post Production"
    if ordinal == 0 and position % 3 == 0:
        return ("Planned", "Rumored", "In Production", "Canceled")[position // 3 % 4]
    return "Released"


def _render_collection(number: int) -> str:
    if not number:
        return "null"
    picture = "null" if number % 2 else f'"/invented{number:018x}.jpg"'
    return render_object(
        {
            "id": str(2_000_000 + number),
            "name": render_value(words.compose_collection(number)),
            "poster_path": picture,
            "backdrop_path": "null",
        }
    )
