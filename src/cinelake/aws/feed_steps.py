"""The steps of the state machine for an event with `feed_only`: a refresh from the change feed alone.

A step that is killed or called twice does no harm: a feed-only refresh that did not commit is started over.
"""

import asyncio
from collections.abc import Callable
from datetime import date

from cinelake.aws.documents import Document
from cinelake.aws.events import Order, build_event
from cinelake.errors import DeadlineReachedError, LeaseHeldError
from cinelake.extract.context import log_progress
from cinelake.extract.feed.documents import read_feed_state
from cinelake.extract.feed.reading import read_beginning
from cinelake.extract.feed.run import run_feed
from cinelake.extract.lifecycle import Session
from cinelake.lake.keys import SliceKey
from cinelake.lake.lease import TTL_S
from cinelake.media import KINDS
from cinelake.upgrade.on_demand import upgrade_if_old
from cinelake.verify.results import Verification
from cinelake.verify.runs import verify_slices


async def plan_feed(session: Session, order: Order) -> Document:
    """Check that there is a complete run to continue from; there is nothing to count, and no date to ask the API for.

    Raises:
        UsageError: there is none.
    """
    beginning = await asyncio.to_thread(read_beginning, session.store, order.selection, date.max)
    document = {"run": order.selection.id, "event": build_event(order, order.run_on), "since": beginning.until.isoformat()}
    return {"status": "planned", **document}


async def extract_feed(session: Session, order: Order, on_upgrade: Callable[[str], None]) -> Document:
    """Refresh from the change feed; `continue` asks for another call, which starts over."""
    head = {"run": order.selection.id, "feed_only": True}
    try:
        await upgrade_if_old(session.store, session.clock, session.log, on_upgrade)
        report = await run_feed(
            session,
            order.selection,
            lambda context: [log_progress(context)],
            run_on=order.run_on,
            limits=order.limits,
        )
    except DeadlineReachedError as error:
        return {"status": "continue", "wait_s": 0, "reason": str(error), **head}
    except LeaseHeldError as error:
        return {"status": "continue", "wait_s": int(2 * TTL_S), "reason": str(error), **head}
    return {
        **head,
        "status": "complete" if report.is_complete else "incomplete",
        "wait_s": 0,
        "run_date": report.run_on.isoformat(),
        "named": report.named,
        "titles": report.titles,
        "records": report.records,
        "gone": report.gone,
        "quarantined": len(report.quarantined),
        "requests": report.requests,
    }


def verify_feed(session: Session, order: Order) -> Verification:
    """Verify the slice of the last feed-only refresh."""
    state = read_feed_state(session.store, order.selection.id)
    if state is None or not state.report.slice:
        return verify_slices(session.store, set())
    return verify_slices(session.store, {SliceKey(KINDS[order.selection.media], state.report.run_on, state.report.slice)})
