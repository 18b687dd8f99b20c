"""The API's time: read from its responses, and kept with the machine's monotonic clock.

Invariant: once a response has shown the time, the wall clock of the machine decides no date. Without a dated response it
does.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from cinelake.clock import Clock
from cinelake.log import Event, Log

_TOLERANCE = timedelta(minutes=5)
"""How far the machine's clock may be off without a warning."""
_LEAP = timedelta(days=1)
"""A response that is further ahead of earlier ones counts only if the next one agrees: a server's clock may be wrong."""


def parse_time(headers: Mapping[str, str]) -> datetime | None:
    """The instant at which a response was sent: `Date` plus `Age`; None without a valid date, or if a cache sent it. Pure.

    A cache repeats the date of the first response; TMDB's (CloudFront) says "Hit from cloudfront" in `X-Cache`.
    """
    if "hit" in headers.get("X-Cache", "").lower():
        return None
    try:
        sent_at = parsedate_to_datetime(headers["Date"])
        age = timedelta(seconds=int(headers.get("Age", "0")))
        return (sent_at.replace(tzinfo=sent_at.tzinfo or UTC) + age).astimezone(UTC)
    except (KeyError, ValueError, OverflowError):
        return None


class ApiClock:
    """A clock that shows the API's time, or the machine's until a response shows it."""

    def __init__(self, machine: Clock, log: Log) -> None:
        self._machine = machine
        self._log = log
        self._zero: datetime | None = None
        """The API's time at instant 0 of the monotonic clock: the latest that a response shows, since each takes time."""
        self._doubted: datetime | None = None
        """The same of the last response, if it leapt ahead of earlier ones."""
        self._is_reported = False

    def note(self, sent_at: datetime | None, *, warns: bool = True) -> None:
        """Take the time of a response that has just arrived; warn once of a wrong clock, unless the day is simulated."""
        if sent_at is None:
            return
        try:
            zero = sent_at - timedelta(seconds=self.monotonic())
        except OverflowError:
            return
        if self._zero is not None and zero - self._zero > _LEAP:
            doubted, self._doubted = self._doubted, zero
            if doubted is None or abs(zero - doubted) > _LEAP:
                return
        self._doubted = None
        self._zero = zero if self._zero is None else max(zero, self._zero)
        machine = self._machine.now()
        if warns and not self._is_reported and abs(machine - self.now()) > _TOLERANCE:
            self._is_reported = True
            times = f"this machine's clock shows {_format(machine)}, the API's {_format(self.now())}"
            self._log.warning(Event.CLOCK_DIFFERS, message=f"{times}; dates come from the API")

    def now(self) -> datetime:
        """Return the current time in UTC."""
        return self._machine.now() if self._zero is None else self._zero + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        """Return seconds since a fixed moment; they never run backwards."""
        return self._machine.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Sleep without blocking the event loop."""
        await self._machine.sleep(seconds)


def _format(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"
