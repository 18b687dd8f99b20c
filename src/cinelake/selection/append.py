"""The parts that can be appended to a detail request, by kind of title. Pure.

TMDB silently ignores a part that it does not know, so names are checked here before anything is sent.
"""

import re

from cinelake.media import Media

MAX_APPEND = 20

DEFAULT_APPEND = ("credits", "keywords", "release_dates", "external_ids")

_SHARED = {
    "alternative_titles",
    "changes",
    "credits",
    "external_ids",
    "images",
    "keywords",
    "lists",
    "recommendations",
    "reviews",
    "similar",
    "translations",
    "videos",
    "watch/providers",
}
APPEND_PARTS = {
    Media.MOVIE: frozenset(_SHARED | {"release_dates"}),
    Media.SERIES: frozenset(_SHARED | {"aggregate_credits", "content_ratings", "episode_groups", "screened_theatrically"}),
}
"""Every part of each kind, but for the seasons of a series."""


DEFAULT_APPEND_SERIES = ("credits", "keywords", "content_ratings", "external_ids")
"""What films call release dates is content ratings here."""

_SEASON = re.compile(r"season/(?:0|[1-9]\d{0,3})")
"""A season by its number, 0 for the specials; a series without it is answered all the same, but without the part."""


def default_append(media: Media) -> tuple[str, ...]:
    """The parts that a record of this kind has unless others are asked for."""
    return DEFAULT_APPEND if media is Media.MOVIE else DEFAULT_APPEND_SERIES


def is_part(media: Media, name: str) -> bool:
    """Whether TMDB has a part of this name for titles of this kind."""
    return name in APPEND_PARTS[media] or (media is Media.SERIES and _SEASON.fullmatch(name) is not None)
