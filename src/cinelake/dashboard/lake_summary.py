"""Summarise the lake itself for a page: its slices, and the titles that changed most between two dates of collection.

Invariant: everything is read from Refined, so the same version gives the same page.
"""

from collections.abc import Mapping
from typing import Any

from cinelake.refine.query import Tables

_MOVERS = 50
"""The number of titles that changed most in popularity, and of those that changed most in votes."""
_SLICES_QUERY = """
SELECT kind, slice, records + kept, listed, total, unproven, gone, quarantined, CAST(collected_on AS VARCHAR), is_complete
FROM slice
QUALIFY collected_on = max(collected_on) OVER (PARTITION BY kind) ORDER BY kind, slice
"""
_DAYS_QUERY = """
SELECT collected_on, count(*) AS titles, coalesce(CAST(sum(tmdb_votes) AS BIGINT), 0) AS votes,
  median(popularity) AS popularity
FROM snapshot SEMI JOIN title USING (title_key) GROUP BY collected_on ORDER BY collected_on
"""
_BOTH_QUERY = """
SELECT title_key, a.popularity AS popularity_before, z.popularity AS popularity_after,
  a.tmdb_votes AS votes_before, z.tmdb_votes AS votes_after
FROM snapshot a JOIN snapshot z USING (title_key) SEMI JOIN title USING (title_key)
WHERE a.collected_on = DATE '{before}' AND z.collected_on = DATE '{after}'
"""
_SAME_QUERY = """
SELECT count(*) AS titles, coalesce(CAST(sum(votes_before) AS BIGINT), 0) AS votes_before,
  coalesce(CAST(sum(votes_after) AS BIGINT), 0) AS votes_after,
  median(popularity_before) AS popularity_before, median(popularity_after) AS popularity_after
FROM ({both})
"""
_MOVERS_QUERY = """
SELECT title_key, popularity_before, popularity_after, votes_before, votes_after
FROM ({both}) SEMI JOIN (SELECT title_key FROM title WHERE {where}) AS kept USING (title_key)
WHERE popularity_before <> popularity_after OR votes_before <> votes_after
QUALIFY row_number() OVER (ORDER BY abs(coalesce(popularity_after - popularity_before, 0)) DESC, title_key) <= {most}
  OR row_number() OVER (ORDER BY abs(coalesce(votes_after - votes_before, 0)) DESC, title_key) <= {most}
ORDER BY abs(coalesce(popularity_after - popularity_before, 0)) DESC, title_key
"""


def read_rows(tables: Tables, query: str) -> list[dict[str, Any]]:
    """The rows of a query as dicts by column name."""
    found = tables.query(query)
    return [dict(zip(found.columns, row, strict=True)) for row in found.rows]


def read_slices(tables: Tables) -> list[tuple[Any, ...]]:
    """The slices of each kind's newest run date.

    Returns:
        kind, slice, stored records including those of earlier runs, listed, total, unproven, gone, quarantined, date of
        collection, whether the slice is complete. Empty for version 1 of the lake, which has no manifests.
    """
    return list(tables.query(_SLICES_QUERY).rows)


def read_movers(tables: Tables, where: str, rows: Mapping[object, int]) -> dict[str, Any]:
    """The totals of each date of collection, and the titles that changed most between the two newest dates.

    A date has the titles that its runs listed or fetched and that are still in the lake. `same` counts only titles of both
    newest dates. A mover is the index of its row on the page with its values on both dates; with one date there are none.

    Args:
        tables: the current version.
        where: the SQL condition on title for the titles on the page.
        rows: the index of each row of the page by title_key.
    """
    days = read_rows(tables, _DAYS_QUERY)
    summary: dict[str, Any] = {"dates": [day["collected_on"] for day in days], "days": days, "same": None, "movers": []}
    if len(days) <= 1:
        return summary
    both = _BOTH_QUERY.format(before=days[-2]["collected_on"], after=days[-1]["collected_on"])
    query = _MOVERS_QUERY.format(both=both, where=where, most=_MOVERS)
    summary["same"] = read_rows(tables, _SAME_QUERY.format(both=both))[0]
    summary["movers"] = [
        {"row": rows[key], "popularity": (before, after), "votes": (votes_before, votes_after)}
        for key, before, after, votes_before, votes_after in tables.query(query).rows
    ]
    return summary
