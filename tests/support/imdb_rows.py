"""Invented IMDb files, and an independent reader of their rows."""

from collections.abc import Iterator
from typing import BinaryIO

from cinelake.imdb.kinds import KINDS, NULL, Kind
from cinelake.imdb.lines import Source

MOVIES, SERIES, BASICS, RATINGS, PRINCIPALS, NAMES = KINDS


def build_header(kind: Kind) -> str:
    """The header without its line end."""
    return kind.separator.join(kind.columns)


def build_row(kind: Kind, number: int) -> str:
    """An invented row whose texts confuse naive readers: quotes, commas, the other separator, several scripts."""
    other = "\t" if kind.separator == "|" else "|"
    first = f"{'nm' if kind.columns[0] == 'nconst' else 'tt'}{number:07}"
    texts = (f'The "Lantern" of, Ostrava{other}{number}', "ليلة 夜 🎬", r"\N", '["A \\"quoted\\" one"]', "")
    return kind.separator.join([first, *(texts[index % len(texts)] for index in range(len(kind.columns) - 1))])


def build_file(kind: Kind, rows: int = 3, *, end: str = "\n") -> bytes:
    """A valid file of a kind."""
    lines = [build_header(kind), *(build_row(kind, number) for number in range(1, rows + 1))]
    return "".join(line + end for line in lines).encode()


def read_rows(stream: BinaryIO, kind: Kind) -> Iterator[tuple[str | None, ...]]:
    """The fields of each row of a file, gzipped or not, without the header; NULL becomes None.

    Raises:
        UsageError: the file is not valid.
    """
    for block in Source(stream, kind.label).read_blocks():
        lines = block.data.removesuffix(b"\n").split(b"\n")
        for line in lines[block.line == 1 :]:
            fields = line.removesuffix(b"\r").decode().split(kind.separator)
            yield tuple(None if field == NULL else field for field in fields)
