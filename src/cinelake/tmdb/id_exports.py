"""Read TMDB's daily id exports: their names, and their lines as a stream.

Invariant: an export counts as read only if the whole file was received. No token is sent.
Source: TMDB's documentation; an export is published by 08:00 UTC of its day and kept for three months.
"""

import zlib
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import date, timedelta
from http import HTTPStatus
from typing import Protocol

import msgspec

from cinelake.clock import Clock
from cinelake.errors import ServiceError
from cinelake.media import Media
from cinelake.tmdb.retry import delay_s
from cinelake.tmdb.transport import TransportError, open_download
from cinelake.tmdb.validation import TitleId

DAYS_BACK = 3
"""Days that the newest export may be old."""
_ATTEMPTS = 3
_NAMES = {Media.MOVIE: "movie_ids", Media.SERIES: "tv_series_ids"}
_GZIP = 16 + zlib.MAX_WBITS
_BLOCK = 1 << 20
_ABSENT = {HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN}


class Line(msgspec.Struct, gc=False):
    """One title of an export; lines of series have no flags."""

    id: TitleId
    adult: bool = False
    video: bool = False


_LINES = msgspec.json.Decoder(Line)


def name_export(media: Media, day: date, *, is_adult: bool = False) -> str:
    """Return the file name of a day's export; adult titles have an export of their own."""
    return f"{'adult_' if is_adult else ''}{_NAMES[media]}_{day:%m_%d_%Y}.json.gz"


class ExportFiles(Protocol):
    """The place where the exports are."""

    async def fetch(self, name: str, take: Callable[[Line], None]) -> bool:
        """Pass each line of an export to `take`; False if it does not exist. A retry passes the lines again.

        Raises:
            ServiceError: the export could not be read completely.
        """
        ...


class HttpExports:
    """The exports at a URL."""

    def __init__(self, base_url: str, clock: Clock) -> None:
        self._base_url = base_url
        self._clock = clock

    async def fetch(self, name: str, take: Callable[[Line], None]) -> bool:
        """Pass each line of an export to `take`; False if it does not exist. A retry passes the lines again.

        Raises:
            ServiceError: the export could not be read completely.
        """
        reason = ""
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                return await _read_export(f"{self._base_url}/p/exports/{name}", take)
            except (TransportError, ValueError, TimeoutError) as error:
                reason = str(error) or type(error).__name__
                await self._clock.sleep(delay_s(attempt, 1.0))
        raise ServiceError(f"cannot read the id export {name}", cause=reason, hint="run the same command again later")


async def fetch_newest(exports: ExportFiles, media: Media, today: date, take: Callable[[Line], None]) -> date:
    """Pass each line of the newest export to `take` and return its day.

    Raises:
        ServiceError: the last days have no export, or it could not be read.
    """
    days = [today - timedelta(days=ago) for ago in range(DAYS_BACK + 1)]
    for day in days:
        if await exports.fetch(name_export(media, day), take):
            return day
    raise ServiceError(
        f"no id export from {name_export(media, days[-1])} to {name_export(media, days[0])}",
        hint="TMDB publishes one a day by 08:00 UTC; check TMDB_EXPORT_URL if it is set",
    )


@dataclass(frozen=True, slots=True)
class ExportIds:
    """The ids of an export, ascending, divided by the switches of a selection.

    Attributes:
        name: the file name of the export.
        listed: ids that the switches include; excluded: the others.
    """

    name: str
    listed: "array[int]"
    excluded: "array[int]"

    def cut(self, first: int, last: int) -> "array[int]":
        """The listed ids of a closed range."""
        return self.listed[bisect_left(self.listed, first) : bisect_right(self.listed, last)]

    def __contains__(self, title_id: int) -> bool:
        return _has(self.listed, title_id) or _has(self.excluded, title_id)


async def fetch_ids(
    exports: ExportFiles, media: Media, today: date, *, include_adult: bool, include_video: bool
) -> ExportIds:
    """The ids of the newest export.

    Raises:
        ServiceError: the last days have no export, or it could not be read.
    """
    listed, excluded = array("q"), array("q")

    def take(line: Line) -> None:
        is_excluded = (line.adult and not include_adult) or (line.video and not include_video)
        (excluded if is_excluded else listed).append(line.id)

    day = await fetch_newest(exports, media, today, take)
    if include_adult:  # adult titles have an export of their own, and where it does not exist there are none
        await exports.fetch(name_export(media, day, is_adult=True), take)
    return ExportIds(name_export(media, day), _sort_ids(listed), _sort_ids(excluded))


def _sort_ids(ids: "array[int]") -> "array[int]":
    """Each id once, ascending."""
    return array("q", sorted(set(ids)))


def _has(ids: "array[int]", title_id: int) -> bool:
    at = bisect_left(ids, title_id)
    return at < len(ids) and ids[at] == title_id


async def _read_export(url: str, take: Callable[[Line], None]) -> bool:
    async with open_download(url) as download:
        if download.status in _ABSENT:
            return False
        if download.status != HTTPStatus.OK:
            raise TransportError(f"HTTP {download.status}")
        count = 0
        async for line in split_lines(download.pieces):
            take(_LINES.decode(line))
            count += 1
    if not count:
        raise ValueError("the export is empty")
    return True


async def split_lines(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Yield the lines of a gzipped file, in constant memory.

    Raises:
        ValueError: the file is truncated or damaged, or a line is longer than 1 MiB.
    """
    decompressor, rest = zlib.decompressobj(_GZIP), b""
    try:
        async for piece in pieces:
            compressed = piece
            while compressed:
                if decompressor.eof:  # the next member of the same gzip file
                    decompressor = zlib.decompressobj(_GZIP)
                *lines, rest = (rest + decompressor.decompress(compressed, _BLOCK)).split(b"\n")
                for line in lines:
                    if line.strip():
                        yield line
                if len(rest) > _BLOCK:
                    raise ValueError("a line is too long")
                compressed = decompressor.unused_data if decompressor.eof else decompressor.unconsumed_tail
    except zlib.error as error:
        raise ValueError(f"the gzip data is damaged: {error}") from error
    if not decompressor.eof:
        raise ValueError("the file is truncated")
    if rest.strip():
        yield rest
