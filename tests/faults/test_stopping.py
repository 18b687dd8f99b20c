"""A stop request ends a run in time and keeps everything that is stored."""

import asyncio

import pytest
from tests.support.runs import CRIME, World, build_context, choose_extraction
from tests.support.stores import read_all
from tests.support.tmdb.service import TODAY, build_client, build_sandbox
from tests.support.tmdb.virtual import VirtualClock, run_virtual

from cinelake.concurrency import first_error
from cinelake.errors import DeadlineReachedError, LeaseHeldError
from cinelake.extract.run import DRAIN_S, extract
from cinelake.lake.keys import RAW
from cinelake.log import Log
from cinelake.selection.limits import Limits
from cinelake.verify.runs import verify_lake

_JOURNEY_S = 0.06


async def _stop_after(world: World, seconds: float) -> tuple[str, float]:
    """Stop a rate-limited run after some time: its step at that moment, and the seconds until it ended."""
    clock = VirtualClock()
    client = build_client(world.sandbox, clock, rate=40, round_trip_s=_JOURNEY_S)
    context = build_context(client, world.store, clock, Log())
    running = asyncio.ensure_future(extract(context, choose_extraction(context.store, CRIME, TODAY), Limits()))
    await clock.sleep(seconds)
    step, requested_at = context.progress.step, clock.monotonic()
    context.stop.request("SIGTERM")
    with pytest.raises(DeadlineReachedError, match="SIGTERM") as caught:
        await running
    assert "run the same command again" in caught.value.hint
    return step, clock.monotonic() - requested_at


@pytest.mark.parametrize(("seconds", "step"), [(0.03, "planning"), (0.5, "planning"), (1.2, "listing"), (6.0, "fetching")])
def test_stop_in_any_step_ends_in_time_and_the_next_run_continues(seconds: float, step: str) -> None:
    sandbox = build_sandbox(VirtualClock(), films=3000)
    world, undisturbed = World(sandbox), World(sandbox)
    stopped_in, took_s = run_virtual(_stop_after(world, seconds))
    assert stopped_in == step
    assert took_s <= DRAIN_S
    kept = read_all(world.store, RAW)
    assert bool(kept) == (step == "fetching")
    assert world.extract(CRIME).is_complete
    undisturbed.extract(CRIME)
    assert read_all(world.store, RAW) == read_all(undisturbed.store, RAW)
    assert verify_lake(world.store).problems == ()


def test_hanging_answers_do_not_delay_the_stop() -> None:
    async def main() -> None:
        world, clock = World(), VirtualClock()
        context = build_context(build_client(world.sandbox, clock, rate=40, round_trip_s=300), world.store, clock, Log())
        running = asyncio.ensure_future(extract(context, choose_extraction(context.store, CRIME, TODAY), Limits()))
        await clock.sleep(10)
        context.stop.request("SIGINT")
        with pytest.raises(DeadlineReachedError):
            await running
        assert clock.monotonic() <= 10 + DRAIN_S

    run_virtual(main())


def test_first_error_of_a_group_is_one_of_cinelake() -> None:
    ours = LeaseHeldError("the lease is held")
    group = BaseExceptionGroup("x", [ValueError("y"), BaseExceptionGroup("z", [asyncio.CancelledError(), ours])])
    assert first_error(group) is ours
