"""The history of records in narrow rows: what decides which titles are present, and from which record.

The previous version stores the rows that still decide something (the model record_kept). A build adds the rows of new
chunks. If a chunk that has such rows is gone, because its files were pruned or its rules have changed, an older record may
count again: then the rows of all chunks are read from Trusted.
"""

from collections.abc import Iterable, Mapping

from cinelake.refine.engines.engine import Engine

KNOWN_RECORD = "known_record"
_EXTERNAL_IDS = {"movie": "FALSE", "series": "external_ids IS NOT NULL"}
"""Films have their imdb_id in the record itself, so none has to be looked for in older records."""
_COLUMNS: Mapping[str, str] = {
    "kind": "VARCHAR",
    "id_tmdb": "BIGINT",
    "number": "BIGINT",
    "collected_on": "DATE",
    "raw_key": "VARCHAR",
    "part": "VARCHAR",
    "slices": "VARCHAR[]",
    "has_credits": "BOOLEAN",
    "cast_size": "BIGINT",
    "has_keywords": "BOOLEAN",
    "has_external_ids": "BOOLEAN",
}
_LISTED = ", ".join(_COLUMNS)


def keep_records(engine: Engine, table: str, source: str, kind: str, part: str) -> None:
    """Build the narrow rows of the chunk `part` from its rows of Trusted in `source`."""
    engine.build(
        table,
        f"SELECT '{kind}' AS kind, id_tmdb, number, collected_on, raw_key, '{part}' AS part, slices, "  # noqa: S608 - our own names
        "cast_members IS NOT NULL OR crew_members IS NOT NULL AS has_credits, "
        "ARRAY_LENGTH(cast_members) AS cast_size, keywords IS NOT NULL AS has_keywords, "
        f"{_EXTERNAL_IDS[kind]} AS has_external_ids FROM {source}",
    )


def has_lost_rows(engine: Engine, previous: str, parts: Iterable[str]) -> bool:
    """Whether the table `previous` has rows of a chunk that is not among `parts`."""
    found = engine.query(f"SELECT DISTINCT part FROM {previous}")  # noqa: S608 - our own names
    return not {str(part) for (part,) in found} <= set(parts)


def collect_records(engine: Engine, tables: Iterable[str]) -> None:
    """Build the table of all narrow rows from these tables, and drop them."""
    names = list(tables)
    if not names:
        engine.load_rows(KNOWN_RECORD, _COLUMNS, [])
        return
    engine.build(KNOWN_RECORD, " UNION ALL ".join(f"SELECT {_LISTED} FROM {name}" for name in names))  # noqa: S608 - our own names
    for name in names:
        engine.drop(name)
