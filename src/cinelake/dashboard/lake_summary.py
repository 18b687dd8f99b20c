"""Owns what a page tells of the lake itself: how complete its slices are, and what moved between two dates of collection.

Invariant: read from Refined alone, so the same version gives the same page.
"""

from collections.abc import Mapping
from typing import Any

from cinelake.refine.query import Tables

_MOVERS = 50
"""Titles that are named of those that moved most, by popularity and by votes each."""
_ASK_SLICES = """
SELECT kind, slice, records + kept, listed, total, unproven, gone, quarantined, CAST(collected_on AS VARCHAR), is_complete
FROM slice
QUALIFY collected_on = max(collected_on) OVER (PARTITION BY kind) ORDER BY kind, slice
"""


def ask_rows(tables: Tables, question: str) -> list[dict[str, Any]]:
    """The rows of an answer by the names of its columns."""
    found = tables.ask(question)
    return [dict(zip(found.columns, row, strict=True)) for row in found.rows]


def read_slices(tables: Tables) -> list[tuple[Any, ...]]:
    """The slices of each kind's newest run date, as Refined has them: what a run kept of those before it is held, too.

    Returns:
        kind, slice, records held, listed, total, unproven, gone, quarantined, date of collection, whether the slice is
        complete. None at all of a lake of the first version, which had no manifests.
    """
    return list(tables.ask(_ASK_SLICES).rows)


def read_movers(tables: Tables, where: str, place: Mapping[object, int]) -> dict[str, Any]:
    """What the dates of collection tell: each date's totals, and the titles that moved most between the two newest.

    A mover is its row on the page, with what it had on the one date and on the other; with one date there is none. A date
    has the titles that its runs listed or fetched: `same` is of the titles of both newest dates.
    """
    days = ask_rows(tables, _ASK_DAYS)
    told: dict[str, Any] = {"dates": [day["collected_on"] for day in days], "days": days, "same": None, "movers": []}
    if len(days) <= 1:
        return told
    both = _BOTH.format(before=days[-2]["collected_on"], after=days[-1]["collected_on"])
    moved = _ASK_MOVED.format(both=both, where=where, most=_MOVERS)
    told["same"] = ask_rows(tables, _ASK_SAME.format(both=both))[0]
    told["movers"] = [
        {"row": place[key], "popularity": (before, after), "votes": (votes_before, votes_after)}
        for key, before, after, votes_before, votes_after in tables.ask(moved).rows
    ]
    return told


_ASK_DAYS = """
SELECT collected_on, count(*) AS titles, coalesce(CAST(sum(tmdb_votes) AS BIGINT), 0) AS votes,
  median(popularity) AS popularity
FROM snapshot GROUP BY collected_on ORDER BY collected_on
"""
_BOTH = """
SELECT title_key, a.popularity AS popularity_before, z.popularity AS popularity_after,
  a.tmdb_votes AS votes_before, z.tmdb_votes AS votes_after
FROM snapshot a JOIN snapshot z USING (title_key)
WHERE a.collected_on = DATE '{before}' AND z.collected_on = DATE '{after}'
"""
_ASK_SAME = """
SELECT count(*) AS titles, coalesce(CAST(sum(votes_before) AS BIGINT), 0) AS votes_before,
  coalesce(CAST(sum(votes_after) AS BIGINT), 0) AS votes_after,
  median(popularity_before) AS popularity_before, median(popularity_after) AS popularity_after
FROM ({both})
"""
_ASK_MOVED = """
SELECT title_key, popularity_before, popularity_after, votes_before, votes_after
FROM ({both}) SEMI JOIN (SELECT title_key FROM title WHERE {where}) AS kept USING (title_key)
WHERE popularity_before <> popularity_after OR votes_before <> votes_after
QUALIFY row_number() OVER (ORDER BY abs(coalesce(popularity_after - popularity_before, 0)) DESC, title_key) <= {most}
  OR row_number() OVER (ORDER BY abs(coalesce(votes_after - votes_before, 0)) DESC, title_key) <= {most}
ORDER BY abs(coalesce(popularity_after - popularity_before, 0)) DESC, title_key
"""
