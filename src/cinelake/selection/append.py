"""The parts that a detail request can append, by media. Pure.

TMDB silently ignores unknown parts, so the names are checked here before a request is sent.
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
"""Every part of each media except the seasons of a series."""


DEFAULT_APPEND_SERIES = ("credits", "keywords", "content_ratings", "external_ids")
"""Series have content ratings where movies have release dates."""

_SEASON = re.compile(r"season/(?:0|[1-9]\d{0,3})")
"""A season by its number, 0 for the specials. TMDB answers for a series without that season, but omits the part."""


def default_append(media: Media) -> tuple[str, ...]:
    """The parts that are requested for titles of this media by default."""
    return DEFAULT_APPEND if media is Media.MOVIE else DEFAULT_APPEND_SERIES


def is_part(media: Media, name: str) -> bool:
    """Whether TMDB has a part of this name for titles of this media."""
    return name in APPEND_PARTS[media] or (media is Media.SERIES and _SEASON.fullmatch(name) is not None)
