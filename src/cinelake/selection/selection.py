"""What a user asks for: kind of title, genres, dates, appended parts and switches. Pure."""

import hashlib
from dataclasses import dataclass
from datetime import date

from cinelake.errors import UsageError
from cinelake.lake.manifests import Request
from cinelake.media import Media
from cinelake.selection.append import APPEND_PARTS, DEFAULT_APPEND, MAX_APPEND, default_append, is_part


@dataclass(frozen=True, slots=True)
class Selection:
    """What is asked for. `genre_ids` empty means all titles; dates are closed, and leave undated titles out.

    `undated_only` leaves the dated titles out: for the one slice that no dates can name.
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
        """A name for the selection: readable in front, unambiguous behind."""
        genres = "-".join(map(str, self.genre_ids)) or "all"
        words = (
            self.media.value,
            self.genre_ids,
            self.since,
            self.until,
            self.append,
            self.include_adult,
            self.include_video,
        )
        text = repr((*words, "undated") if self.undated_only else words)  # the older ones keep their names
        return f"{self.media.value}-{genres[:40]}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"

    @property
    def wants_undated(self) -> bool:
        """Undated titles belong to a selection without dates."""
        return self.since is None and self.until is None

    @property
    def request(self) -> Request:
        """What each record is asked with."""
        return Request(self.append, self.include_adult, self.include_video)

    @property
    def genres(self) -> tuple[int | None, ...]:
        """The genres to ask for one by one; None stands for all titles."""
        return self.genre_ids or (None,)


def build_selection(  # noqa: PLR0913 - the words of the command line, each checked here
    media: Media,
    genre_ids: tuple[int, ...],
    since: date | None,
    until: date | None,
    *,
    append: tuple[str, ...] = DEFAULT_APPEND,
    include_adult: bool = False,
    include_video: bool = False,
) -> Selection:
    """A selection that makes sense.

    Raises:
        UsageError: it does not.
    """
    if since is not None and until is not None and since > until:
        raise UsageError("dates", f"--from {since} is after --to {until}", "--from on or before --to", "swap the two")
    if append == DEFAULT_APPEND and media is Media.SERIES:
        append = default_append(media)
    default = default_append(media)
    # In one order, whatever was typed: the same parts are the same selection.
    append = (*(part for part in default if part in append), *sorted(set(append) - set(default)))
    for part in append:
        if not is_part(media, part):
            raise UsageError(
                f"part '{part}'",
                f"TMDB has none such for a {media.value}, and would leave it out without a word",
                ", ".join(sorted(APPEND_PARTS[media])) + (", season/0, season/1, ..." if media is Media.SERIES else ""),
                "correct --append, or use --append none",
            )
    if len(append) > MAX_APPEND:
        raise UsageError("--append", f"{len(append)} parts", f"at most {MAX_APPEND}", "leave some out")
    return Selection(media, tuple(sorted(set(genre_ids))), since, until, tuple(append), include_adult, include_video)
