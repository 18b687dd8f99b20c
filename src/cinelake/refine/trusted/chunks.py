"""Group the files of Raw into chunks, each of which becomes one part of Trusted. Pure.

A chunk has files of one kind, day and run number, and of neighbouring windows, up to about 64 MB. The slices of a window
stay together, up to 512 MB, because they name the same titles under several genres; a title that is cut apart from itself
has a row in each part. Invariant: the chunks of a run depend on the files of
that run alone, so later runs leave them as they are.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import chain, groupby

from cinelake.refine.trusted.raw_files import RawFile

CHUNK_BYTES = 64_000_000
_WINDOW_BYTES = 8 * CHUNK_BYTES
"""Above this size, a window of several slices is cut too, because a chunk is typed in memory."""
_NAME_LENGTH = 16
_BEFORE_WINDOW = re.compile(r"(all|genre-\d+)-")


@dataclass(frozen=True, slots=True)
class Chunk:
    """Files that are typed together, sorted by key."""

    kind: str
    day: date
    number: int
    files: tuple[RawFile, ...]

    def name_inputs(self) -> str:
        """A name of the contents of its files."""
        digest = hashlib.sha256(f"{self.kind} {self.day} {self.number}\n".encode())
        for file in self.files:
            digest.update(f"{file.key} {file.sha256} {file.size} {file.fetched_on}\n".encode())
        return digest.hexdigest()[:_NAME_LENGTH]


def plan_chunks(files: Iterable[RawFile], most_bytes: int = CHUNK_BYTES) -> list[Chunk]:
    """Group files into chunks, by kind, day, number and window."""
    ordered = sorted(files, key=lambda file: (_find_run(file), _find_window(file), file.key))
    chunks: list[Chunk] = []
    for (kind, day, number), of_run in groupby(ordered, key=_find_run):
        windows = (list(group) for _, group in groupby(of_run, key=_find_window))
        pieces = chain.from_iterable(_cut(window, most_bytes) for window in windows)
        filled = _fill(pieces, most_bytes)
        chunks += (Chunk(kind, day, number, tuple(sorted(each, key=lambda file: file.key))) for each in filled)
    return chunks


def _cut(window: list[RawFile], most_bytes: int) -> list[list[RawFile]]:
    """A window in pieces: file by file if that separates no slices, or if it is too large for the memory."""
    is_shared = len({file.slice for file in window}) > 1
    if is_shared and sum(file.size for file in window) <= max(_WINDOW_BYTES, most_bytes):
        return [window]
    return [[file] for file in window]


def _fill(pieces: Iterable[list[RawFile]], most_bytes: int) -> Iterator[list[RawFile]]:
    """Consecutive pieces together, as long as they have at most `most_bytes`; a larger piece stays alone."""
    filled: list[RawFile] = []
    size = 0
    for piece in pieces:
        added = sum(file.size for file in piece)
        if filled and size + added > most_bytes:
            yield filled
            filled, size = [], 0
        filled += piece
        size += added
    if filled:
        yield filled


def _find_run(file: RawFile) -> tuple[str, date, int]:
    return file.kind, file.collected_on, file.number


def _find_window(file: RawFile) -> str:
    return _BEFORE_WINDOW.sub("", file.slice, count=1)
