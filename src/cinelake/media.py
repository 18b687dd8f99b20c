"""The two kinds of title, and the folder that each has in a lake."""

from enum import Enum


class Media(Enum):
    """The two kinds of title. Their ids collide and are never mixed."""

    MOVIE = "movie"
    SERIES = "series"


KINDS = {Media.MOVIE: "Movies", Media.SERIES: "Series"}
