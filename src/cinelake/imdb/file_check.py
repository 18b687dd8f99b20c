"""Owns the check of a file before it enters the lake: read once, told at the first thing that is wrong.

A byte order mark before the header and CR LF throughout are let pass: they change no field, Windows adds them by itself,
and whoever reads Raw can take them off again, while a file that was mended is no longer the file given.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from cinelake.errors import UsageError
from cinelake.imdb.kinds import Fault, Kind, explain_header, recognise_header
from cinelake.imdb.lines import Block, Source
from cinelake.imdb.rows import Rows


@dataclass(frozen=True, slots=True)
class Checked:
    """A file that is whole. `bytes` and `sha256` (hex) are of the file as given; the others as `Rows` has them."""

    kind: Kind
    rows: int
    bytes: int
    sha256: str
    is_compressed: bool
    duplicates: int | None
    first_duplicate_line: int | None


@contextmanager
def open_file(path: Path, name: str) -> Iterator[BinaryIO]:
    """The file for reading; what the system refuses is said of the file as `name`.

    Raises:
        UsageError: it cannot be read.
    """
    try:
        with path.open("rb") as stream:
            yield stream
    except (OSError, ValueError) as error:  # ValueError: a name that holds a NUL
        reason = getattr(error, "strerror", None) or error
        expected = "a file that this user may read"
        raise UsageError(name, f"it cannot be read ({reason})", expected, "check its name and permissions") from error


def check_file(path: Path, name: str) -> Checked:
    """Read a file to its end and say what it is; messages call it `name`.

    Raises:
        UsageError: it cannot be read, or is no whole file of a known kind; the line is named.
    """
    with open_file(path, name) as stream:
        return check_stream(stream, name)


def check_stream(stream: BinaryIO, name: str) -> Checked:
    """As `check_file`, of what is open already."""
    source = Source(stream, name)
    blocks = source.read_blocks()
    first = next(blocks, None)
    if first is None:
        raise source.refuse(None, Fault("it is empty", "a header and rows", "get the file anew"))
    header, _, rest = first.data.partition(b"\n")
    kind = _read_header(source, header)
    rows = Rows(source, kind, is_crlf=header.endswith(b"\r"))
    rows.take(Block(first.line + 1, rest))
    for block in blocks:
        rows.take(block)
    if not rows.count:
        raise source.refuse(1, Fault("there is no row after the header", "at least one row", "get the file anew"))
    return Checked(
        kind=kind,
        rows=rows.count,
        bytes=source.size,
        sha256=source.sha256,
        is_compressed=source.is_compressed,
        duplicates=rows.duplicates,
        first_duplicate_line=rows.first_duplicate_line,
    )


def _read_header(source: Source, line: bytes) -> Kind:
    try:
        header = line.decode("utf-8-sig").removesuffix("\r")
    except UnicodeDecodeError as error:
        happened = f"the header is not UTF-8 (byte 0x{line[error.start]:02x} at byte {error.start + 1})"
        raise source.refuse(1, Fault(happened, "a file in UTF-8", "convert it with iconv, or get it anew")) from error
    if "\r" in header:
        raise source.refuse(1, Fault("its lines end with CR alone", "LF or CR LF", "convert it: mac2unix"))
    kind = recognise_header(header)
    if kind is None:
        raise source.refuse(1, explain_header(header))
    return kind
