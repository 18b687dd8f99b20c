"""Owns which titles a page takes with it. Pure, but for the words of SQL that say it.

Invariant: the weights of the titles that are kept add up to all titles of the lake, and every title with budget and revenue
is kept with weight 1. A choice is the same for the same titles: it goes by a hash of title_key, never by chance.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

ROOM: Final = 120_000
"""Titles that a page holds: beyond, it would open and filter too slowly."""
_MONEY: Final = "(budget IS NOT NULL AND revenue IS NOT NULL)"
_HASH: Final = "md5(title_key)"  # one whose value no version of an engine changes


@dataclass(frozen=True, slots=True)
class Sample:
    """What is kept of a lake.

    Attributes:
        of: titles in the lake.
        whole: titles that are kept each for itself: those with budget and revenue, and those with `votes` or more.
        drawn: titles that are kept of the others, by hash; each stands for `weight` titles.
        votes: the bound, or None where votes let no title in.
    """

    of: int
    whole: int
    drawn: int
    votes: int | None = None

    @property
    def kept(self) -> int:
        """Titles on the page."""
        return self.whole + self.drawn

    @property
    def is_all(self) -> bool:
        """Nothing is left out."""
        return self.kept == self.of

    @property
    def weight(self) -> float:
        """Titles that one drawn title stands for."""
        return (self.of - self.whole) / self.drawn if self.drawn else 1.0

    @property
    def where_whole(self) -> str:
        """SQL over title: whether it is kept for itself."""
        if self.is_all:
            return "TRUE"
        return _MONEY if self.votes is None else f"({_MONEY} OR coalesce(tmdb_votes, 0) >= {self.votes})"

    def where_kept(self, mark: str | None) -> str:
        """SQL over title: whether it is kept; `mark` is the answer to `ask_mark`."""
        return self.where_whole if mark is None else f"({self.where_whole} OR {_HASH} <= '{mark}')"

    def ask_mark(self) -> str | None:
        """SQL for the hash of the last title that is drawn; None where none is."""
        if self.is_all or not self.drawn:
            return None
        others = f"SELECT {_HASH} AS hash FROM title WHERE NOT {self.where_whole}"  # noqa: S608 - our own words and a number
        return f"SELECT hash FROM ({others}) ORDER BY hash LIMIT 1 OFFSET {self.drawn - 1}"  # noqa: S608 - the same


ASK_VOTES: Final = (
    f"SELECT coalesce(tmdb_votes, 0) AS votes, count(*) FILTER ({_MONEY}) AS money, "  # noqa: S608 - our own words
    f"count(*) FILTER (NOT {_MONEY}) AS others FROM title GROUP BY ALL ORDER BY votes DESC"
)
"""SQL for what `choose_sample` takes."""


def choose_sample(counts: Iterable[tuple[int, int, int]], room: int = ROOM) -> Sample:
    """What to keep, given for each number of votes, the largest first, how many titles have money, how many others.

    Titles with money are all kept, even if they alone are more than half the room; votes let others in up to that half. The
    rest of the room, and never less than half of it, is for titles drawn from what is left.
    """
    known = list(counts)
    of = sum(money + others for _, money, others in known)
    if of <= room:
        return Sample(of, of, 0)
    whole = sum(money for _, money, _ in known)
    bound = None
    for votes, _, others in known:
        if whole + others > room // 2:
            break
        whole, bound = whole + others, votes
    return Sample(of, whole, min(max(room - whole, room - room // 2), of - whole), bound)
