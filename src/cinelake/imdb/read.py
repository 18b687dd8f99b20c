"""Owns what readers of the lake need: which of IMDb's files to take, and the rows of one. Reads only."""

from collections.abc import Iterator
from typing import BinaryIO

from cinelake.imdb.ingests import INGESTS, Ingest, IngestKey, parse_ingest_key, read_ingest
from cinelake.imdb.kinds import NULL, Kind
from cinelake.imdb.lines import Source
from cinelake.lake.storage import Store


def list_ingests(store: Store) -> dict[str, Ingest]:
    """For each kind the newest file: of the latest date and, of several on that day, the one that came last.

    Raises:
        DamagedError: the document of one of them cannot be read.
    """
    latest: dict[str, list[IngestKey]] = {}
    for entry in store.list_entries(INGESTS + "/"):
        key = parse_ingest_key(entry.key)
        if key:
            rivals = latest.setdefault(key.kind.name, [key])
            if key.run_on > rivals[0].run_on:
                rivals[:] = [key]
            elif key.run_on == rivals[0].run_on and key not in rivals:
                rivals.append(key)
    ingests = {kind: [found for key in keys if (found := read_ingest(store, key))] for kind, keys in latest.items()}
    return {kind: max(found, key=lambda each: (each.ingested_at, each.file)) for kind, found in ingests.items() if found}


def read_rows(stream: BinaryIO, kind: Kind) -> Iterator[tuple[str | None, ...]]:
    """The rows of an ingested file, gzipped or not, without its header; a null is None, and no field is changed.

    Raises:
        UsageError: it is no such file any more.
    """
    for block in Source(stream, kind.label).read_blocks():
        lines = block.data.removesuffix(b"\n").split(b"\n")
        for line in lines[block.line == 1 :]:
            fields = line.removesuffix(b"\r").decode().split(kind.separator)
            yield tuple(None if field == NULL else field for field in fields)
