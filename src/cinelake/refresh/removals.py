"""Owns what becomes of titles that a lake holds and the service lists no more, and the limit to how many these may be.

Nothing is taken away by a listing alone: each such title is asked for. One that answers 404 is gone; one that is there and
does not fit its slice any more has moved or left; one that fits all the same stays. Invariant: no run takes away more than
its share of the titles held, unless that was accepted.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

import msgspec

from cinelake.errors import IncompleteError
from cinelake.media import Media
from cinelake.refresh.refetch_policy import Held
from cinelake.selection.limits import Limits
from cinelake.selection.selection import Selection
from cinelake.selection.slices import Slice

_NAMED = 10


class _Genre(msgspec.Struct, gc=False):
    id: int


class _Facts(msgspec.Struct, gc=False):
    """What a record says of the slice that it is of."""

    genres: list[_Genre] = []
    release_date: str | None = None
    first_air_date: str | None = None
    adult: bool = False
    video: bool = False


_FACTS = msgspec.json.Decoder(_Facts)


def fits_slice(record: bytes, piece: Slice, selection: Selection) -> bool:
    """Whether a title is of a slice, by its own record; one that does not tell is."""
    try:
        facts = _FACTS.decode(record)
        text = facts.release_date if piece.media is Media.MOVIE else facts.first_air_date
        day = date.fromisoformat(text) if text else None
    except ValueError:
        return True
    if piece.genre_id is not None and all(genre.id != piece.genre_id for genre in facts.genres):
        return False
    if (facts.adult and not selection.include_adult) or (facts.video and not selection.include_video):
        return False
    if day is None or piece.is_undated:
        return day is None and piece.is_undated
    return (piece.since or date.min) <= day <= (piece.until or date.max)


@dataclass(slots=True)
class RemovalGuard:
    """Counts what a run takes away. `held` is how many titles it started from; `elsewhere` what other slices of it list."""

    held: int
    limits: Limits
    elsewhere: frozenset[int] = frozenset()
    removed: set[int] = field(default_factory=set)

    def check(self, unlisted: Iterable[int]) -> None:
        """Hold what no slice lists any more against the share, before anything is fetched.

        Raises:
            IncompleteError: it is more.
        """
        lost = sorted(set(unlisted) - self.elsewhere)
        if self._is_too_many(len(lost)):
            raise self._refuse(f"the service does not list {len(lost):,} of {self.held:,} titles any more", lost)

    def note(self, title_id: int, reason: str) -> None:
        """Count a title that is gone or has left.

        Raises:
            IncompleteError: it is one too many.
        """
        if reason == "moved":
            return
        self.removed.add(title_id)
        if self._is_too_many(len(self.removed)):
            happened = f"{len(self.removed):,} of {self.held:,} titles are gone or have left the selection, if not more"
            raise self._refuse(happened, sorted(self.removed))

    def name_reason(self, title_id: int) -> str:
        """What a title that is there and does not fit its slice any more has done."""
        return "moved" if title_id in self.elsewhere else "left"

    def _is_too_many(self, count: int) -> bool:
        return not self.limits.allows_removals and count > self.limits.max_removals * self.held

    def _refuse(self, happened: str, ids: list[int]) -> IncompleteError:
        return IncompleteError(
            "run",
            f"{happened}, such as {', '.join(map(str, ids[:_NAMED]))}",
            f"at most {self.limits.max_removals:.1%} of what the lake holds (--max-removals)",
            "the lake shows what it showed; run again later, or look whether they are gone and give --allow-removals",
        )


def find_elsewhere(lost: frozenset[int], listed: Iterable[Iterable[int]]) -> frozenset[int]:
    """Those of some titles that slices list, given what each of these lists."""
    return frozenset(title_id for ids in listed for title_id in lost.intersection(ids))


def count_held(slices: Iterable[Held]) -> int:
    """The distinct titles of some slices."""
    return len({title_id for held in slices for title_id in held.ids})
