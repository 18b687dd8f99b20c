"""Owns what schedules there are to be: one for each slice of a plan, or one that recurs. Pure.

Their names are those of the first version (Schedule_Crime_1900-1904), which people look for in the console. Invariant: a
slice's schedule begins when those before it are reckoned to be done, since the rate is one.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from cinelake.aws.events import Order, build_event
from cinelake.errors import UsageError
from cinelake.extract.planning.estimate import estimate_slice_s
from cinelake.extract.planning.plan import Plan, PlannedSlice
from cinelake.media import Media
from cinelake.selection.genres import genre_name
from cinelake.selection.selection import Selection

OVERHEAD_S = 90.0
"""Seconds that a slice takes beside its requests: a cold start, the steps of the state machine, the proof."""
LATE = timedelta(minutes=2)
"""From now, the earliest instant that a schedule is given."""
_FURTHEST = timedelta(days=366)
_EVERY = re.compile(r"(\d{1,4})\s*(h|d)")
_UNITS = {"h": "hour", "d": "day"}
_LEAST = {"h": 24, "d": 1}
_CRON = re.compile(r"[\d*?/,\-A-Z#L]+( [\d*?/,\-A-Z#L]+){5}")
_INSTANT = "%Y-%m-%dT%H:%M:%S"


@dataclass(frozen=True, slots=True)
class Entry:
    """One schedule to be.

    Attributes:
        expression: at(…), rate(…) or cron(…), in UTC.
        event: what the state machine gets, as JSON.
        selection_id: of the selection that it belongs to; stands in the description.
        titles: to be had, 0 if it recurs; takes_s: seconds until the next one may begin.
        begins_at: before which one that recurs does not start.
    """

    name: str
    expression: str
    event: str
    selection_id: str
    titles: int = 0
    takes_s: float = 0.0
    begins_at: datetime | None = None

    @property
    def at(self) -> datetime | None:
        """The instant of a schedule that runs once, in UTC."""
        return parse_at(self.expression)


def plan_entries(plan: Plan, rate: float, start: datetime) -> list[Entry]:
    """A schedule for each slice that has titles, from `start` on, as far apart as those before are reckoned to take.

    All slices belong to the date of `start`, also those that begin after midnight.
    """
    entries = []
    at = start
    for planned in plan.slices:
        if planned.total == 0:
            continue
        event = build_event(Order(_select(plan.selection, planned)), start.date())
        takes_s = estimate_slice_s(planned, rate) + OVERHEAD_S
        entries.append(
            Entry(
                _name(plan.selection.media, planned),
                _format_at(at),
                json.dumps(event, sort_keys=True),
                plan.selection.id,
                planned.total,
                takes_s,
            )
        )
        at += timedelta(seconds=takes_s)
    return entries


def plan_recurrence(
    selection: Selection, every: str | None, cron: str | None, begins_at: datetime | None = None, *, is_whole: bool = False
) -> Entry:
    """The one schedule that recurs: every so many hours or days (36h, 1d), or as a cron expression of six fields says.

    It refreshes, or gets everything again if `is_whole`. A selection has one run a day, so it recurs once a day at most.

    Raises:
        UsageError: neither or both are given, or one is none.
    """
    if (every is None) == (cron is None):
        raise UsageError("--every", "give it or --cron", "one of the two", "such as --every 1d")
    event = json.dumps(build_event(Order(selection, is_refresh=not is_whole)), sort_keys=True)
    if cron is not None:
        if not _CRON.fullmatch(cron.strip()):
            raise UsageError(
                "--cron", f"'{cron}' is none", "six fields in UTC, as EventBridge takes them", "such as '0 6 * * ? *'"
            )
        return Entry(f"Refresh_{selection.id}", f"cron({cron.strip()})", event, selection.id, begins_at=begins_at)
    found = _EVERY.fullmatch((every or "").strip().casefold())
    if not found or int(found[1]) < _LEAST[found[2]]:
        raise UsageError(
            "--every", f"'{every}' is none", "a day or more, as 1d or 36h: a selection has one run a day", "correct it"
        )
    unit = _UNITS[found[2]] + "s" * (int(found[1]) != 1)
    return Entry(f"Refresh_{selection.id}", f"rate({int(found[1])} {unit})", event, selection.id, begins_at=begins_at)


def plan_again(plan: Plan, rate: float, start: datetime, existing: Mapping[str, datetime], now: datetime) -> list[Entry]:
    """The schedules as a former call of the same command placed them, as far as `existing` (instants by name) tells.

    What exists keeps its instant. What is missing goes where it would have stood then, or, where that is past, one after
    the other from LATE from now on.
    """
    entries = plan_entries(plan, rate, start)
    known = next((entry for entry in entries if entry.name in existing), None)
    if known is None or known.at is None:
        return entries
    entries = plan_entries(plan, rate, start + (existing[known.name] - known.at))
    free_at = now + LATE
    placed = []
    for entry in entries:
        at = existing.get(entry.name) or entry.at or start
        if at < now + LATE and entry.name not in existing:
            at = free_at
            free_at += timedelta(seconds=entry.takes_s)
        placed.append(replace(entry, expression=_format_at(at)))
    return placed


def parse_at(expression: str) -> datetime | None:
    """The instant of an at(…) expression; None of any other."""
    found = re.fullmatch(r"at\((.+)\)", expression)
    return datetime.strptime(found[1], _INSTANT).replace(tzinfo=UTC) if found else None


def parse_start(text: str | None, now: datetime) -> datetime:
    """When the first schedule is to begin: YYYY-MM-DDTHH:MM in UTC, or LATE from now.

    Raises:
        UsageError: it is no instant, or past.
    """
    if text is None:
        return now + LATE
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None:
        raise UsageError(
            "--start", f"'{text}' is no instant", "YYYY-MM-DDTHH:MM, in UTC", "such as --start 2027-01-31T06:00"
        )
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    if not now <= at <= now + _FURTHEST:
        expected = f"an instant from now to {now + _FURTHEST:%Y-%m-%d}"
        raise UsageError("--start", f"{at:%Y-%m-%d %H:%M} UTC is not in reach", expected, "leave it out for now")
    return at


def _select(selection: Selection, planned: PlannedSlice) -> Selection:
    """The selection of one slice."""
    piece = planned.slice
    genre_ids = () if piece.genre_id is None else (piece.genre_id,)
    return replace(selection, genre_ids=genre_ids, since=piece.since, until=piece.until, undated_only=piece.is_undated)


def _name(media: Media, planned: PlannedSlice) -> str:
    """Schedule_Crime_1900-1904; of series Schedule_Series_Crime_1900-1904."""
    piece = planned.slice
    genre = "All" if piece.genre_id is None else genre_name(media, piece.genre_id)
    words = re.sub(r"[^0-9A-Za-z]+", "-", genre)
    return f"Schedule_{'' if media is Media.MOVIE else 'Series_'}{words}_{piece.window_name}"


def _format_at(at: datetime) -> str:
    return f"at({at.astimezone(UTC):{_INSTANT}})"
