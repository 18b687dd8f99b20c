"""Owns how a file becomes lines: gzipped or not, in blocks of whole lines, in bounded memory.

Invariant: whatever the file is, no more than a piece and the longest line allowed are held, and the size and hash are
those of the file as it was given. What the bytes mean is decided elsewhere; only a line feed ends a line here.
"""

import hashlib
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import BinaryIO

from cinelake.errors import UsageError
from cinelake.imdb.kinds import Fault

MOST_LINE_BYTES = 1_000_000
TOO_LONG = Fault(
    f"it is longer than {MOST_LINE_BYTES:,} bytes", "a row for each line", "give the file as its publisher made it"
)
_PIECE = 1 << 18
_GZIP = b"\x1f\x8b"
_GZIP_WINDOW = 31
"""What zlib takes for: a gzip header is there, and is checked."""
_FOREIGN = {
    b"PK\x03\x04": ("a zip archive or a workbook", "unpack it, or save it as text"),
    b"BZh": ("compressed with bzip2", "unpack it: bunzip2"),
    b"\xfd7zXZ": ("compressed with xz", "unpack it: unxz"),
    b"\x28\xb5\x2f\xfd": ("compressed with zstd", "unpack it: unzstd"),
    _GZIP: ("compressed twice", "unpack it once: gunzip"),
    b"PAR1": ("Parquet", "give the text that it was made from"),
    b"\xff\xfe": ("UTF-16", "convert it: iconv -f UTF-16 -t UTF-8"),
    b"\xfe\xff": ("UTF-16", "convert it: iconv -f UTF-16 -t UTF-8"),
    b"<": ("a page of the web", "see in a browser why the address gave no file"),
    b"{": ("JSON", "give the text that IMDb publishes"),
}
"""How a file begins that is something else, what it is then, and what to do."""


@dataclass(frozen=True, slots=True)
class Block:
    """Whole lines: the number of the first (from 1) and their bytes; only a file's last line may lack its end."""

    line: int
    data: bytes


class Source:
    """A file while it is read once; what is said of the file as a whole holds when the blocks have been taken."""

    def __init__(self, stream: BinaryIO, name: str) -> None:
        self.name = name
        self.size = 0
        self.is_compressed = False
        self._stream = stream
        self._hash = hashlib.sha256()

    @property
    def sha256(self) -> str:
        """The hash of the bytes as given, in hex."""
        return self._hash.hexdigest()

    def refuse(self, line: int | None, fault: Fault) -> UsageError:
        """The error that says why the file is refused, and at which line."""
        thing = self.name if line is None else f"{self.name}, line {line:,}"
        return UsageError(thing, fault.happened, fault.expected, fault.todo)

    def read_blocks(self) -> Iterator[Block]:
        """The file's lines, unpacked, in blocks.

        Raises:
            UsageError: it is another format, the compressed data are damaged or end early, or a line has no end.
        """
        line, rest, pieces = 1, b"", self._read_pieces()
        while (piece := self._take(pieces, line)) is not None:
            rest += piece
            end = rest.rfind(b"\n") + 1
            if end:
                yield Block(line, rest[:end])
                line += rest.count(b"\n", 0, end)
                rest = rest[end:]
            if len(rest) > MOST_LINE_BYTES:
                raise self.refuse(line, TOO_LONG)
        if rest:
            yield Block(line, rest)

    def _take(self, pieces: Iterator[bytes], line: int) -> bytes | None:
        expected, todo = "a whole gzip file", "get the file anew"
        try:
            return next(pieces, None)
        except EOFError as error:
            raise self.refuse(line, Fault("the compressed data end in the middle", expected, todo)) from error
        except zlib.error as error:
            # What was unpacked in the same step is lost with it, so that the line itself is not known.
            happened = f"the compressed data are damaged, at line {line:,} or after it ({error})"
            raise self.refuse(None, Fault(happened, expected, todo)) from error

    def _read_pieces(self) -> Iterator[bytes]:
        chunks = self._read_chunks()
        first = next(chunks, b"")
        self.is_compressed = first.startswith(_GZIP)
        chunks = chain([first], chunks)
        pieces = inflate(chunks) if self.is_compressed else chunks
        head = next(pieces, b"")
        for beginning, (what, todo) in _FOREIGN.items():
            if head.startswith(beginning):
                raise self.refuse(None, Fault(f"it is {what}", "lines of text, gzipped or not", todo))
        yield from chain([head], pieces)

    def _read_chunks(self) -> Iterator[bytes]:
        while chunk := self._stream.read(_PIECE):
            self.size += len(chunk)
            self._hash.update(chunk)
            yield chunk


def inflate(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Unpack gzip, of one member or several, in pieces of bounded size however much they hold.

    Raises:
        EOFError: the last member has no end.
        zlib.error: the data are no gzip, or damaged.
    """
    engine = zlib.decompressobj(_GZIP_WINDOW)
    is_open = True
    for chunk in chunks:
        rest = chunk
        while True:
            if not is_open and not (rest := rest.lstrip(b"\0")):  # what pads a tape or a disk
                break
            is_open = True
            piece = engine.decompress(rest, _PIECE)
            yield piece
            rest = engine.unconsumed_tail
            if engine.eof:
                rest, engine, is_open = engine.unused_data, zlib.decompressobj(_GZIP_WINDOW), False
            elif not rest and len(piece) < _PIECE:
                break
    if is_open:
        raise EOFError
