"""The invented catalogue of films and series.

Invariant: the same numbers, seed and day give the same catalogue, title by title, in every process.
"""

from datetime import date

from cinelake.sandbox.catalogue import films, proportions, series
from cinelake.sandbox.catalogue.genre_table import MOVIE_GENRES, SERIES_GENRES
from cinelake.sandbox.catalogue.texts import MediaTitles
from cinelake.sandbox.catalogue.title_columns import MediaProfile, build_columns

_FILM_PROFILE = MediaProfile(
    "movie", MOVIE_GENRES, undated_share=0.024, video_share=0.008, money=proportions.MOVIE_MONEY, collection_share=0.077
)
_SERIES_PROFILE = MediaProfile(
    "tv", SERIES_GENRES, undated_share=0.03, video_share=0, money=proportions.NO_MONEY, collection_share=0
)


class Catalogue:
    """So many films and series, dated up to a few years after `today`."""

    def __init__(self, films: int, series: int, seed: int, today: date) -> None:
        self.seed = seed
        self.today = today
        self.films = _build_titles(_FILM_PROFILE, films, seed, today)
        self.series = _build_titles(_SERIES_PROFILE, series, seed, today)


def render_item(titles: MediaTitles, position: int) -> str:
    """A title as a row of discover."""
    return films.render_item(titles, position) if titles.media == "movie" else series.render_item(titles, position)


def render_detail(titles: MediaTitles, position: int) -> str:
    """The complete record of a title."""
    return films.render_detail(titles, position) if titles.media == "movie" else series.render_detail(titles, position)


def _build_titles(profile: MediaProfile, count: int, seed: int, today: date) -> MediaTitles:
    columns = build_columns(profile, count, seed=seed, today=today)
    return MediaTitles(profile.media, columns, profile.genres, seed, today, count)
