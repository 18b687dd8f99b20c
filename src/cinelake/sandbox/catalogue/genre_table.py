"""TMDB's genres: real ids, names in English and Portuguese, and their frequency in the catalogue.

Invariant: bit n of a genre mask stands for row n of the table of its media.
"""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Genre:
    """One genre; its weight is relative to the others in its table."""

    id: int
    english: str
    portuguese: str
    weight: float


MOVIE_GENRES = (
    Genre(28, "Action", "Ação", 14),
    Genre(12, "Adventure", "Aventura", 8),
    Genre(16, "Animation", "Animação", 9),
    Genre(35, "Comedy", "Comédia", 29),
    Genre(80, "Crime", "Crime", 8.3),
    Genre(99, "Documentary", "Documentário", 16),
    Genre(18, "Drama", "Drama", 48),
    Genre(10751, "Family", "Família", 9),
    Genre(14, "Fantasy", "Fantasia", 8),
    Genre(36, "History", "História", 5),
    Genre(27, "Horror", "Terror", 12),
    Genre(10402, "Music", "Música", 8),
    Genre(9648, "Mystery", "Mistério", 7),
    Genre(10749, "Romance", "Romance", 15),
    Genre(878, "Science Fiction", "Ficção científica", 8),
    Genre(10770, "TV Movie", "Cinema TV", 5),
    Genre(53, "Thriller", "Thriller", 15),
    Genre(10752, "War", "Guerra", 2.7),
    Genre(37, "Western", "Faroeste", 2.2),
)
SERIES_GENRES = (
    Genre(10759, "Action & Adventure", "Ação e Aventura", 14),
    Genre(16, "Animation", "Animação", 16),
    Genre(35, "Comedy", "Comédia", 24),
    Genre(80, "Crime", "Crime", 9),
    Genre(99, "Documentary", "Documentário", 18),
    Genre(18, "Drama", "Drama", 42),
    Genre(10751, "Family", "Família", 9),
    Genre(10762, "Kids", "Infantil", 7),
    Genre(9648, "Mystery", "Mistério", 9),
    Genre(10763, "News", "Notícias", 3),
    Genre(10764, "Reality", "Reality", 13),
    Genre(10765, "Sci-Fi & Fantasy", "Ficção Científica e Fantasia", 13),
    Genre(10766, "Soap", "Novela", 5),
    Genre(10767, "Talk", "Talk show", 6),
    Genre(10768, "War & Politics", "Guerra e Política", 3),
    Genre(37, "Western", "Faroeste", 2),
)


def split_mask(table: tuple[Genre, ...], mask: int) -> Iterator[Genre]:
    """The genres of a mask, in the order of the table."""
    return (genre for bit, genre in enumerate(table) if mask >> bit & 1)


def build_mask(table: tuple[Genre, ...], ids: set[int]) -> int:
    """The mask of these ids; unknown ids are ignored."""
    return sum(1 << bit for bit, genre in enumerate(table) if genre.id in ids)
