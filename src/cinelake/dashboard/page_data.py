"""Read the data of a page from Refined: titles as binary columns, and a head that describes them.

Invariant: one row per title on the page, in the order of title_key; lists and indices of a row refer to `dims` of the head.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from cinelake.dashboard.encoding import (
    Column,
    clean_text,
    encode_floats,
    encode_integers,
    encode_lists,
    encode_texts,
    join_columns,
)
from cinelake.dashboard.lake_summary import read_movers, read_rows
from cinelake.dashboard.queries import (
    COVERAGE_QUERY,
    HAS_QUERY,
    ages_query,
    cast_query,
    collections_query,
    countries_query,
    directors_query,
    genders_query,
    genres_query,
    languages_query,
    tags_query,
    titles_query,
)
from cinelake.dashboard.sampling import CAPACITY, VOTES_QUERY, Sample, choose_sample
from cinelake.refine.query import Tables

Entry = tuple[Any, ...]
_KINDS = {"movie": 0, "series": 1}
_LINK_QUERIES = {
    "genre": genres_query,
    "country": countries_query,
    "language": languages_query,
    "collection": collections_query,
    "tag": tags_query,
}


@dataclass(frozen=True, slots=True)
class Source:
    """The source of a page: the version, the instant of its build, and the name of the lake."""

    version: str
    built_at: datetime
    lake: str


@dataclass(frozen=True, slots=True)
class PageData:
    """The data of a page: the head, which becomes JSON, and the bytes of the columns that it lists."""

    head: Mapping[str, Any]
    blob: bytes

    @property
    def kept(self) -> int:
        """Titles on the page."""
        return int(self.head["titles"])


@dataclass(frozen=True, slots=True)
class _Links:
    """The members of a dimension that each row has, as indices into `entries`."""

    entries: list[Entry]
    rows: list[list[int]]

    def encode(self, name: str) -> Column:
        return encode_lists(name, self.rows, len(self.entries))

    def first(self) -> list[int | None]:
        return [each[0] if each else None for each in self.rows]


def read_page_data(tables: Tables, source: Source, slices: Sequence[Entry], capacity: int = CAPACITY) -> PageData:
    """Read everything that a page needs.

    Raises:
        DamagedError: an object of a table is missing.
    """
    sample, where = _read_sample(tables, capacity)
    titles = read_rows(tables, titles_query(where, sample.where_selected))
    row_of = {title["title_key"]: row for row, title in enumerate(titles)}
    links = {name: _link(tables.query(query(where)).rows, row_of) for name, query in _LINK_QUERIES.items()}
    cast, directors = _share_entries(
        *(_link(tables.query(query(where)).rows, row_of) for query in (cast_query, directors_query))
    )
    columns = [
        *_encode_facts(titles),
        encode_integers("language", "u16", links["language"].first()),
        encode_integers("collection", "u32", links["collection"].first()),
        links["genre"].encode("genres"),
        links["country"].encode("countries"),
        links["tag"].encode("tags"),
        cast.encode("cast"),
        directors.encode("directors"),
        *_encode_genders(titles, tables.query(genders_query(where)).rows, ("women", "men")),
        *_encode_genders(titles, tables.query(ages_query(where)).rows, ("age_women", "age_men")),
        encode_floats("weight", "f32", [1 if title["is_selected"] else sample.weight for title in titles]),
    ]
    head = {
        "version": source.version,
        "built_at": source.built_at,
        "lake": clean_text(source.lake),
        "real_year": max((title["real_year"] for title in titles if title["real_year"] is not None), default=None),
        "titles": len(titles),
        "sample": _describe_sample(sample),
        "dims": {name: _clean_entries(each.entries) for name, each in (links | {"person": cast}).items()},
        "columns": [_describe(column) for column in columns],
        "coverage": read_rows(tables, COVERAGE_QUERY),
        "funnel": read_rows(tables, "SELECT * FROM funnel ORDER BY ALL"),
        "agreement": read_rows(tables, "SELECT * FROM agreement ORDER BY kind DESC, measure"),
        "slices": slices,
        "snapshots": read_movers(tables, where, row_of),
        "has": read_rows(tables, HAS_QUERY)[0],
    }
    return PageData(head, join_columns(columns))


def encode_head(data: PageData) -> bytes:
    """The head as JSON; the same tables give the same bytes."""
    return msgspec.json.encode(data.head)


def _read_sample(tables: Tables, capacity: int) -> tuple[Sample, str]:
    """The choice of titles, and its SQL condition on title."""
    counts = msgspec.convert(tables.query(VOTES_QUERY).rows, list[tuple[int, int, int]])
    sample = choose_sample(counts, capacity)
    query = sample.cutoff_query()
    return sample, sample.where_kept(None if query is None else str(tables.query(query).rows[0][0]))


def _encode_facts(titles: Sequence[Mapping[str, Any]]) -> list[Column]:
    """The columns with one value per title."""

    def of(name: str) -> list[Any]:
        return [title[name] for title in titles]

    return [
        encode_integers("id", "u32", of("id_tmdb")),
        encode_integers("kind", "u8", [_KINDS[kind] for kind in of("kind")]),
        encode_texts("title", of("name")),
        encode_integers("imdb", "u32", of("imdb")),
        encode_integers("year", "u16", of("release_year")),
        encode_integers("month", "u8", of("month")),
        encode_integers("placeholder", "u8", of("placeholder")),
        encode_integers("runtime", "u16", of("runtime")),
        encode_floats("budget", "f64", of("budget")),
        encode_floats("revenue", "f64", of("revenue")),
        encode_floats("budget_real", "f64", of("budget_real")),
        encode_floats("revenue_real", "f64", of("revenue_real")),
        encode_integers("plausible", "u8", of("plausible")),
        encode_integers("tmdb", "u16", of("tmdb")),
        encode_integers("tmdb_votes", "u32", of("tmdb_votes")),
        encode_integers("imdb_rating", "u8", of("imdb_rating")),
        encode_integers("imdb_votes", "u32", of("imdb_votes")),
        encode_floats("popularity", "f64", of("popularity")),
        encode_integers("instalment", "u8", of("instalment")),
        encode_integers("gap", "u8", of("gap_years")),
    ]


def _encode_genders(titles: Sequence[Mapping[str, Any]], rows: Iterable[Entry], names: tuple[str, str]) -> list[Column]:
    """Two columns, one for women and one for men, from rows of title_key and both values."""
    values = {key: (women, men) for key, women, men in rows}
    known = [values.get(title["title_key"], (None, None)) for title in titles]
    return [encode_integers(name, "u8", [each[index] for each in known]) for index, name in enumerate(names)]


def _link(rows: Iterable[Entry], row_of: Mapping[object, int]) -> _Links:
    """The links in rows of title_key and entry; the order of the rows is the order of a title's members."""
    pairs = [(row_of[key], tuple(entry)) for key, *entry in rows]
    entries = sorted({entry for _, entry in pairs})
    index = {entry: number for number, entry in enumerate(entries)}
    members: defaultdict[int, list[int]] = defaultdict(list)
    for row, entry in pairs:
        members[row].append(index[entry])
    return _Links(entries, [members.get(row, []) for row in range(len(row_of))])


def _share_entries(one: _Links, other: _Links) -> tuple[_Links, _Links]:
    """Both links with a shared list of entries."""
    entries = sorted({*one.entries, *other.entries})
    index = {entry: number for number, entry in enumerate(entries)}

    def move(links: _Links) -> _Links:
        return _Links(entries, [[index[links.entries[member]] for member in row] for row in links.rows])

    return move(one), move(other)


def _clean_entries(entries: Iterable[Entry]) -> list[Entry]:
    """Entries with texts that JSON can encode."""
    return [tuple(clean_text(part) if isinstance(part, str) else part for part in entry) for entry in entries]


def _describe(column: Column) -> dict[str, Any]:
    return {"name": column.name, "type": column.type, "length": column.length, "bytes": len(column.data)}


def _describe_sample(sample: Sample) -> dict[str, Any] | None:
    if sample.is_all:
        return None
    return {"kept": sample.kept, "of": sample.total, "weight": sample.weight}
