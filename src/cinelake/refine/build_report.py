"""The report of a build: the funnel of titles, what was refused, and what was checked. It is stored with the pointer."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, TypeVar

import msgspec

from cinelake.lake.keys import parse_raw_key

if TYPE_CHECKING:
    from cinelake.imdb.ingested import Ingest
    from cinelake.refine.engines.engine import Engine
    from cinelake.refine.trusted.parts import TypedChunk
    from cinelake.refine.trusted.raw_files import IgnoredFile

_SHOWN = 20
_REFUSED_COLUMNS = {
    "raw_key": "VARCHAR",
    "kind": "VARCHAR",
    "position": "BIGINT",
    "id_tmdb": "BIGINT",
    "reason": "VARCHAR",
    "records": "BIGINT",
    "slice": "VARCHAR",
}
_Row = TypeVar("_Row", bound=msgspec.Struct)


class Refusal(msgspec.Struct, frozen=True):
    """A refused record or line, or a whole file (position 0) with its number of `records`. `id` is TMDB's or IMDb's."""

    key: str
    kind: str
    position: int
    id: int | str | None
    reason: str
    records: int


class FunnelRow(msgspec.Struct, frozen=True):
    """A row of the table funnel. Lost and remaining titles are negative, so that each step adds up to zero."""

    kind: str
    step: int
    part: str
    name: str
    titles: int


class ImdbFile(msgspec.Struct, frozen=True):
    """An IMDb file that was read: all rows, those that are invalid, and those that another row of the same id replaces."""

    kind: str
    key: str
    rows: int
    refused: int
    superseded: int


class Agreement(msgspec.Struct, frozen=True):
    """A row of the table agreement: of `n` titles with a value in TMDB and IMDb, `agree` differ by `tolerance` at most.

    The difference is TMDB's value minus IMDb's. It and `share` are None if n is 0; `correlation` also without any spread.
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
    """What a version was built from.

    Attributes:
        files: files of Raw that were read.
        ignored_files: files of Raw that were not read, by reason.
        quarantined: records and lines that were refused, as far as they can be counted.
        refusals: the first of them; the table quarantine has all.
        unknown_fields: the number of records with each field that is not defined; the field stays in Raw.
        checks: the number of checks, all of which passed.
        imdb: the IMDb files that were read. `quarantined` includes their refused lines. Superseded lines are in the table
            quarantine, but nothing is missing because of them.
    """

    files: int
    ignored_files: dict[str, int] = msgspec.field(name="left_aside")
    quarantined: int
    refusals: tuple[Refusal, ...]
    unknown_fields: dict[str, int]
    funnel: tuple[FunnelRow, ...]
    checks: int
    imdb: tuple[ImdbFile, ...] = ()
    agreement: tuple[Agreement, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Nothing was refused."""
        return not self.refusals

    def count(self, kind: str, step: int, name: str) -> int:
        """The absolute number of titles in a row of the funnel; 0 if there is no such row."""
        return sum(abs(row.titles) for row in self.funnel if (row.kind, row.step, row.name) == (kind, step, name))


def load_refusals(engine: "Engine", refusals: "Iterable[Refusal]") -> None:
    """Load the refused records of TMDB as the table raw_refused, with the slice of each."""
    rows = [(*msgspec.structs.astuple(each), _find_slice(each.key)) for each in refusals]
    engine.load_rows("raw_refused", _REFUSED_COLUMNS, rows)


def build_report(
    chunks: "Sequence[TypedChunk]",
    ingests: "Iterable[Ingest]",
    ignored: "Iterable[IgnoredFile]",
    engine: "Engine",
    checks: int,
) -> BuildReport:
    """The report of a build whose tables are in the engine."""
    counts = _count_imdb(engine)
    imdb = [ImdbFile(each.kind, each.key, each.rows, counts[each.kind, False], counts[each.kind, True]) for each in ingests]
    refusals = [refusal for chunk in chunks for refusal in chunk.refusals]
    unknown: Counter[str] = Counter()
    for chunk in chunks:
        unknown.update(chunk.unknown)
    refused = [*refusals[:_SHOWN], *_read_refused(engine)]
    return BuildReport(
        files=sum(chunk.files for chunk in chunks),
        ignored_files=dict(sorted(Counter(each.reason for each in ignored).items())),
        quarantined=sum(refusal.records for refusal in refusals) + sum(each.refused for each in imdb),
        refusals=tuple(refused[:_SHOWN]),
        unknown_fields=dict(sorted(unknown.items())),
        funnel=tuple(_read_table(engine, "funnel", FunnelRow, "kind, step, part, name")),
        checks=checks,
        imdb=tuple(imdb),
        agreement=tuple(_read_table(engine, "agreement", Agreement, "kind, measure")),
    )


def _find_slice(key: str) -> str:
    parsed = parse_raw_key(key)
    return parsed[0].name if parsed else ""


def _count_imdb(engine: "Engine") -> Counter[tuple[str, bool]]:
    """The lines that no table uses, by kind and by whether another line of the same id replaces them."""
    sql = "SELECT kind, is_superseded, SUM(records) FROM imdb_refused GROUP BY kind, is_superseded"
    return Counter({(str(kind), bool(is_superseded)): int(str(count)) for kind, is_superseded, count in engine.query(sql)})


def _read_refused(engine: "Engine") -> Iterator[Refusal]:
    sql = (
        "SELECT raw_key, kind, position, imdb_id, reason, records FROM imdb_refused "  # noqa: S608 - a number
        f"WHERE NOT is_superseded ORDER BY raw_key, position LIMIT {_SHOWN}"
    )
    for row in engine.query(sql):
        yield msgspec.convert(dict(zip(Refusal.__struct_fields__, row, strict=True)), Refusal)


def _read_table(engine: "Engine", table: str, row: type[_Row], order: str) -> list[_Row]:
    """The rows of a table as structs."""
    names = row.__struct_fields__
    rows = engine.query(f"SELECT {', '.join(names)} FROM {table} ORDER BY {order}")  # noqa: S608 - our own names
    return [msgspec.convert(dict(zip(names, each, strict=True)), row) for each in rows]
