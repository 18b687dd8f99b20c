"""The rows of one of IMDb's files, read by a way of its own: what a build is held against."""

from collections.abc import Iterator
from typing import BinaryIO

from cinelake.imdb.kinds import NULL, Kind
from cinelake.imdb.lines import Source


def read_rows(stream: BinaryIO, kind: Kind) -> Iterator[tuple[str | None, ...]]:
    """The rows of a file, gzipped or not, without its header; a null is None, and no field is changed.

    Raises:
        UsageError: it is no such file any more.
    """
    for block in Source(stream, kind.label).read_blocks():
        lines = block.data.removesuffix(b"\n").split(b"\n")
        for line in lines[block.line == 1 :]:
            fields = line.removesuffix(b"\r").decode().split(kind.separator)
            yield tuple(None if field == NULL else field for field in fields)
