"""Send requests: every attempt passes the rate limiter and holds a connection; a failed attempt is retried.

Invariant: a failure counts against a request only if other requests succeeded meanwhile. An outage therefore costs time
and never a title, and a request that fails for good is reported, never silently skipped.
"""

import asyncio
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import TypeVar

from cinelake.log import Event, Log
from cinelake.tmdb.api_clock import ApiClock
from cinelake.tmdb.outage import OUTAGE_S, OutageDetector
from cinelake.tmdb.rate_limiter import RateLimiter, SentRequest
from cinelake.tmdb.responses import FailedAttempt, FailedRequest, Gone, classify_reply, classify_transport_error
from cinelake.tmdb.retry import ATTEMPTS, delay_s, parse_retry_after
from cinelake.tmdb.transport import Transport, TransportError
from cinelake.tmdb.validation import parse_json

PROBE = "/3/authentication"
"""The cheapest request: it succeeds whenever TMDB works, and it fails with a wrong token."""

_T = TypeVar("_T")


class Outcome(Enum):
    """How an attempt ended: with a response, refused with 429, or failed."""

    ANSWERED = auto()
    REFUSED = auto()
    FAILED = auto()


@dataclass(frozen=True, slots=True)
class Attempt:
    """One finished attempt. `sent_at` is in seconds of the client's monotonic clock, `seconds` is how long it took."""

    sent_at: float
    seconds: float
    outcome: Outcome


OnAttempt = Callable[[Attempt], None]


@dataclass(slots=True)
class RequestCounts:
    """Attempts so far: all, those refused with 429, and those retried after another failure."""

    requests: int = 0
    refused: int = 0
    retried: int = 0


@dataclass(slots=True)
class _Failures:
    """The failed attempts of one request; `counted` are those after which another request succeeded."""

    since: float
    last_at: float = -1.0
    attempts: int = 0
    counted: int = 0


class RequestExecutor:
    """Sends all requests of a process. There is one per process, since it holds the rate limiter."""

    def __init__(
        self,
        transport: Transport,
        rate_limiter: RateLimiter,
        clock: ApiClock,
        log: Log,
        *,
        connections: int,
        on_attempt: OnAttempt,
    ) -> None:
        self._transport = transport
        self._rate_limiter = rate_limiter
        self._clock = clock
        self._log = log
        self._on_attempt = on_attempt
        self._connections = asyncio.Semaphore(connections)
        self._queue = asyncio.Lock()
        self._jitter = random.Random()  # noqa: S311 - spreads the retries, not a secret
        self._outage = OutageDetector()
        self.tally = RequestCounts()

    @property
    def rate(self) -> float:
        """The current rate limit in requests per second."""
        return self._rate_limiter.rate(self._clock.monotonic())

    def leave_window(self) -> None:
        """Send nothing for a second, because another process may have used the rate until now."""
        self._rate_limiter.leave_window(self._clock.monotonic())

    async def fetch(self, path: str, params: Mapping[str, str], parse: Callable[[bytes], _T]) -> _T | Gone | FailedRequest:
        """Send a request, with retries, and return its result.

        Raises:
            CredentialsError: TMDB refused the token.
            ServiceError: TMDB is down.
        """
        failures: _Failures | None = None
        while True:
            result = await self._attempt(path, params, parse)
            if not isinstance(result, FailedAttempt):
                return result
            failures = failures or _Failures(self._clock.monotonic())
            failed_request = await self._wait_to_retry(failures, path, result)
            if failed_request is not None:
                return failed_request

    async def _attempt(
        self, path: str, params: Mapping[str, str], parse: Callable[[bytes], _T]
    ) -> _T | Gone | FailedRequest | FailedAttempt:
        """Send one request within the rate limit and classify the response."""
        async with self._connections:
            sent = await self._wait_to_send()
            try:
                reply = await self._transport.send(path, params)
            except TransportError as error:
                return self._note_failure(sent, classify_transport_error(error))
        now = self._clock.monotonic()
        result = classify_reply(path, reply, parse)
        if isinstance(result, FailedAttempt) and result.is_rate_limited:
            self._slow_down(sent, now, parse_retry_after(reply.retry_after))
        else:
            self._rate_limiter.note_admitted(sent, now)
        if isinstance(result, FailedAttempt):
            return self._note_failure(sent, result)
        self._clock.note(reply.sent_at, warns=not reply.is_simulated)
        if not isinstance(result, FailedRequest):
            self._outage.succeeded_at = now
        self._note_end(sent, Outcome.ANSWERED)
        return result

    def _slow_down(self, sent: SentRequest, now: float, retry_after_s: float | None) -> None:
        self.tally.refused += 1
        if self._rate_limiter.note_refused(sent, now, retry_after_s=retry_after_s):
            self._log.info(Event.RATE_SLOWED, rate=round(self._rate_limiter.rate(now), 2), retry_after_s=retry_after_s)

    async def _wait_to_retry(self, failures: _Failures, path: str, failed: FailedAttempt) -> FailedRequest | None:
        """After a failed attempt, wait until the next one is useful; return a result if the request failed for good.

        Only failures while other requests succeed count. Without other requests, a probe shows whether TMDB works.
        """
        now = self._clock.monotonic()
        if self._outage.check(failures.since, now, failed.reason):
            self._log.warning(Event.API_UNAVAILABLE, reason=failed.reason, retries_for_s=OUTAGE_S)
        if failed.is_rate_limited:
            return None  # the rate limiter makes it wait
        failures.attempts += 1
        if failures.attempts > 1 and not self._outage.has_succeeded_since(failures.last_at):
            await self._attempt(PROBE, {}, parse_json)  # its success is noted
        failures.counted += self._outage.has_succeeded_since(failures.last_at)
        failures.last_at = now
        if failures.counted >= ATTEMPTS:
            return FailedRequest(f"{failed.reason} (after {failures.attempts} attempts)")
        self.tally.retried += 1
        self._log.info(Event.REQUEST_RETRIED, path=path, attempt=failures.attempts, reason=failed.reason)
        await self._clock.sleep(delay_s(failures.attempts, self._jitter.random()))
        return None

    def _note_failure(self, sent: SentRequest, failed: FailedAttempt) -> FailedAttempt:
        self._outage.has_seen_server = self._outage.has_seen_server or failed.is_transient
        self._note_end(sent, Outcome.REFUSED if failed.is_rate_limited else Outcome.FAILED)
        return failed

    def _note_end(self, sent: SentRequest, outcome: Outcome) -> None:
        self._on_attempt(Attempt(sent.sent_at, self._clock.monotonic() - sent.sent_at, outcome))

    async def _wait_to_send(self) -> SentRequest:
        """Wait until the rate limiter allows a request; waiting requests are sent in order."""
        rate_limiter, clock = self._rate_limiter, self._clock
        now = clock.monotonic()
        if self._queue.locked() or rate_limiter.next_at(now) > now:
            async with self._queue:  # only the first in the queue sleeps, so that it sees a limit that has changed
                while (wait_s := rate_limiter.next_at(now := clock.monotonic()) - now) > 0:
                    await clock.sleep(wait_s)
                return self._note_sent(now)
        return self._note_sent(now)

    def _note_sent(self, now: float) -> SentRequest:
        self.tally.requests += 1
        return self._rate_limiter.note_sent(now)
