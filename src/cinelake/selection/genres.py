"""Owns the genres: TMDB's ids, which never change, with their English and Portuguese names.

Source: /3/genre/movie/list and /3/genre/tv/list, as recorded in 2026. Series have ids of their own for some genres.
"""

import difflib
import unicodedata

from cinelake.errors import UsageError
from cinelake.media import Media

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


def genre_name(media: Media, genre_id: int) -> str:
    """The English name of a genre, or its number if TMDB has none such."""
    return _TABLES[media].get(genre_id, (f"genre {genre_id}", ""))[0]


def list_genre_ids(media: Media) -> tuple[int, ...]:
    """All genre ids of a media, the frequent ones first."""
    return tuple(sorted(_TABLES[media], key=lambda genre_id: (genre_id not in _FREQUENT, genre_id)))


def parse_genre(media: Media, text: str) -> int:
    """The id of a genre given by id or by name, in English or Portuguese, in any case, with or without accents.

    Raises:
        UsageError: there is no such genre; names the near ones.
    """
    table = _TABLES[media]
    wanted = _fold(text)
    known = {str(genre_id): genre_id for genre_id in table}
    if wanted in known:
        return known[wanted]
    by_name = {_fold(name): genre_id for genre_id, names in table.items() for name in names}
    if wanted in by_name:
        return by_name[wanted]
    near = [name for name in by_name if wanted and (wanted in name or name in wanted)]
    near += [name for name in difflib.get_close_matches(wanted, by_name, n=3, cutoff=0.5) if name not in near]
    ids = list(dict.fromkeys(by_name[name] for name in near))
    hint = ", ".join(f"{table[i][0]} ({i})" for i in ids[:4])
    everything = ", ".join(f"{english} ({i})" for i, (english, _) in table.items())
    raise UsageError(
        f"genre '{text}'",
        f"TMDB has no such {media.value} genre",
        f"a name in English or Portuguese, or an id, out of: {everything}",
        f"did you mean {hint}?" if hint else "pick one of these",
    )


def _fold(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return " ".join(plain.casefold().split())
