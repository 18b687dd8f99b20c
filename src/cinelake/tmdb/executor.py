"""Owns the attempts of a request: each passes the pace and holds a connection, and a failed one is made again or given up.

Invariant: a failure counts against a request only if the service answered others meanwhile. So an outage costs time, and
never a title; and what cannot be had is named, never dropped.
"""

import asyncio
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import TypeVar

from cinelake.clock import Clock
from cinelake.errors import ServiceError
from cinelake.log import Event, Log
from cinelake.tmdb.rate_limiter import RateLimiter, Ticket
from cinelake.tmdb.responses import FailedRequest, Failure, Gone, classify_reply, classify_transport_error
from cinelake.tmdb.retry import ATTEMPTS, FIRST_CONTACT_S, OUTAGE_S, delay_s, parse_retry_after
from cinelake.tmdb.transport import Transport, TransportError
from cinelake.tmdb.validation import parse_anything

PROBE = "/3/authentication"
"""The least that can be asked: the service answers it if it answers anything, and it refuses a wrong token."""

_T = TypeVar("_T")


class Outcome(Enum):
    """What came of one request."""

    ANSWERED = auto()
    REFUSED = auto()
    FAILED = auto()


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request that has come to its end: when it left, on the client's clock, how long it took, what came of it."""

    sent_at: float
    seconds: float
    outcome: Outcome


OnAttempt = Callable[[Attempt], None]


@dataclass(slots=True)
class RequestCounts:
    """What was sent so far, counted for people."""

    requests: int = 0
    refused: int = 0
    retried: int = 0


@dataclass(slots=True)
class _Trouble:
    """The failures of one request: since when, how many, the last one, and how many count against the request."""

    since: float
    failed_at: float = -1.0
    tries: int = 0
    counted: int = 0


class RequestExecutor:
    """Makes the attempts of all requests of a process: one object, which holds the pace."""

    def __init__(
        self,
        transport: Transport,
        rate_limiter: RateLimiter,
        clock: Clock,
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
        self._places = asyncio.Semaphore(connections)
        self._turn = asyncio.Lock()
        self._luck = random.Random()  # noqa: S311 - spreads waits, guards nothing
        self._answered_at: float | None = None
        self._is_there = False
        self._is_awaited = False
        self.tally = RequestCounts()

    @property
    def rate(self) -> float:
        """The pace at this moment, in requests a second."""
        return self._rate_limiter.rate(self._clock.monotonic())

    async def fetch(self, path: str, params: Mapping[str, str], parse: Callable[[bytes], _T]) -> _T | Gone | FailedRequest:
        """The answer to a request, however many attempts it takes.

        Raises:
            CredentialsError: the service refuses the token.
            ServiceError: it does not answer anything.
        """
        trouble: _Trouble | None = None
        while True:
            answer = await self._attempt(path, params, parse)
            if not isinstance(answer, Failure):
                return answer
            trouble = trouble or _Trouble(self._clock.monotonic())
            verdict = await self._weigh(trouble, path, answer)
            if verdict is not None:
                return verdict

    async def _attempt(
        self, path: str, params: Mapping[str, str], parse: Callable[[bytes], _T]
    ) -> _T | Gone | FailedRequest | Failure:
        """One paced request, judged; the pace learns from the reply."""
        async with self._places:
            ticket = await self._wait_for_turn()
            try:
                reply = await self._transport.send(path, params)
            except TransportError as error:
                self._note_end(ticket, Outcome.FAILED)
                return self._note_failure(classify_transport_error(error))
        now = self._clock.monotonic()
        answer = classify_reply(path, reply, parse)
        if not isinstance(answer, Failure):
            self._rate_limiter.note_admitted(ticket, now)
            if not isinstance(answer, FailedRequest):
                self._answered_at = now
            self._note_end(ticket, Outcome.ANSWERED)
            return answer
        if answer.is_refusal:
            self._slow_down(ticket, now, parse_retry_after(reply.retry_after))
        else:
            self._rate_limiter.note_admitted(ticket, now)
        self._note_end(ticket, Outcome.REFUSED if answer.is_refusal else Outcome.FAILED)
        return self._note_failure(answer)

    def _slow_down(self, ticket: Ticket, now: float, retry_after_s: float | None) -> None:
        self.tally.refused += 1
        if self._rate_limiter.note_refused(ticket, now, retry_after_s=retry_after_s):
            self._log.info(Event.RATE_SLOWED, rate=round(self._rate_limiter.rate(now), 2), retry_after_s=retry_after_s)

    async def _weigh(self, trouble: _Trouble, path: str, failure: Failure) -> FailedRequest | None:
        """After a failed try: wait for the next, or give the request up, or the whole service.

        A failure counts against the request only when the service answered others meanwhile; with no others under way,
        a probe tells. So a service that is down for a while costs time, and never a title.
        """
        now = self._clock.monotonic()
        self._check_outage(trouble.since, failure.reason)
        if failure.is_refusal:
            return None  # the pace itself makes it wait
        trouble.tries += 1
        if trouble.tries > 1 and not self._answered_since(trouble.failed_at):
            await self._attempt(PROBE, {}, parse_anything)  # a sound answer to it is noted
        trouble.counted += self._answered_since(trouble.failed_at)
        trouble.failed_at = now
        if trouble.counted >= ATTEMPTS:
            return FailedRequest(f"{failure.reason} (tried {trouble.tries} times)")
        self.tally.retried += 1
        self._log.info(Event.REQUEST_RETRIED, path=path, attempt=trouble.tries, reason=failure.reason)
        await self._clock.sleep(delay_s(trouble.tries, self._luck.random()))
        return None

    def _note_end(self, ticket: Ticket, outcome: Outcome) -> None:
        self._on_attempt(Attempt(ticket.sent_at, self._clock.monotonic() - ticket.sent_at, outcome))

    def _note_failure(self, failure: Failure) -> Failure:
        self._is_there = self._is_there or failure.is_passing
        return failure

    def _answered_since(self, at: float) -> bool:
        return self._answered_at is not None and self._answered_at > at

    async def _wait_for_turn(self) -> Ticket:
        """Wait for the pace, and leave."""
        rate_limiter, clock = self._rate_limiter, self._clock
        now = clock.monotonic()
        if self._turn.locked() or rate_limiter.next_at(now) > now:
            async with self._turn:  # first come, first served; a changed pace is seen by whoever is next
                while (wait := rate_limiter.next_at(now := clock.monotonic()) - now) > 0:
                    await clock.sleep(wait)
                return self._note_sent(now)
        return self._note_sent(now)

    def _note_sent(self, now: float) -> Ticket:
        self.tally.requests += 1
        return self._rate_limiter.note_sent(now)

    def _check_outage(self, since: float, failure: str) -> None:
        """Give the service up after a long silence; after a short one if nothing was ever heard of it."""
        silent_s = self._clock.monotonic() - max(since, self._answered_at or since)
        is_new = self._answered_at is None
        if is_new and silent_s > FIRST_CONTACT_S and self._is_there and not self._is_awaited:
            self._is_awaited = True  # a person sees nothing else yet, and is told why
            self._log.warning(Event.API_UNAVAILABLE, reason=failure, for_s=OUTAGE_S)
        if silent_s > (FIRST_CONTACT_S if is_new and not self._is_there else OUTAGE_S):
            raise ServiceError(
                "service",
                f"no good answer for {silent_s:.0f} s; the last failure was {failure}",
                "TMDB's JSON",
                "everything so far is kept: run the same command again when it is back (status.themoviedb.org), "
                "and check TMDB_BASE_URL if you set it",
            )
