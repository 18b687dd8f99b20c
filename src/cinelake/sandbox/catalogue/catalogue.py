"""Owns the catalogue: how many films and series there are, and which of the two a path means.

Invariant: the same numbers, seed and day make the same catalogue, title by title, in every process.
"""

from datetime import date

from cinelake.sandbox.catalogue import films, series
from cinelake.sandbox.catalogue import proportions as shares
from cinelake.sandbox.catalogue.genre_table import MOVIE_GENRES, SERIES_GENRES
from cinelake.sandbox.catalogue.texts import Shelf
from cinelake.sandbox.catalogue.title_columns import Mould, build_columns

_FILM_MOULD = Mould(
    "movie", MOVIE_GENRES, undated_share=0.024, video_share=0.008, money=shares.MOVIE_MONEY, collection_share=0.077
)
_SERIES_MOULD = Mould("tv", SERIES_GENRES, undated_share=0.03, video_share=0, money=shares.NO_MONEY, collection_share=0)


class Catalogue:
    """An invented catalogue of films and series, dated up to a few years after `today`."""

    def __init__(self, films: int, series: int, seed: int, today: date) -> None:
        self.seed = seed
        self.today = today
        self.films = _build_shelf(_FILM_MOULD, films, seed, today)
        self.series = _build_shelf(_SERIES_MOULD, series, seed, today)

    def find_shelf(self, media: str) -> Shelf | None:
        """The shelf of `movie` or `tv`, as paths name them."""
        return {"movie": self.films, "tv": self.series}.get(media)


def render_item(shelf: Shelf, position: int) -> str:
    """A title as a row of discover."""
    return films.render_item(shelf, position) if shelf.name == "movie" else series.render_item(shelf, position)


def render_detail(shelf: Shelf, position: int) -> str:
    """The whole record of a title."""
    return films.render_detail(shelf, position) if shelf.name == "movie" else series.render_detail(shelf, position)


def _build_shelf(mould: Mould, count: int, seed: int, today: date) -> Shelf:
    columns = build_columns(mould, count, seed=seed, today=today)
    return Shelf(mould.name, columns, mould.genres, seed, today, count)
