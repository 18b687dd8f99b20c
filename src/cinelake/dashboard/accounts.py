"""Owns what a page tells of the lake itself: how complete its slices are, and what moved between two dates of collection.

Invariant: of the slices only what was committed when the version was built counts: the same version gives the same page.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from cinelake.lake.layout import manifests_folder
from cinelake.lake.manifest import list_manifests, read_manifest
from cinelake.lake.storage import Store
from cinelake.refine.query import Tables

_MOVERS = 50
"""Titles that are named of those whose popularity moved most."""
_FOLDERS = {"movie": "Movies", "series": "Series"}


def ask_rows(tables: Tables, question: str) -> list[dict[str, Any]]:
    """The rows of an answer by the names of its columns."""
    found = tables.ask(question)
    return [dict(zip(found.columns, row, strict=True)) for row in found.rows]


def read_slices(store: Store, tables: Tables, built_at: datetime) -> list[tuple[Any, ...]]:
    """The committed slices of each kind's newest date of collection.

    Refined holds no row for a title that never came, so this is read from the manifests, which are the lake's own account.

    Returns:
        kind, slice, records, listed, total, unproven, gone, quarantined, date of collection. None at all of a lake of the
        first version, which had no manifests.

    Raises:
        DamagedError: a manifest cannot be read.
    """
    rows: list[tuple[Any, ...]] = []
    newest = "SELECT kind, max(collected_on) FROM title GROUP BY kind ORDER BY kind"
    for kind, day in tables.ask(newest).rows:
        folder = manifests_folder(_FOLDERS[str(kind)], date.fromisoformat(str(day)))
        for key, revision in sorted(list_manifests(store, folder).items()):
            each = read_manifest(store, key, revision)
            if each is None or each.committed_at > built_at:
                continue
            counts = (each.records, each.listed, each.total, each.unproven, len(each.gone), len(each.quarantined))
            rows.append((kind, each.slice, *counts, each.run_on))
    return rows


def read_movers(tables: Tables, where: str, place: Mapping[object, int]) -> dict[str, Any]:
    """The dates of collection, and the titles whose popularity moved most from the first to the last; none with one date.

    A mover is its row on the page, with what it had on the first and on the last date.
    """
    dates = [day for (day,) in tables.ask("SELECT DISTINCT collected_on FROM snapshot ORDER BY collected_on").rows]
    if len(dates) <= 1:
        return {"dates": dates, "movers": []}
    question = f"""
SELECT a.title_key, a.popularity, z.popularity, a.tmdb_votes, z.tmdb_votes
FROM snapshot a JOIN snapshot z USING (title_key)
SEMI JOIN (SELECT title_key FROM title WHERE {where}) AS kept ON kept.title_key = a.title_key
WHERE a.collected_on = DATE '{dates[0]}' AND z.collected_on = DATE '{dates[-1]}' AND a.popularity <> z.popularity
ORDER BY abs(z.popularity - a.popularity) DESC, a.title_key LIMIT {_MOVERS}
"""  # noqa: S608 - our own words, and dates
    movers = [
        {"row": place[key], "popularity": (before, after), "votes": (votes_before, votes_after)}
        for key, before, after, votes_before, votes_after in tables.ask(question).rows
    ]
    return {"dates": dates, "movers": movers}
