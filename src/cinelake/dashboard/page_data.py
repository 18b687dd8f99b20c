"""Owns what a page holds of a lake: Refined's titles as columns, and a head that says what these are. Reads tables only.

Invariant: one row per title that is kept, in the order of title_key; every list and index of a row points into `dims`.
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
from cinelake.dashboard.lake_summary import ask_rows, read_movers
from cinelake.dashboard.queries import (
    ASK_COVERAGE,
    ASK_HAS,
    ask_ages,
    ask_cast,
    ask_collections,
    ask_countries,
    ask_directors,
    ask_genders,
    ask_genres,
    ask_languages,
    ask_tags,
    ask_titles,
)
from cinelake.dashboard.sampling import ASK_VOTES, ROOM, Sample, choose_sample
from cinelake.refine.query import Tables

Entry = tuple[Any, ...]
_KINDS = {"movie": 0, "series": 1}


@dataclass(frozen=True, slots=True)
class Source:
    """Where a page's figures are from: the version, the instant of its build, and the lake's name."""

    version: str
    built_at: datetime
    lake: str


@dataclass(frozen=True, slots=True)
class Pack:
    """What a page holds: the head, as JSON takes it, and the bytes of the columns that it names."""

    head: Mapping[str, Any]
    blob: bytes

    @property
    def kept(self) -> int:
        """Titles on the page."""
        return int(self.head["titles"])


@dataclass(frozen=True, slots=True)
class _Links:
    """Of each row the members that it has of a dimension, as indices into `entries`."""

    entries: list[Entry]
    rows: list[list[int]]

    def encode(self, name: str) -> Column:
        return encode_lists(name, self.rows, len(self.entries))

    def first(self) -> list[int | None]:
        return [each[0] if each else None for each in self.rows]


def read_pack(tables: Tables, source: Source, slices: Sequence[Entry], room: int = ROOM) -> Pack:
    """Everything that a page holds of the tables.

    Raises:
        DamagedError: a table's object is not there.
    """
    counts = [(int(str(votes)), int(str(money)), int(str(others))) for votes, money, others in tables.ask(ASK_VOTES).rows]
    sample = choose_sample(counts, room)
    asked = sample.ask_mark()
    where = sample.where_kept(None if asked is None else str(tables.ask(asked).rows[0][0]))
    titles = ask_rows(tables, ask_titles(where, sample.where_whole))
    place = {title["title_key"]: row for row, title in enumerate(titles)}

    def link(question: str) -> _Links:
        return _link(tables.ask(question).rows, place)

    links = {
        "genre": link(ask_genres(where)),
        "country": link(ask_countries(where)),
        "language": link(ask_languages(where)),
        "collection": link(ask_collections(where)),
        "tag": link(ask_tags(where)),
    }
    cast, directors = _share_entries(link(ask_cast(where)), link(ask_directors(where)))
    genders = {key: (women, men) for key, women, men in tables.ask(ask_genders(where)).rows}
    ages = {key: (women, men) for key, women, men in tables.ask(ask_ages(where)).rows}
    columns = [
        *_encode_facts(titles),
        encode_integers("language", "u16", links["language"].first()),
        encode_integers("collection", "u32", links["collection"].first()),
        links["genre"].encode("genres"),
        links["country"].encode("countries"),
        links["tag"].encode("tags"),
        cast.encode("cast"),
        directors.encode("directors"),
        *_encode_genders(titles, genders, ("women", "men")),
        *_encode_genders(titles, ages, ("age_women", "age_men")),
        encode_floats("weight", "f32", [1 if title["is_whole"] else sample.weight for title in titles]),
    ]
    head = {
        "version": source.version,
        "built_at": source.built_at,
        "lake": clean_text(source.lake),
        "real_year": max((title["real_year"] for title in titles if title["real_year"] is not None), default=None),
        "titles": len(titles),
        "sample": _describe_sample(sample),
        "dims": {name: _name(each.entries) for name, each in links.items()} | {"person": _name(cast.entries)},
        "columns": [_describe(column) for column in columns],
        "coverage": ask_rows(tables, ASK_COVERAGE),
        "funnel": ask_rows(tables, "SELECT * FROM funnel ORDER BY ALL"),
        "agreement": ask_rows(tables, "SELECT * FROM agreement ORDER BY kind DESC, measure"),
        "slices": slices,
        "snapshots": read_movers(tables, where, place),
        "has": ask_rows(tables, ASK_HAS)[0],
    }
    return Pack(head, join_columns(columns))


def encode_head(pack: Pack) -> bytes:
    """The head as JSON, the same bytes for the same tables."""
    return msgspec.json.encode(pack.head)


def _encode_facts(titles: Sequence[Mapping[str, Any]]) -> list[Column]:
    """What a title has one of."""

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


def _encode_genders(
    titles: Sequence[Mapping[str, Any]], genders: Mapping[object, tuple[Any, Any]], names: tuple[str, str]
) -> list[Column]:
    """A number for the women and one for the men of each title."""
    known = [genders.get(title["title_key"], (None, None)) for title in titles]
    return [encode_integers(name, "u8", [each[place] for each in known]) for place, name in enumerate(names)]


def _link(rows: Iterable[Entry], place: Mapping[object, int]) -> _Links:
    """Rows of title_key and a member's entry, in the order that each title's members shall have."""
    pairs = [(place[key], tuple(entry)) for key, *entry in rows]
    entries = sorted({entry for _, entry in pairs})
    index = {entry: number for number, entry in enumerate(entries)}
    members: defaultdict[int, list[int]] = defaultdict(list)
    for row, entry in pairs:
        members[row].append(index[entry])
    return _Links(entries, [members.get(row, []) for row in range(len(place))])


def _share_entries(one: _Links, other: _Links) -> tuple[_Links, _Links]:
    """Both, as indices into the same entries."""
    entries = sorted({*one.entries, *other.entries})
    index = {entry: number for number, entry in enumerate(entries)}

    def move(links: _Links) -> _Links:
        return _Links(entries, [[index[links.entries[member]] for member in row] for row in links.rows])

    return move(one), move(other)


def _name(entries: Iterable[Entry]) -> list[Entry]:
    """Entries as a head takes them."""
    return [tuple(clean_text(part) if isinstance(part, str) else part for part in entry) for entry in entries]


def _describe(column: Column) -> dict[str, Any]:
    return {"name": column.name, "type": column.type, "length": column.length, "bytes": len(column.data)}


def _describe_sample(sample: Sample) -> dict[str, Any] | None:
    if sample.is_all:
        return None
    return {"kept": sample.kept, "of": sample.of, "weight": sample.weight}
