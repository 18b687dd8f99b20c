"""Read TMDB's daily id exports: their names, and their lines as a stream.

Invariant: an export counts as read only if the whole file was received. No token is sent.
Source: TMDB's documentation; an export is published by 08:00 UTC of its day and kept for three months.
"""

import zlib
from collections.abc import AsyncIterator, Callable
from datetime import date, timedelta
from http import HTTPStatus

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


async def fetch_newest(base_url: str, media: Media, clock: Clock, take: Callable[[Line], None]) -> date:
    """Pass each line of the newest export to `take` and return its day. A retry passes the lines again.

    Raises:
        ServiceError: the last days have no export, or it could not be read.
    """
    today = clock.now().date()
    days = [today - timedelta(days=ago) for ago in range(DAYS_BACK + 1)]
    for day in days:
        if await fetch_export(base_url, name_export(media, day), clock, take):
            return day
    raise ServiceError(
        f"no id export from {name_export(media, days[-1])} to {name_export(media, days[0])}",
        hint="TMDB publishes one a day by 08:00 UTC; check TMDB_EXPORT_URL if it is set",
    )


async def fetch_export(base_url: str, name: str, clock: Clock, take: Callable[[Line], None]) -> bool:
    """Pass each line of an export to `take`; False if the export does not exist.

    Raises:
        ServiceError: the export could not be read completely.
    """
    reason = ""
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            return await _read_export(f"{base_url}/p/exports/{name}", take)
        except (TransportError, ValueError, TimeoutError) as error:
            reason = str(error) or type(error).__name__
            await clock.sleep(delay_s(attempt, 1.0))
    raise ServiceError(f"cannot read the id export {name}", cause=reason, hint="run the same command again later")


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
