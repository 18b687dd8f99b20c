"""Choose the titles of a page if a lake has too many. Pure; conditions are returned as SQL.

Invariant: the weights of the chosen titles add up to the number of titles in the lake. Every title with budget and revenue
is chosen with weight 1. The choice depends on a hash of title_key, so it is the same for the same titles.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

CAPACITY: Final = 120_000
"""The number of titles on a page; with more, it would open and filter too slowly."""
_MONEY: Final = "(budget IS NOT NULL AND revenue IS NOT NULL)"
_HASH: Final = "md5(title_key)"  # does not depend on the version of an engine


@dataclass(frozen=True, slots=True)
class Sample:
    """The choice for a lake.

    Attributes:
        total: titles in the lake.
        selected: titles that stand for themselves: those with budget and revenue, and those with at least `votes` votes.
        drawn: titles that are drawn from the others by hash; each stands for `weight` titles.
        votes: the lowest number of votes for which titles are selected, or None if only money selects.
    """

    total: int
    selected: int
    drawn: int
    votes: int | None = None

    @property
    def kept(self) -> int:
        """Titles on the page."""
        return self.selected + self.drawn

    @property
    def is_all(self) -> bool:
        """Every title is on the page."""
        return self.kept == self.total

    @property
    def weight(self) -> float:
        """The number of titles for which one drawn title stands."""
        return (self.total - self.selected) / self.drawn if self.drawn else 1.0

    @property
    def where_selected(self) -> str:
        """The SQL condition on title for selected titles."""
        if self.is_all:
            return "TRUE"
        return _MONEY if self.votes is None else f"({_MONEY} OR coalesce(tmdb_votes, 0) >= {self.votes})"

    def where_kept(self, cutoff: str | None) -> str:
        """The SQL condition on title for all titles on the page; `cutoff` is the result of `cutoff_query`."""
        return self.where_selected if cutoff is None else f"({self.where_selected} OR {_HASH} <= '{cutoff}')"

    def cutoff_query(self) -> str | None:
        """The query for the hash of the last drawn title, or None if no title is drawn."""
        if self.is_all or not self.drawn:
            return None
        others = f"SELECT {_HASH} AS hash FROM title WHERE NOT {self.where_selected}"  # noqa: S608 - our own condition
        return f"SELECT hash FROM ({others}) ORDER BY hash LIMIT 1 OFFSET {self.drawn - 1}"  # noqa: S608 - the same


VOTES_QUERY: Final = (
    f"SELECT coalesce(tmdb_votes, 0) AS votes, count(*) FILTER ({_MONEY}) AS money, "  # noqa: S608 - our own condition
    f"count(*) FILTER (NOT {_MONEY}) AS others FROM title GROUP BY ALL ORDER BY votes DESC"
)
"""The query for the argument of `choose_sample`."""


def choose_sample(counts: Iterable[tuple[int, int, int]], capacity: int = CAPACITY) -> Sample:
    """Choose titles, given the number of titles with money and of others by number of votes, in descending order.

    All titles with money are selected, even if they are more than half of the capacity. Votes select others up to that
    half. The rest of the capacity, and at least half of it, is for titles drawn from the remaining ones.
    """
    known = list(counts)
    total = sum(money + others for _, money, others in known)
    if total <= capacity:
        return Sample(total, total, 0)
    selected = sum(money for _, money, _ in known)
    bound = None
    for votes, _, others in known:
        if selected + others > capacity // 2:
            break
        selected, bound = selected + others, votes
    drawn = min(max(capacity - selected, capacity - capacity // 2), total - selected)
    return Sample(total, selected, drawn, bound)
