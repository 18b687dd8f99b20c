"""The two kinds of title, and the name of each in the keys of a lake."""

from enum import Enum


class Media(Enum):
    """A kind of title. A movie and a series may have the same id, so ids of both are never mixed."""

    MOVIE = "movie"
    SERIES = "series"


KINDS = {Media.MOVIE: "Movies", Media.SERIES: "Series"}
