"""What a user asks for: media, genres, dates, appended parts and switches. Pure."""

import hashlib
from dataclasses import dataclass
from datetime import date

from cinelake.errors import UsageError
from cinelake.lake.manifests import Request
from cinelake.media import Media
from cinelake.selection.append import APPEND_PARTS, DEFAULT_APPEND, MAX_APPEND, default_append, is_part
from cinelake.selection.genres import genre_name


@dataclass(frozen=True, slots=True)
class Selection:
    """Which titles to download, and what to request for each.

    Attributes:
        genre_ids: empty for all titles.
        since, until: closed range of release days; a selection with either excludes undated titles.
        undated_only: exclude dated titles. It selects the one slice that no dates can name.
    """

    media: Media = Media.MOVIE
    genre_ids: tuple[int, ...] = ()
    since: date | None = None
    until: date | None = None
    append: tuple[str, ...] = DEFAULT_APPEND
    include_adult: bool = False
    include_video: bool = False
    undated_only: bool = False

    @property
    def id(self) -> str:
        """A unique name for the selection, such as movie-80-10752-ef13a3b9; keys of the lake contain it."""
        genres = "-".join(map(str, self.genre_ids)) or "all"
        values = (
            self.media.value,
            self.genre_ids,
            self.since,
            self.until,
            self.append,
            self.include_adult,
            self.include_video,
        )
        text = repr((*values, "undated") if self.undated_only else values)  # the names of existing lakes must not change
        return f"{self.media.value}-{genres[:40]}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"

    @property
    def wants_undated(self) -> bool:
        """Whether undated titles belong to the selection: only if it has no dates."""
        return self.since is None and self.until is None

    @property
    def has_all_titles(self) -> bool:
        """Whether all titles of the media belong to the selection, so that TMDB's id export lists it."""
        return not self.genre_ids and self.wants_undated and not self.undated_only

    @property
    def request(self) -> Request:
        """What to request for each record."""
        return Request(self.append, self.include_adult, self.include_video)

    @property
    def genres(self) -> tuple[int | None, ...]:
        """The genres to list one by one; None stands for all titles."""
        return self.genre_ids or (None,)


def build_selection(  # noqa: PLR0913 - one parameter for each option
    media: Media,
    genre_ids: tuple[int, ...],
    since: date | None,
    until: date | None,
    *,
    append: tuple[str, ...] = DEFAULT_APPEND,
    include_adult: bool = False,
    include_video: bool = False,
) -> Selection:
    """A valid selection; equal requests give equal selections, whatever the order of genres and parts.

    Raises:
        UsageError: the dates or the parts are invalid.
    """
    if since is not None and until is not None and since > until:
        raise UsageError(f"--from {since} is after --to {until}", hint="swap the two dates")
    if append == DEFAULT_APPEND and media is Media.SERIES:
        append = default_append(media)
    default = default_append(media)
    append = (*(part for part in default if part in append), *sorted(set(append) - set(default)))
    _check_parts(media, append)
    return Selection(media, tuple(sorted(set(genre_ids))), since, until, append, include_adult, include_video)


def describe_selection(selection: Selection) -> str:
    """The selection for people, such as "Crime + Thriller" or "all series (since 2015)"."""
    names = [genre_name(selection.media, genre_id) for genre_id in selection.genre_ids]
    is_movie = selection.media is Media.MOVIE
    since, until = _describe_day(selection.since, is_end=False), _describe_day(selection.until, is_end=True)
    notes = ["series"] if names and not is_movie else []
    notes += [f"since {since}"] if since else []
    notes += [f"until {until}"] if until else []
    notes += ["undated titles"] if selection.undated_only else []
    notes += ["with adult titles"] if selection.include_adult else []
    notes += ["with videos"] if selection.include_video else []
    if selection.append != default_append(selection.media):
        notes.append(f"--append {','.join(selection.append) or 'none'}")
    everything = "all movies" if is_movie else "all series"
    return (" + ".join(names) or everything) + (f" ({', '.join(notes)})" if notes else "")


def _check_parts(media: Media, append: tuple[str, ...]) -> None:
    for part in append:
        if not is_part(media, part):
            seasons = ["season/0", "season/1", "…"] if media is Media.SERIES else []
            known = ", ".join([*sorted(APPEND_PARTS[media]), *seasons])
            raise UsageError(
                f'unknown part "{part}" for media {media.value}', hint=f"use --append none, or any of: {known}"
            )
    if len(append) > MAX_APPEND:
        raise UsageError(f"too many parts in --append: {len(append)}", hint=f"use at most {MAX_APPEND} parts")


def _describe_day(day: date | None, *, is_end: bool) -> str:
    """A day, or the year alone if the day is its first or (`is_end`) last one."""
    if day is None:
        return ""
    is_year = (day.month, day.day) == ((12, 31) if is_end else (1, 1))
    return f"{day.year:04}" if is_year else day.isoformat()
