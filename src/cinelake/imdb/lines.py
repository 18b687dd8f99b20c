"""Reads a file, gzipped or not, as blocks of complete lines.

Invariant: memory holds at most one piece and the longest allowed line, whatever the file is. Size and hash are those of the
file as given. Only a line feed ends a line; other modules interpret the bytes.
"""

import hashlib
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import BinaryIO

from cinelake.errors import UsageError
from cinelake.imdb.kinds import Fault

MAX_LINE_BYTES = 1_000_000
TOO_LONG = Fault(f"the line is longer than {MAX_LINE_BYTES:,} bytes", "use the file as published, with one row per line")
_PIECE_BYTES = 1 << 18
_GZIP = b"\x1f\x8b"
_GZIP_WINDOW = 31
"""The window size by which zlib expects and checks a gzip header."""
_OTHER_FORMATS = {
    b"PK\x03\x04": ("a zip archive or a workbook", "unpack it, or save it as text"),
    b"BZh": ("compressed with bzip2", "unpack it with `bunzip2`"),
    b"\xfd7zXZ": ("compressed with xz", "unpack it with `unxz`"),
    b"\x28\xb5\x2f\xfd": ("compressed with zstd", "unpack it with `unzstd`"),
    _GZIP: ("compressed twice", "unpack it once with `gunzip`"),
    b"PAR1": ("a Parquet file", "use the text file that it was made from"),
    b"\xff\xfe": ("encoded in UTF-16", "convert it with `iconv -f UTF-16 -t UTF-8`"),
    b"\xfe\xff": ("encoded in UTF-16", "convert it with `iconv -f UTF-16 -t UTF-8`"),
    b"<": ("a web page", "open its address in a browser to see why there is no file"),
    b"{": ("a JSON file", "use the text file that IMDb publishes"),
}
"""First bytes of other formats, their description, and a hint."""


@dataclass(frozen=True, slots=True)
class Block:
    """Complete lines: the number of the first (from 1) and the bytes; only the last line of a file may lack its end."""

    line: int
    data: bytes


class Source:
    """A file that is read once; its size, hash and compression are known after all blocks were read."""

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
        """The error for a fault in the file, or in one of its lines."""
        where = f'"{self.name}"' if line is None else f'"{self.name}", line {line:,}'
        return UsageError(f"{where}: {fault.message}", cause=fault.cause, hint=fault.hint, subject=self.name)

    def read_blocks(self) -> Iterator[Block]:
        """The unpacked lines of the file, in blocks.

        Raises:
            UsageError: the file has another format, its compressed data are damaged or end early, or a line is too long.
        """
        line, rest, pieces = 1, b"", self._read_pieces()
        while (piece := self._read_next(pieces, line)) is not None:
            rest += piece
            end = rest.rfind(b"\n") + 1
            if end:
                yield Block(line, rest[:end])
                line += rest.count(b"\n", 0, end)
                rest = rest[end:]
            if len(rest) > MAX_LINE_BYTES:
                raise self.refuse(line, TOO_LONG)
        if rest:
            yield Block(line, rest)

    def _read_next(self, pieces: Iterator[bytes], line: int) -> bytes | None:
        hint = "download the file again"
        try:
            return next(pieces, None)
        except EOFError as error:
            raise self.refuse(line, Fault("the compressed data end early", hint)) from error
        except zlib.error as error:
            # What the same step has unpacked is lost, so the exact line is unknown.
            message = f"the compressed data are damaged at line {line:,} or later"
            raise self.refuse(None, Fault(message, hint, cause=str(error))) from error

    def _read_pieces(self) -> Iterator[bytes]:
        chunks = self._read_chunks()
        first = next(chunks, b"")
        self.is_compressed = first.startswith(_GZIP)
        chunks = chain([first], chunks)
        pieces = inflate(chunks) if self.is_compressed else chunks
        head = next(pieces, b"")
        for beginning, (description, hint) in _OTHER_FORMATS.items():
            if head.startswith(beginning):
                raise self.refuse(None, Fault(f"the file is {description}", hint))
        yield from chain([head], pieces)

    def _read_chunks(self) -> Iterator[bytes]:
        while chunk := self._stream.read(_PIECE_BYTES):
            self.size += len(chunk)
            self._hash.update(chunk)
            yield chunk


def inflate(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Unpack gzip of one member or several, in pieces of bounded size whatever the ratio.

    Raises:
        EOFError: the last member ends early.
        zlib.error: the data are not gzip, or damaged.
    """
    engine = zlib.decompressobj(_GZIP_WINDOW)
    is_open = True
    for chunk in chunks:
        rest = chunk
        while True:
            if not is_open and not (rest := rest.lstrip(b"\0")):  # zero bytes that pad a tape or disk block
                break
            is_open = True
            piece = engine.decompress(rest, _PIECE_BYTES)
            yield piece
            rest = engine.unconsumed_tail
            if engine.eof:
                rest, engine, is_open = engine.unused_data, zlib.decompressobj(_GZIP_WINDOW), False
            elif not rest and len(piece) < _PIECE_BYTES:
                break
    if is_open:
        raise EOFError
