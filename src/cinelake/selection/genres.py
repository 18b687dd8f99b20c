"""TMDB's genres: ids, which never change, with their English and Portuguese names. Pure.

Source: /3/genre/movie/list and /3/genre/tv/list, recorded in 2026. Some genres have another id for series.
"""

import difflib
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

from cinelake.errors import UsageError
from cinelake.media import Media

_SUGGESTIONS = 4


class Genre(NamedTuple):
    """One genre of a media."""

    id: int
    english: str
    portuguese: str


_MOVIE: dict[int, tuple[str, str]] = {
    28: ("Action", "Ação"),
    12: ("Adventure", "Aventura"),
    16: ("Animation", "Animação"),
    35: ("Comedy", "Comédia"),
    80: ("Crime", "Crime"),
    99: ("Documentary", "Documentário"),
    18: ("Drama", "Drama"),
    10751: ("Family", "Família"),
    14: ("Fantasy", "Fantasia"),
    36: ("History", "História"),
    27: ("Horror", "Terror"),
    10402: ("Music", "Música"),
    9648: ("Mystery", "Mistério"),
    10749: ("Romance", "Romance"),
    878: ("Science Fiction", "Ficção científica"),
    10770: ("TV Movie", "Cinema TV"),
    53: ("Thriller", "Thriller"),
    10752: ("War", "Guerra"),
    37: ("Western", "Faroeste"),
}
_SERIES: dict[int, tuple[str, str]] = {
    10759: ("Action & Adventure", "Ação e aventura"),
    16: ("Animation", "Animação"),
    35: ("Comedy", "Comédia"),
    80: ("Crime", "Crime"),
    99: ("Documentary", "Documentário"),
    18: ("Drama", "Drama"),
    10751: ("Family", "Família"),
    10762: ("Kids", "Infantil"),
    9648: ("Mystery", "Mistério"),
    10763: ("News", "Notícias"),
    10764: ("Reality", "Reality"),
    10765: ("Sci-Fi & Fantasy", "Ficção científica e fantasia"),
    10766: ("Soap", "Novela"),
    10767: ("Talk", "Talk show"),
    10768: ("War & Politics", "Guerra e política"),
    37: ("Western", "Faroeste"),
}
_FREQUENT = {18, 35, 99, 28, 53, 27, 10749}
_TABLES = {Media.MOVIE: _MOVIE, Media.SERIES: _SERIES}


def list_genres(media: Media) -> tuple[Genre, ...]:
    """All genres of a media, in order of their English names."""
    genres = (Genre(genre_id, *names) for genre_id, names in _TABLES[media].items())
    return tuple(sorted(genres, key=lambda genre: genre.english))


def genre_name(media: Media, genre_id: int) -> str:
    """The English name of a genre; "genre 123" if TMDB has no such id."""
    return _TABLES[media].get(genre_id, (f"genre {genre_id}", ""))[0]


def list_genre_ids(media: Media) -> tuple[int, ...]:
    """All genre ids of a media, the frequent ones first."""
    return tuple(sorted(_TABLES[media], key=lambda genre_id: (genre_id not in _FREQUENT, genre_id)))


def parse_genres(media: Media, texts: Iterable[str]) -> tuple[int, ...]:
    """The ids of genres, in the order given; each text holds one genre or several with commas between them.

    Raises:
        UsageError: there is no such genre.
    """
    parts = (part for text in texts for part in _split(text))
    return tuple(parse_genre(media, part) for part in parts)


def parse_genre(media: Media, text: str) -> int:
    """The id of a genre, given by id or by English or Portuguese name; case and accents do not matter.

    Raises:
        UsageError: there is no such genre; the hint suggests similar ones.
    """
    genre_id = _find(media, text)
    if genre_id is not None:
        return genre_id
    raise UsageError(f'unknown genre "{text}"', hint=_suggest(media, text))


def _split(text: str) -> list[str]:
    parts = [part for part in text.split(",") if part.strip()]
    return parts or [text]  # an empty text is an error, not "all genres"


def _find(media: Media, text: str) -> int | None:
    table, name = _TABLES[media], _fold(text)
    if name.isdecimal() and int(name) in table:
        return int(name)
    return _names(media).get(name)


def _names(media: Media) -> dict[str, int]:
    return {_fold(name): genre_id for genre_id, names in _TABLES[media].items() for name in names}


def _suggest(media: Media, text: str) -> str:
    name, names = _fold(text), _names(media)
    similar = [each for each in names if name and (name in each or each in name)]
    similar += difflib.get_close_matches(name, names, n=3, cutoff=0.5)
    ids = list(dict.fromkeys(names[each] for each in similar))[:_SUGGESTIONS]
    found = [f"{genre_name(media, genre_id)} ({genre_id})" for genre_id in ids]
    suggestions = " or ".join(filter(None, [", ".join(found[:-1]), *found[-1:]]))
    for other in Media:
        genre_id = None if other is media else _find(other, text)
        if genre_id is not None:
            suggestions = f"{genre_name(other, genre_id)} ({genre_id}), with media {other.value}"
    question = f"did you mean {suggestions}? Run" if suggestions else "run"
    return f"{question} `cinelake genres` to list all genres"


def _fold(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return " ".join(plain.casefold().split())
