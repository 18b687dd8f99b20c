"""The TMDB client: one method for each kind of request, with validated results.

There is one client per process, since it holds the rate limiter.
"""

from datetime import date

from cinelake.clock import Clock
from cinelake.errors import ServiceError
from cinelake.log import Log
from cinelake.media import Media
from cinelake.tmdb.api_clock import ApiClock
from cinelake.tmdb.endpoints import Query, build_changes, build_detail, build_discover
from cinelake.tmdb.executor import PROBE, OnAttempt, RequestCounts, RequestExecutor
from cinelake.tmdb.id_exports import ExportFiles, ExportIds, fetch_ids
from cinelake.tmdb.rate_limiter import RateLimiter
from cinelake.tmdb.responses import FailedRequest, Gone
from cinelake.tmdb.transport import CONNECTIONS, Transport
from cinelake.tmdb.validation import (
    ChangesPage,
    Page,
    parse_changes,
    parse_detail,
    parse_json,
    parse_languages,
    parse_page,
)

_TRY_LATER = "run the same command again later: it continues from here"


class Client:
    """Sends requests to TMDB and returns validated results. `clock` shows TMDB's time once a response has shown it."""

    def __init__(  # noqa: PLR0913 - what it sends with, and what it keeps to
        self,
        transport: Transport,
        rate_limiter: RateLimiter,
        clock: Clock,
        log: Log,
        *,
        exports: ExportFiles | None = None,
        connections: int = CONNECTIONS,
        on_attempt: OnAttempt = lambda _: None,
    ) -> None:
        self._exports = exports
        self._ids: dict[tuple[object, ...], ExportIds] = {}
        self.clock = ApiClock(clock, log)
        self._executor = RequestExecutor(
            transport, rate_limiter, self.clock, log, connections=connections, on_attempt=on_attempt
        )

    @property
    def tally(self) -> RequestCounts:
        """The requests sent so far."""
        return self._executor.tally

    @property
    def rate(self) -> float:
        """The current rate limit in requests per second."""
        return self._executor.rate

    def leave_window(self) -> None:
        """Send nothing for a second, because another process may have used the rate until now."""
        self._executor.leave_window()

    async def check_connection(self) -> None:
        """Send one request that shows that TMDB is reachable and accepts the token.

        Raises:
            CredentialsError: TMDB refused the token.
            ServiceError: TMDB is down, or the server is not TMDB.
        """
        result = await self._executor.fetch(PROBE, {}, parse_json)
        if not isinstance(result, bytes):
            raise ServiceError(
                "the server at this address is not TMDB",
                cause=_describe_failure(result, PROBE),
                hint="check TMDB_BASE_URL; unset it to use TMDB",
            )

    async def fetch_page(self, query: Query, *, page: int = 1, order: str | None = None) -> Page | FailedRequest:
        """Fetch one page of a discover query."""
        path, params = build_discover(query, page=page, order=order)
        result = await self._executor.fetch(path, params, parse_page)
        return FailedRequest(f"404 on {path}") if isinstance(result, Gone) else result

    async def fetch_count(self, query: Query, *, order: str | None = None) -> Page:
        """Fetch the first page of a discover query, which contains the total.

        Raises:
            ServiceError: the request failed; nothing can continue without the total.
        """
        page = await self.fetch_page(query, order=order)
        if isinstance(page, FailedRequest):
            raise ServiceError("cannot count titles at TMDB", cause=page.reason, hint=_TRY_LATER)
        return page

    async def fetch_languages(self) -> list[str]:
        """Fetch the codes of all languages that a title may have; empty if the request failed."""
        result = await self._executor.fetch("/3/configuration/languages", {}, parse_languages)
        return result if isinstance(result, list) else []

    async def fetch_changes(self, media: Media, day: date, page: int = 1) -> ChangesPage:
        """Fetch one page of the titles that changed on a day.

        Raises:
            ServiceError: the request failed; a refresh depends on the complete list.
        """
        path, params = build_changes(media, day, page)
        result = await self._executor.fetch(path, params, parse_changes)
        if isinstance(result, ChangesPage):
            return result
        raise ServiceError(
            f"cannot fetch page {page} of the changes of {day}", cause=_describe_failure(result, path), hint=_TRY_LATER
        )

    async def fetch_export(self, media: Media, today: date, *, include_adult: bool, include_video: bool) -> ExportIds:
        """Read the ids of the newest id export, once per process. It is a file on another host, not a request to the API.

        Raises:
            ServiceError: the last days have no export, or it could not be read.
        """
        asked = media, today, include_adult, include_video
        if asked not in self._ids:
            if self._exports is None:
                raise ServiceError("this client has no id exports", hint="use --list discover")
            self._ids[asked] = await fetch_ids(
                self._exports, media, today, include_adult=include_adult, include_video=include_video
            )
        return self._ids[asked]

    async def fetch_detail(self, media: Media, title_id: int, append: str) -> bytes | Gone | FailedRequest:
        """Fetch the detail of a title, byte for byte as received (uncompressed)."""
        params = {"append_to_response": append} if append else {}
        return await self._executor.fetch(build_detail(media, title_id), params, lambda body: parse_detail(body, title_id))


def _describe_failure(result: Gone | FailedRequest, path: str) -> str:
    return result.reason if isinstance(result, FailedRequest) else f"404 on {path}"
