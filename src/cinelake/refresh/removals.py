"""Decide what becomes of stored titles that TMDB no longer lists, and limit how many a run removes.

A listing alone removes nothing: each such title is requested. One that answers 404 is gone. One that exists but no longer
belongs to its slice has moved or left. One that still belongs to it stays. Invariant: no run removes more than its share of
the stored titles, unless the user allows it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

import msgspec

from cinelake.errors import IncompleteError
from cinelake.media import Media
from cinelake.refresh.refetch_policy import StoredTitles
from cinelake.selection.limits import Limits
from cinelake.selection.selection import Selection
from cinelake.selection.slices import Slice

_IDS_SHOWN = 10


class _Genre(msgspec.Struct, gc=False):
    id: int


class _Facts(msgspec.Struct, gc=False):
    """The fields of a record that decide which slices it belongs to."""

    id_tmdb: int = 0
    genres: list[_Genre] = []
    release_date: str | None = None
    first_air_date: str | None = None
    adult: bool = False
    video: bool = False


_FACTS = msgspec.json.Decoder(_Facts)


def belongs_to_slice(record: bytes, piece: Slice, selection: Selection) -> bool:
    """Whether a record belongs to a slice; a record that cannot be read does."""
    try:
        facts = _FACTS.decode(record)
        is_excluded = (facts.adult and not selection.include_adult) or (facts.video and not selection.include_video)
        if piece.first_id is not None and piece.last_id is not None:
            return not is_excluded and piece.first_id <= facts.id_tmdb <= piece.last_id
        text = facts.release_date if piece.media is Media.MOVIE else facts.first_air_date
        day = date.fromisoformat(text) if text else None
    except ValueError:
        return True
    if piece.genre_id is not None and all(genre.id != piece.genre_id for genre in facts.genres):
        return False
    if is_excluded:
        return False
    if day is None or piece.is_undated:
        return day is None and piece.is_undated
    return (piece.since or date.min) <= day <= (piece.until or date.max)


@dataclass(slots=True)
class RemovalGuard:
    """Counts what a run removes, and stops the run at the limit.

    Attributes:
        stored: titles that the run started from.
        elsewhere: ids that one slice no longer lists and another one does.
        removed: ids removed so far.
    """

    stored: int
    limits: Limits
    elsewhere: frozenset[int] = frozenset()
    removed: set[int] = field(default_factory=set)

    def check(self, unlisted: Iterable[int]) -> None:
        """Compare the titles that no slice lists any more with the limit, before anything is fetched.

        Raises:
            IncompleteError: there are more.
        """
        lost = sorted(set(unlisted) - self.elsewhere)
        if self._is_too_many(len(lost)):
            raise self._refuse(f"TMDB no longer lists {len(lost):,} of {self.stored:,} titles", lost)

    def note(self, title_id: int, reason: str) -> None:
        """Count a title that is gone or has left; a title that moved to another slice does not count.

        Raises:
            IncompleteError: the limit is exceeded.
        """
        if reason == "moved":
            return
        self.removed.add(title_id)
        if self._is_too_many(len(self.removed)):
            message = f"at least {len(self.removed):,} of {self.stored:,} titles are gone or have left the selection"
            raise self._refuse(message, sorted(self.removed))

    def name_reason(self, title_id: int) -> str:
        """Why a title that exists no longer belongs to its slice: moved, or left."""
        return "moved" if title_id in self.elsewhere else "left"

    def _is_too_many(self, count: int) -> bool:
        return not self.limits.allows_removals and count > self.limits.max_removals * self.stored

    def _refuse(self, message: str, ids: list[int]) -> IncompleteError:
        examples = ", ".join(map(str, ids[:_IDS_SHOWN]))
        return IncompleteError(
            f"{message}, more than --max-removals {self.limits.max_removals:.1%}",
            hint="if TMDB's answers are wrong, run the command again later. "
            f"If these titles are really gone ({examples}), add --allow-removals",
        )


def find_listed(ids: frozenset[int], listings: Iterable[Iterable[int]]) -> frozenset[int]:
    """Those of `ids` that any of the listings holds."""
    return frozenset(title_id for listed in listings for title_id in ids.intersection(listed))


def count_stored(slices: Iterable[StoredTitles]) -> int:
    """The distinct titles of some slices."""
    return len({title_id for stored in slices for title_id in stored.ids})
