"""Owns the daily exports of ids: their names, and their lines as they come, believed only if the file is whole.

Source: the service's documentation; an export is there from 08:00 UTC of its day, and kept for three months.
No token is sent for it.
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
"""How old the newest export may be."""
_ATTEMPTS = 3
_NAMES = {Media.MOVIE: "movie_ids", Media.SERIES: "tv_series_ids"}
_GZIP = 16 + zlib.MAX_WBITS
_BLOCK = 1 << 20
_ABSENT = {HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN}


class Line(msgspec.Struct, gc=False):
    """One title of an export; those of series bear no flags."""

    id: TitleId
    adult: bool = False
    video: bool = False


_LINES = msgspec.json.Decoder(Line)


def name_export(media: Media, day: date, *, is_adult: bool = False) -> str:
    """The name of a day's export; adult titles have one of their own."""
    return f"{'adult_' if is_adult else ''}{_NAMES[media]}_{day:%m_%d_%Y}.json.gz"


async def fetch_newest(base_url: str, media: Media, clock: Clock, take: Callable[[Line], None]) -> date:
    """Hand each line of the newest export to `take`; the day of it. After a failure the lines come once more.

    Raises:
        ServiceError: there is none of the last days, or it is not whole.
    """
    today = clock.now().date()
    days = [today - timedelta(days=ago) for ago in range(DAYS_BACK + 1)]
    for day in days:
        if await fetch_export(base_url, name_export(media, day), clock, take):
            return day
    asked = f"{name_export(media, days[-1])} to {name_export(media, days[0])}"
    raise ServiceError("export", f"there is none of {asked}", "one of each day, from 08:00 UTC", "look at TMDB_EXPORT_URL")


async def fetch_export(base_url: str, name: str, clock: Clock, take: Callable[[Line], None]) -> bool:
    """Hand each line of an export to `take`; False if there is no such export.

    Raises:
        ServiceError: it cannot be had, or is not whole.
    """
    reason = ""
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            return await _read_export(f"{base_url}/p/exports/{name}", take)
        except (TransportError, ValueError, TimeoutError) as error:
            reason = str(error) or type(error).__name__
            await clock.sleep(delay_s(attempt, 1.0))
    raise ServiceError(f"export {name}", f"it cannot be read ({reason})", "gzipped lines, whole", "run it again later")


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
        raise ValueError("it lists no title at all")
    return True


async def split_lines(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The lines of a gzipped file, in memory that does not grow with it.

    Raises:
        ValueError: it is cut, damaged, or has lines too long to be any.
    """
    unpacker, rest = zlib.decompressobj(_GZIP), b""
    try:
        async for piece in pieces:
            packed = piece
            while packed:
                if unpacker.eof:  # another member of the same file
                    unpacker = zlib.decompressobj(_GZIP)
                *lines, rest = (rest + unpacker.decompress(packed, _BLOCK)).split(b"\n")
                for line in lines:
                    if line.strip():
                        yield line
                if len(rest) > _BLOCK:
                    raise ValueError("a line has no end")
                packed = unpacker.unused_data if unpacker.eof else unpacker.unconsumed_tail
    except zlib.error as error:
        raise ValueError(f"it is damaged: {error}") from error
    if not unpacker.eof:
        raise ValueError("it is cut")
    if rest.strip():
        yield rest
