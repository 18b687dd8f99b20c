"""Plans schedules: one for each slice of a plan, or one that recurs. Pure.

Names are those of version 1 of the lake (Schedule_Crime_1900-1904), which people look for in the console. Invariant: the
schedule of a slice starts when the slices before it are estimated to be done, since they share one rate limit.
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
"""Seconds that a slice takes besides its requests: a cold start, the steps of the state machine, verification."""
LEAD = timedelta(minutes=2)
"""The earliest start of a schedule, counted from now."""
_FURTHEST = timedelta(days=366)
_EVERY = re.compile(r"(\d{1,4})\s*(h|d)")
_UNITS = {"h": "hour", "d": "day"}
_LEAST = {"h": 24, "d": 1}
_RECURRING = {"refresh": "Refresh", "extract": "Refresh", "feed": "Feed"}
"""The first word of a schedule's name, by what it does."""
_CRON = re.compile(r"[\d*?/,\-A-Z#L]+( [\d*?/,\-A-Z#L]+){5}")
_INSTANT = "%Y-%m-%dT%H:%M:%S"


@dataclass(frozen=True, slots=True)
class Entry:
    """One schedule.

    Attributes:
        expression: at(…), rate(…) or cron(…), in UTC.
        event: input of the state machine, as JSON.
        selection_id: the selection that it belongs to, named in its description.
        titles: titles to fetch, 0 for a recurring schedule.
        takes_s: seconds until the next schedule may start.
        begins_at: the earliest start of a recurring schedule.
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
    """A schedule for each slice that has titles, from `start` on, spaced by the estimated duration of each slice.

    All slices get the run date of `start`, including those that start after midnight.
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
    selection: Selection, every: str | None, cron: str | None, begins_at: datetime | None = None, *, does: str = "refresh"
) -> Entry:
    """One recurring schedule, by an interval in hours or days (36h, 1d) or a cron expression of six fields.

    It refreshes the selection, or `does` another thing: extract it again, or refresh it from the feed only. A selection has
    one run a day, so the interval is at least a day, except for the feed.

    Raises:
        UsageError: neither or both are given, or the given one is invalid.
    """
    if (every is None) == (cron is None):
        raise UsageError("--every and --cron cannot be combined", hint="remove one of them")
    order = Order(selection, is_refresh=does == "refresh", is_feed_only=does == "feed")
    event, name = json.dumps(build_event(order), sort_keys=True), f"{_RECURRING[does]}_{selection.id}"
    if cron is not None:
        if not _CRON.fullmatch(cron.strip()):
            hint = "use EventBridge's six fields, in UTC, such as '0 6 * * ? *'"
            raise UsageError(f'invalid --cron "{cron}"', hint=hint)
        return Entry(name, f"cron({cron.strip()})", event, selection.id, begins_at=begins_at)
    found = _EVERY.fullmatch((every or "").strip().casefold())
    least = 1 if does == "feed" else _LEAST[found[2]] if found else 0
    if not found or int(found[1]) < least:
        hint = "use a day or more, such as 1d or 36h; a selection has at most one run a day"
        hint = "use an hour or more, such as 1h or 6h" if does == "feed" else hint
        raise UsageError(f'invalid --every "{every}"', hint=hint)
    unit = _UNITS[found[2]] + "s" * (int(found[1]) != 1)
    return Entry(name, f"rate({int(found[1])} {unit})", event, selection.id, begins_at=begins_at)


def plan_again(plan: Plan, rate: float, start: datetime, existing: Mapping[str, datetime], now: datetime) -> list[Entry]:
    """The schedules as an earlier call of the same command planned them; `existing` holds its instants by name.

    An existing schedule keeps its instant. A missing one gets the instant that it had in that call; if that is past, the
    missing ones follow each other, starting LEAD from now.
    """
    entries = plan_entries(plan, rate, start)
    known = next((entry for entry in entries if entry.name in existing), None)
    if known is None or known.at is None:
        return entries
    entries = plan_entries(plan, rate, start + (existing[known.name] - known.at))
    free_at = now + LEAD
    placed = []
    for entry in entries:
        at = existing.get(entry.name) or entry.at or start
        if at < now + LEAD and entry.name not in existing:
            at = free_at
            free_at += timedelta(seconds=entry.takes_s)
        placed.append(replace(entry, expression=_format_at(at)))
    return placed


def parse_at(expression: str) -> datetime | None:
    """The instant of an at(…) expression, or None."""
    found = re.fullmatch(r"at\((.+)\)", expression)
    return datetime.strptime(found[1], _INSTANT).replace(tzinfo=UTC) if found else None


def parse_start(text: str | None, now: datetime) -> datetime:
    """The start of the first schedule: YYYY-MM-DDTHH:MM in UTC, or LEAD from now.

    Raises:
        UsageError: the text is no instant, or the instant is past or too far away.
    """
    if text is None:
        return now + LEAD
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None:
        raise UsageError(f'invalid --start "{text}"', hint="use YYYY-MM-DDTHH:MM in UTC, such as --start 2027-01-31T06:00")
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    if not now <= at <= now + _FURTHEST:
        hint = f"use an instant between now and {now + _FURTHEST:%Y-%m-%d}, or omit it to start now"
        raise UsageError(f'invalid --start "{text}": {at:%Y-%m-%d %H:%M} UTC is past or too far away', hint=hint)
    return at


def _select(selection: Selection, planned: PlannedSlice) -> Selection:
    """The selection of one slice."""
    piece = planned.slice
    genre_ids = () if piece.genre_id is None else (piece.genre_id,)
    return replace(selection, genre_ids=genre_ids, since=piece.since, until=piece.until, undated_only=piece.is_undated)


def _name(media: Media, planned: PlannedSlice) -> str:
    """Schedule_Crime_1900-1904, or Schedule_Series_Crime_1900-1904 for series."""
    piece = planned.slice
    genre = "All" if piece.genre_id is None else genre_name(media, piece.genre_id)
    words = re.sub(r"[^0-9A-Za-z]+", "-", genre)
    return f"Schedule_{'' if media is Media.MOVIE else 'Series_'}{words}_{piece.window_name}"


def _format_at(at: datetime) -> str:
    return f"at({at.astimezone(UTC):{_INSTANT}})"
