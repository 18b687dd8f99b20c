"""Checks a file before it enters the lake: reads it once and reports the first fault.

A byte order mark before the header and CR LF at every line end are accepted, because they change no field and Windows adds
them. Raw must keep the file as given, and readers of Raw can remove both.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from cinelake.errors import UsageError
from cinelake.imdb.kinds import Fault, Kind, explain_header, recognise_header
from cinelake.imdb.lines import Block, Source
from cinelake.imdb.rows import RowChecker


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """A valid file. `bytes` and `sha256` (hex) are those of the file as given; the counts are explained in RowChecker."""

    kind: Kind
    rows: int
    bytes: int
    sha256: str
    is_compressed: bool
    duplicates: int | None
    first_duplicate_line: int | None


@contextmanager
def open_file(path: Path, name: str) -> Iterator[BinaryIO]:
    """Open a file for reading; errors call it `name`.

    Raises:
        UsageError: the file cannot be read.
    """
    try:
        with path.open("rb") as stream:
            yield stream
    except (OSError, ValueError) as error:  # ValueError: a name with a NUL byte
        raise unreadable(name, error) from error


def unreadable(name: str, error: OSError | ValueError) -> UsageError:
    """The error for a file that the operating system refuses to read."""
    reason = str(getattr(error, "strerror", None) or error)
    return UsageError(f'cannot read "{name}"', cause=reason, hint="check its name and permissions", subject=name)


def check_file(path: Path, name: str) -> CheckedFile:
    """Read a file to its end and check it; errors call it `name`.

    Raises:
        UsageError: the file cannot be read, or is not a valid file of a known kind; the error names the line.
    """
    with open_file(path, name) as stream:
        return check_stream(stream, name)


def check_stream(stream: BinaryIO, name: str) -> CheckedFile:
    """Check an open file, as `check_file` does."""
    source = Source(stream, name)
    blocks = source.read_blocks()
    first = next(blocks, None)
    if first is None:
        raise source.refuse(None, Fault("the file is empty", "download the file again"))
    header, _, rest = first.data.partition(b"\n")
    kind = _read_header(source, header)
    rows = RowChecker(source, kind, is_crlf=header.endswith(b"\r"))
    rows.add(Block(first.line + 1, rest))
    for block in blocks:
        rows.add(block)
    if not rows.count:
        raise source.refuse(None, Fault("the file has a header but no rows", "download the file again"))
    return CheckedFile(
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
        message = f"the header is not UTF-8: byte 0x{line[error.start]:02x} at byte {error.start + 1}"
        raise source.refuse(1, Fault(message, "convert the file with `iconv`, or download it again")) from error
    if "\r" in header:
        raise source.refuse(1, Fault("the lines end with CR alone", "convert the file with `mac2unix`"))
    kind = recognise_header(header)
    if kind is None:
        raise source.refuse(1, explain_header(header))
    return kind
