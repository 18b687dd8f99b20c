"""Owns what a build tells: the account of rows, what was kept out, what was checked. It is kept beside the pointer."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TypeVar

import msgspec

from cinelake.imdb.ingested import Ingest
from cinelake.refine.engines.engine import Engine
from cinelake.refine.raw_files import LeftAside
from cinelake.refine.raw_staging import Refusal, Staged

_SHOWN = 20
_Row = TypeVar("_Row", bound=msgspec.Struct)


class FunnelRow(msgspec.Struct, frozen=True):
    """One row of the table funnel; losses and what remains are negative, so that each step adds up to zero."""

    kind: str
    step: int
    part: str
    name: str
    titles: int


class ImdbFile(msgspec.Struct, frozen=True):
    """A file of IMDb's that counts: its rows, how many cannot be read, how many give way to another of their id."""

    kind: str
    key: str
    rows: int
    refused: int
    superseded: int


class Agreement(msgspec.Struct, frozen=True):
    """A row of the table agreement: of `n` titles with a measure of both services, `agree` differ by `tolerance` at most.

    The difference is TMDB's less IMDb's; it and `share` are None without any such title, `correlation` also without spread.
    """

    kind: str
    measure: str
    tolerance: float
    n: int
    agree: int
    share: float | None
    median_difference: float | None
    correlation: float | None


class BuildReport(msgspec.Struct, frozen=True):
    """What a version is made of.

    Attributes:
        files: of Raw that were read; `left_aside` counts those that were not, by reason.
        quarantined: records that were kept out, as far as they can be counted; `refusals` are the first of them, the
            table quarantine has all.
        unknown_fields: in how many records a field stands that cinelake does not know; it stays in Raw.
        checks: that passed.
        imdb: files that were read; their refused lines are among `quarantined`. A superseded line is in the table
            quarantine too, but nothing is missing for it: another one of its id counts.
    """

    files: int
    left_aside: dict[str, int]
    quarantined: int
    refusals: tuple[Refusal, ...]
    unknown_fields: dict[str, int]
    funnel: tuple[FunnelRow, ...]
    checks: int
    imdb: tuple[ImdbFile, ...] = ()
    agreement: tuple[Agreement, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Nothing was kept out."""
        return not self.refusals

    def count(self, kind: str, step: int, name: str) -> int:
        """A row of the funnel by its words, as a positive number; 0 if there is none."""
        return sum(abs(row.titles) for row in self.funnel if (row.kind, row.step, row.name) == (kind, step, name))


def build_report(
    staged: Staged, ingests: Iterable[Ingest], left: Iterable[LeftAside], engine: Engine, checks: int
) -> BuildReport:
    """The report of a build, once its tables stand in the engine."""
    counts = _count_imdb(engine)
    imdb = [ImdbFile(each.kind, each.key, each.rows, counts[each.kind, False], counts[each.kind, True]) for each in ingests]
    refused = [*staged.refusals[:_SHOWN], *_read_refused(engine)]
    return BuildReport(
        files=len(staged.files),
        left_aside=dict(sorted(Counter(each.reason for each in left).items())),
        quarantined=sum(refusal.records for refusal in staged.refusals) + sum(each.refused for each in imdb),
        refusals=tuple(refused[:_SHOWN]),
        unknown_fields=dict(sorted(staged.unknown.items())),
        funnel=tuple(_read_table(engine, "funnel", FunnelRow, "kind, step, part, name")),
        checks=checks,
        imdb=tuple(imdb),
        agreement=tuple(_read_table(engine, "agreement", Agreement, "kind, measure")),
    )


def _count_imdb(engine: Engine) -> Counter[tuple[str, bool]]:
    """Lines that do not count, by kind and whether another line of the same id does."""
    sql = "SELECT kind, is_superseded, SUM(records) FROM imdb_refused GROUP BY kind, is_superseded"
    return Counter({(str(kind), bool(is_superseded)): int(str(count)) for kind, is_superseded, count in engine.query(sql)})


def _read_refused(engine: Engine) -> Iterator[Refusal]:
    sql = (
        "SELECT raw_key, kind, position, imdb_id, reason, records FROM imdb_refused "  # noqa: S608 - a number
        f"WHERE NOT is_superseded ORDER BY raw_key, position LIMIT {_SHOWN}"
    )
    for row in engine.query(sql):
        yield msgspec.convert(dict(zip(Refusal.__struct_fields__, row, strict=True)), Refusal)


def _read_table(engine: Engine, table: str, row: type[_Row], order: str) -> list[_Row]:
    """A table that is built, as values."""
    names = row.__struct_fields__
    rows = engine.query(f"SELECT {', '.join(names)} FROM {table} ORDER BY {order}")  # noqa: S608 - our own names
    return [msgspec.convert(dict(zip(names, each, strict=True)), row) for each in rows]
