"""Owns the conversation with the service: every attempt passes the pace, holds a connection, and is judged.

Invariant: an answer is handed on only when it is whole and sound; what cannot be had is named, never dropped.
"""

import asyncio
import random
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum, auto
from http import HTTPStatus
from typing import TypeVar

from cinelake.clock import Clock
from cinelake.errors import CredentialsError, ServiceError
from cinelake.log import Event, Log
from cinelake.tmdb.endpoints import Query, build_changes, build_detail, build_discover
from cinelake.tmdb.genres import Media
from cinelake.tmdb.pacing import Pacer, Ticket
from cinelake.tmdb.pages import (
    ChangesPage,
    Page,
    parse_anything,
    parse_changes,
    parse_detail,
    parse_languages,
    parse_page,
    parse_refusal,
)
from cinelake.tmdb.retry import ATTEMPTS, OUTAGE_S, Verdict, classify_status, delay_s, parse_retry_after
from cinelake.tmdb.transport import CONNECTIONS, Reply, Transport, TransportError

_GZIP_MAGIC = b"\x1f\x8b"
_FIRST_CONTACT_S = 5.0
_EXCERPT = 80
_MOST_BYTES = 64_000_000
"""What a body may unpack to: several times what a batch may hold, and no bomb."""
_DAMAGES = (ValueError, EOFError, OSError, RecursionError, zlib.error)
"""What a body that is cut, not JSON, or of another shape raises."""

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Gone:
    """The service answered 404: there is no such title."""


@dataclass(frozen=True, slots=True)
class Unobtainable:
    """Every try failed while the service answered others; `reason` is the last failure."""

    reason: str


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
class Tally:
    """What was sent so far, counted for people."""

    requests: int = 0
    refused: int = 0
    retried: int = 0


@dataclass(frozen=True, slots=True)
class _Failure:
    """A try that brought nothing to go on with. A refusal (429) is no fault of the request."""

    reason: str
    is_refusal: bool = False


@dataclass(slots=True)
class _Trouble:
    """The failures of one request: since when, how many, the last one, and how many count against the request."""

    since: float
    failed_at: float = -1.0
    tries: int = 0
    counted: int = 0


class Client:
    """Asks the service. One object a process: it holds the pace."""

    def __init__(
        self,
        transport: Transport,
        pacer: Pacer,
        clock: Clock,
        log: Log,
        *,
        connections: int = CONNECTIONS,
        on_attempt: OnAttempt = lambda _: None,
    ) -> None:
        self._transport = transport
        self._pacer = pacer
        self._clock = clock
        self._log = log
        self._on_attempt = on_attempt
        self._places = asyncio.Semaphore(connections)
        self._turn = asyncio.Lock()
        self._luck = random.Random()  # noqa: S311 - spreads waits, guards nothing
        self._answered_at: float | None = None
        self.tally = Tally()

    @property
    def rate(self) -> float:
        """The pace at this moment, in requests a second."""
        return self._pacer.rate(self._clock.monotonic())

    async def fetch_greeting(self) -> None:
        """One request that shows that the service is there and takes the token.

        Raises:
            CredentialsError: it does not take it.
            ServiceError: it is not there.
        """
        answer = await self._fetch("/3/authentication", {}, parse_anything)
        if not isinstance(answer, bytes):
            reason = answer.reason if isinstance(answer, Unobtainable) else "404 on /3/authentication"
            raise ServiceError(
                "service",
                f"what answers there is not TMDB ({reason})",
                "TMDB's API, version 3",
                "check TMDB_BASE_URL, which is only needed for a sandbox",
            )

    async def fetch_page(self, query: Query, *, page: int = 1, order: str | None = None) -> Page | Unobtainable:
        """One page of a discover query."""
        path, params = build_discover(query, page=page, order=order)
        answer = await self._fetch(path, params, parse_page)
        return Unobtainable(f"404 on {path}") if isinstance(answer, Gone) else answer

    async def fetch_count(self, query: Query, *, order: str | None = None) -> Page:
        """The first page of a query, whose total is needed to go on.

        Raises:
            ServiceError: it could not be had.
        """
        page = await self.fetch_page(query, order=order)
        if isinstance(page, Unobtainable):
            raise ServiceError(
                "service",
                f"a total cannot be had: {page.reason}",
                "the first page of a discover query",
                "everything so far is kept: run the same command again later",
            )
        return page

    async def fetch_languages(self) -> list[str]:
        """The codes of all languages that a title may have; none when the service does not tell."""
        answer = await self._fetch("/3/configuration/languages", {}, parse_languages)
        return answer if isinstance(answer, list) else []

    async def fetch_changes(self, media: Media, day: date, page: int = 1) -> ChangesPage:
        """One page of what changed on a day.

        Raises:
            ServiceError: it could not be had; without it nobody knows what to fetch again.
        """
        path, params = build_changes(media, day, page)
        answer = await self._fetch(path, params, parse_changes)
        if isinstance(answer, ChangesPage):
            return answer
        reason = answer.reason if isinstance(answer, Unobtainable) else f"404 on {path}"
        raise ServiceError(
            "service",
            f"page {page} of what changed on {day} cannot be had: {reason}",
            "a list of titles",
            "nothing is lost: run the same command again later",
        )

    async def fetch_detail(self, media: Media, title_id: int, append: str) -> bytes | Gone | Unobtainable:
        """The detail of a title, byte for byte as received (uncompressed)."""
        params = {"append_to_response": append} if append else {}
        return await self._fetch(build_detail(media, title_id), params, lambda body: parse_detail(body, title_id))

    async def _fetch(self, path: str, params: Mapping[str, str], parse: Callable[[bytes], _T]) -> _T | Gone | Unobtainable:
        trouble: _Trouble | None = None
        while True:
            answer = await self._attempt(path, params, parse)
            if not isinstance(answer, _Failure):
                return answer
            trouble = trouble or _Trouble(self._clock.monotonic())
            verdict = await self._weigh(trouble, path, answer)
            if verdict is not None:
                return verdict

    async def _attempt(
        self, path: str, params: Mapping[str, str], parse: Callable[[bytes], _T]
    ) -> _T | Gone | Unobtainable | _Failure:
        """One paced request, judged."""
        async with self._places:
            ticket = await self._wait_for_turn()
            try:
                reply = await self._transport.send(path, params)
            except TransportError as error:
                self._note_end(ticket, Outcome.FAILED)
                return _Failure(str(error))
        answer = self._judge(path, reply, parse, ticket)
        if isinstance(answer, _Failure):
            self._note_end(ticket, Outcome.REFUSED if answer.is_refusal else Outcome.FAILED)
        else:
            self._note_end(ticket, Outcome.ANSWERED)
        return answer

    def _judge(
        self, path: str, reply: Reply, parse: Callable[[bytes], _T], ticket: Ticket
    ) -> _T | Gone | Unobtainable | _Failure:
        """What a reply is; the pace learns from it."""
        now, verdict = self._clock.monotonic(), classify_status(reply.status)
        if verdict is Verdict.SLOW_DOWN:
            self.tally.refused += 1
            waits = parse_retry_after(reply.retry_after)
            if self._pacer.note_refused(ticket, now, retry_after_s=waits):
                self._log.info(Event.PACE_SLOWED, rate=round(self._pacer.rate(now), 2), retry_after_s=waits)
            return _Failure(f"{reply.status} on {path}", is_refusal=True)
        if verdict is Verdict.UNAUTHORISED and _is_own_refusal(reply):
            raise CredentialsError(
                "token",
                f"the service refused it ({reply.status} on {path})",
                "a valid v4 read access token in TMDB_TOKEN, or a v3 key in TMDB_API_KEY (not in TMDB_TOKEN)",
                "check it at themoviedb.org under Settings > API",
            )
        self._pacer.note_admitted(ticket, now)
        match verdict:
            case Verdict.ACCEPT | Verdict.GONE:
                is_gone = verdict is Verdict.GONE
                try:
                    body = _inflate(reply.body)
                    answer = _parse_gone(body) if is_gone else parse(body)
                except _DAMAGES as error:
                    what = "404, but" if is_gone else "the body of"
                    return _Failure(f"{what} {path} is not usable ({error}): {_excerpt(reply.body)}")
                self._answered_at = now
                return answer
            case Verdict.REJECTED:
                return Unobtainable(f"{reply.status} on {path}: {_excerpt(reply.body)}")
            case _:
                return _Failure(f"{reply.status} on {path}")

    async def _weigh(self, trouble: _Trouble, path: str, failure: _Failure) -> Unobtainable | None:
        """After a failed try: wait for the next, or give the request up, or the whole service.

        A failure counts against the request only when the service answered others meanwhile; with no others under way,
        a probe tells. So a service that is down for a while costs time, and never a title.
        """
        now = self._clock.monotonic()
        patience_s = OUTAGE_S if failure.is_refusal else self._patience_s()
        self._check_outage(trouble.since, failure.reason, patience_s=patience_s)
        if failure.is_refusal:
            return None  # the pace itself makes it wait
        trouble.tries += 1
        if trouble.tries > 1 and not self._answered_since(trouble.failed_at):
            await self._attempt("/3/authentication", {}, parse_anything)  # a sound answer to it is noted
        trouble.counted += self._answered_since(trouble.failed_at)
        trouble.failed_at = now
        if trouble.counted >= ATTEMPTS:
            return Unobtainable(f"{failure.reason} (tried {trouble.tries} times)")
        self.tally.retried += 1
        self._log.info(Event.REQUEST_RETRIED, path=path, attempt=trouble.tries, reason=failure.reason)
        await self._clock.sleep(delay_s(trouble.tries, self._luck.random()))
        return None

    def _note_end(self, ticket: Ticket, outcome: Outcome) -> None:
        self._on_attempt(Attempt(ticket.sent_at, self._clock.monotonic() - ticket.sent_at, outcome))

    def _answered_since(self, at: float) -> bool:
        return self._answered_at is not None and self._answered_at > at

    def _patience_s(self) -> float:
        return _FIRST_CONTACT_S if self._answered_at is None else OUTAGE_S

    async def _wait_for_turn(self) -> Ticket:
        """Wait for the pace, and leave."""
        pacer, clock = self._pacer, self._clock
        now = clock.monotonic()
        if self._turn.locked() or pacer.next_at(now) > now:
            async with self._turn:  # first come, first served; a changed pace is seen by whoever is next
                while (wait := pacer.next_at(now := clock.monotonic()) - now) > 0:
                    await clock.sleep(wait)
                return self._note_sent(now)
        return self._note_sent(now)

    def _note_sent(self, now: float) -> Ticket:
        self.tally.requests += 1
        return self._pacer.note_sent(now)

    def _check_outage(self, since: float, failure: str, *, patience_s: float) -> None:
        silent_s = self._clock.monotonic() - max(since, self._answered_at or since)
        if silent_s > patience_s:
            raise ServiceError(
                "service",
                f"no good answer for {silent_s:.0f} s; the last failure was {failure}",
                "TMDB's JSON",
                "everything so far is kept: run the same command again when it is back (status.themoviedb.org), "
                "and check TMDB_BASE_URL if you set it",
            )


def _is_own_refusal(reply: Reply) -> bool:
    """Whether it is the service that refuses the token: a 403 may also be a network in between that blocks everybody."""
    if reply.status == HTTPStatus.UNAUTHORIZED:
        return True
    try:
        parse_refusal(_inflate(reply.body))
    except _DAMAGES:
        return False
    return True


def _parse_gone(body: bytes) -> Gone:
    """The service's own word that there is no such title; a page of something in between is none."""
    parse_refusal(body)
    return Gone()


def _inflate(body: bytes) -> bytes:
    """The body, unpacked if it is gzip: the service has sent that without saying so in the header."""
    if not body.startswith(_GZIP_MAGIC):
        return body
    unpacker = zlib.decompressobj(wbits=31)
    data = unpacker.decompress(body, _MOST_BYTES)
    if not unpacker.eof:
        raise ValueError(f"it is cut, or more than {_MOST_BYTES} bytes unpacked")
    return data


def _excerpt(body: bytes) -> str:
    text = body[:_EXCERPT].decode("utf-8", "replace")
    return repr(text + ("…" if len(body) > _EXCERPT else ""))
