"""Check tables before they are published. A check is a name and a SELECT of the rows that break it.

Most checks follow from the headers of the models; the others are listed here. Checks of rows alone cover the tables of
changed titles before these are merged with the rows of the previous version, which were checked when they were new.
Invariant: a check passes if and only if
its SELECT returns no rows.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import msgspec

from cinelake.refine.engines.engine import Engine
from cinelake.refine.models.model import Model

ROWS_SHOWN = 10
_MEASURES = ("budget", "revenue", "budget_real", "revenue_real")
_AMOUNT = "CAST(t.{} AS DECIMAL(20, 0))"


@dataclass(frozen=True, slots=True)
class Check:
    """A statement about the tables, and the SELECT of the rows that contradict it."""

    name: str
    sql: str


class Failure(msgspec.Struct, frozen=True):
    """A check that failed, with the number of its rows and the first of them."""

    check: str
    count: int
    rows: tuple[str, ...]


LAKE_CHECKS = (
    Check(
        "every object that a manifest lists exists and is unaltered",
        "SELECT key, reason FROM raw_absent ORDER BY key",
    ),
    Check(
        "every file has the number of records in its manifest",
        "SELECT key, records, stated_records FROM checked_file WHERE records <> stated_records ORDER BY key",
    ),
    Check(
        "earlier runs of a slice have a record of each title that its newest run kept",
        "SELECT n.kind, n.slice, n.collected_on, n.kept, COUNT(h.id_tmdb) AS stored FROM ("
        "SELECT * FROM raw_slice "
        "QUALIFY ROW_NUMBER() OVER (PARTITION BY kind, slice ORDER BY number DESC, collected_on DESC) = 1) AS n "
        "LEFT JOIN slice_title AS h ON n.kind = h.kind AND n.slice = h.slice AND h.is_in_slice "
        "AND (n.first_number > h.number OR (n.first_number = h.number AND n.collected_on > h.collected_on)) "
        "LEFT JOIN (SELECT kind, slice, SUM(records) AS records FROM raw_refused GROUP BY kind, slice) AS x "
        "ON n.kind = x.kind AND n.slice = x.slice "
        "GROUP BY n.kind, n.slice, n.collected_on, n.kept, x.records "
        "HAVING n.kept > COUNT(h.id_tmdb) + COALESCE(x.records, 0) ORDER BY 1, 2",
    ),
    Check(
        "no title of Refined was gone or merged after its newest record",
        "SELECT t.title_key, s.slice, s.reason, s.collected_on FROM title AS t "
        "INNER JOIN record AS r ON t.kind = r.kind AND t.id_tmdb = r.id_tmdb AND r.title_rank = 1 "
        "INNER JOIN raw_tombstone AS s ON t.kind = s.kind AND t.id_tmdb = s.id_tmdb AND s.reason IN ('gone', 'merged') "
        "WHERE s.number > r.number OR (s.number = r.number AND s.collected_on > r.collected_on) ORDER BY 1, 2",
    ),
    Check(
        "each step of the funnel adds up to zero",
        "SELECT kind, step, SUM(titles) AS rest FROM funnel GROUP BY kind, step "
        "HAVING SUM(titles) <> 0 ORDER BY kind, step",
    ),
    Check(
        "each step of the funnel starts with what an earlier step leaves",
        "SELECT a.kind, a.step, a.name, a.titles, b.titles AS before FROM funnel AS a INNER JOIN funnel AS b "
        "ON a.kind = b.kind AND a.part = 'entered' AND b.part = 'remaining' AND a.name = b.name "
        "WHERE a.titles <> -b.titles ORDER BY a.kind, a.step",
    ),
    Check(
        "Refined has each title that remains after the first step of the funnel, and no other",
        "SELECT f.kind, f.titles, COALESCE(t.titles, 0) AS facts FROM funnel AS f "
        "LEFT JOIN (SELECT kind, COUNT(*) AS titles FROM title GROUP BY kind) AS t ON f.kind = t.kind "
        "WHERE f.step = 1 AND f.part = 'remaining' AND -f.titles <> COALESCE(t.titles, 0)",
    ),
    Check(
        "ratings are between 0 and 10, years between 1870 and 2200, runtimes between 1 and 60,000, money above 0",
        "SELECT title_key, tmdb_rating, imdb_rating, release_year, imdb_year, runtime, imdb_runtime, budget, revenue "
        "FROM title WHERE NOT COALESCE(tmdb_rating > 0 AND tmdb_rating <= 10, TRUE) "
        "OR NOT COALESCE(imdb_rating > 0 AND imdb_rating <= 10, TRUE) "
        "OR NOT COALESCE(release_year BETWEEN 1870 AND 2200, TRUE) OR NOT COALESCE(imdb_year BETWEEN 1870 AND 2200, TRUE) "
        "OR NOT COALESCE(runtime BETWEEN 1 AND 60000, TRUE) OR NOT COALESCE(imdb_runtime BETWEEN 1 AND 60000, TRUE) "
        "OR NOT COALESCE(budget > 0, TRUE) OR NOT COALESCE(revenue > 0, TRUE) ORDER BY title_key",
    ),
    Check(
        "every share of coverage is between 0 and 1",
        "SELECT kind, grouping, member, field, share FROM coverage WHERE NOT share BETWEEN 0 AND 1 ORDER BY 1, 2, 3, 4",
    ),
)


def build_checks(models: Iterable[Model]) -> Iterator[Check]:
    """All checks of these models and of the lake."""
    for model in models:
        yield from build_row_checks(model)
        yield from build_table_checks(model)
    yield from LAKE_CHECKS


def build_row_checks(model: Model) -> Iterator[Check]:
    """The checks of a model that concern its own rows alone, each title for itself."""
    yield check_keys(model)
    if model.is_bridge:
        yield _check_weights(model)


def build_table_checks(model: Model) -> Iterator[Check]:
    """The checks that compare a model with other tables."""
    yield from _check_references(model)
    if model.is_bridge:
        yield from _check_sums(model)


def run_checks(engine: Engine, checks: Iterable[Check]) -> list[Failure]:
    """The checks that fail."""
    failures = []
    for check in checks:
        rows = engine.query(check.sql)
        if rows:
            shown = tuple(" ".join(map(str, row)) for row in rows[:ROWS_SHOWN])
            failures.append(Failure(check.name, len(rows), shown))
    return failures


def describe_failures(failures: Sequence[Failure]) -> str:
    """Failed checks with their rows, one per line."""
    lines = []
    for failure in failures:
        lines.append(f"'{failure.check}' fails for {failure.count:,} rows")
        lines += [f"  {row}" for row in failure.rows]
    return "\n".join(lines)


def check_keys(model: Model) -> Check:
    """The check that the keys of a model are unique and never null."""
    keys = ", ".join(model.keys)
    is_null = " OR ".join(f"{key} IS NULL" for key in model.keys)
    return Check(
        f"{model.name}: one row per {keys}",
        f"SELECT {keys}, COUNT(*) AS rows FROM {model.name} GROUP BY {keys} "  # noqa: S608 - names from our own models
        f"HAVING COUNT(*) > 1 OR {is_null} ORDER BY {keys}",
    )


def _check_references(model: Model) -> Iterator[Check]:
    for each in model.references:
        if each.is_partial:
            continue
        yield Check(
            f"{model.name}: every {each.column} exists in {each.table}",
            f"SELECT DISTINCT a.{each.column} FROM {model.name} AS a "  # noqa: S608 - the same
            f"LEFT JOIN {each.table} AS b ON a.{each.column} = b.{each.target} "
            f"WHERE a.{each.column} IS NOT NULL AND b.{each.target} IS NULL ORDER BY a.{each.column}",
        )


def _check_weights(model: Model) -> Check:
    return Check(
        f"{model.name}: the weights of each title are above 0 and add up to 1",
        f"SELECT title_key, SUM(weight) AS weight FROM {model.name} GROUP BY title_key "  # noqa: S608 - the same
        "HAVING SUM(weight) <> 1 OR MIN(weight) <= 0 ORDER BY title_key",
    )


def _check_sums(model: Model) -> Iterator[Check]:
    yield Check(
        f"{model.name}: every title has a row",
        f"SELECT t.title_key FROM title AS t LEFT JOIN {model.name} AS b ON t.title_key = b.title_key "  # noqa: S608 - the same
        "WHERE b.title_key IS NULL ORDER BY t.title_key",
    )
    totals = ", ".join(f"SUM({_AMOUNT.format(each)}) AS {each}" for each in _MEASURES)
    parts = ", ".join(f"SUM({_AMOUNT.format(each)} * b.weight) AS {each}" for each in _MEASURES)
    pairs = ", ".join(f"a.{each}, b.{each} AS weighted_{each}" for each in _MEASURES)
    yield Check(
        f"{model.name}: the weighted sums of {', '.join(_MEASURES)} equal the sums in title",
        f"SELECT {pairs} FROM (SELECT {totals} FROM title AS t) AS a "  # noqa: S608 - the same
        f"CROSS JOIN (SELECT {parts} FROM {model.name} AS b INNER JOIN title AS t ON b.title_key = t.title_key "
        f"WHERE COALESCE({', '.join(f't.{each}' for each in _MEASURES)}) IS NOT NULL) AS b "
        f"WHERE {' OR '.join(f'a.{each} <> b.{each}' for each in _MEASURES)}",
    )
