"""Owns what is asked of the service, and what each answer must bring for the asker to go on.

One object a process: it holds the pace.
"""

from datetime import date

from cinelake.clock import Clock
from cinelake.errors import ServiceError
from cinelake.log import Log
from cinelake.media import Media
from cinelake.tmdb.endpoints import Query, build_changes, build_detail, build_discover
from cinelake.tmdb.executor import PROBE, OnAttempt, RequestCounts, RequestExecutor
from cinelake.tmdb.rate_limiter import RateLimiter
from cinelake.tmdb.responses import FailedRequest, Gone
from cinelake.tmdb.transport import CONNECTIONS, Transport
from cinelake.tmdb.validation import (
    ChangesPage,
    Page,
    parse_anything,
    parse_changes,
    parse_detail,
    parse_languages,
    parse_page,
)


class Client:
    """Asks the service."""

    def __init__(
        self,
        transport: Transport,
        rate_limiter: RateLimiter,
        clock: Clock,
        log: Log,
        *,
        connections: int = CONNECTIONS,
        on_attempt: OnAttempt = lambda _: None,
    ) -> None:
        self._attempts = RequestExecutor(
            transport, rate_limiter, clock, log, connections=connections, on_attempt=on_attempt
        )

    @property
    def tally(self) -> RequestCounts:
        """What was sent so far."""
        return self._attempts.tally

    @property
    def rate(self) -> float:
        """The pace at this moment, in requests a second."""
        return self._attempts.rate

    async def check_connection(self) -> None:
        """One request that shows that the service is there and takes the token.

        Raises:
            CredentialsError: it does not take it.
            ServiceError: it is not there.
        """
        answer = await self._attempts.fetch(PROBE, {}, parse_anything)
        if not isinstance(answer, bytes):
            reason = answer.reason if isinstance(answer, FailedRequest) else f"404 on {PROBE}"
            raise ServiceError(
                "service",
                f"what answers there is not TMDB ({reason})",
                "TMDB's API, version 3",
                "check TMDB_BASE_URL, which is only needed for a sandbox",
            )

    async def fetch_page(self, query: Query, *, page: int = 1, order: str | None = None) -> Page | FailedRequest:
        """One page of a discover query."""
        path, params = build_discover(query, page=page, order=order)
        answer = await self._attempts.fetch(path, params, parse_page)
        return FailedRequest(f"404 on {path}") if isinstance(answer, Gone) else answer

    async def fetch_count(self, query: Query, *, order: str | None = None) -> Page:
        """The first page of a query, whose total is needed to go on.

        Raises:
            ServiceError: it could not be had.
        """
        page = await self.fetch_page(query, order=order)
        if isinstance(page, FailedRequest):
            raise ServiceError(
                "service",
                f"a total cannot be had: {page.reason}",
                "the first page of a discover query",
                "everything so far is kept: run the same command again later",
            )
        return page

    async def fetch_languages(self) -> list[str]:
        """The codes of all languages that a title may have; none when the service does not tell."""
        answer = await self._attempts.fetch("/3/configuration/languages", {}, parse_languages)
        return answer if isinstance(answer, list) else []

    async def fetch_changes(self, media: Media, day: date, page: int = 1) -> ChangesPage:
        """One page of what changed on a day.

        Raises:
            ServiceError: it could not be had; without it nobody knows what to fetch again.
        """
        path, params = build_changes(media, day, page)
        answer = await self._attempts.fetch(path, params, parse_changes)
        if isinstance(answer, ChangesPage):
            return answer
        reason = answer.reason if isinstance(answer, FailedRequest) else f"404 on {path}"
        raise ServiceError(
            "service",
            f"page {page} of what changed on {day} cannot be had: {reason}",
            "a list of titles",
            "nothing is lost: run the same command again later",
        )

    async def fetch_detail(self, media: Media, title_id: int, append: str) -> bytes | Gone | FailedRequest:
        """The detail of a title, byte for byte as received (uncompressed)."""
        params = {"append_to_response": append} if append else {}
        return await self._attempts.fetch(build_detail(media, title_id), params, lambda body: parse_detail(body, title_id))
