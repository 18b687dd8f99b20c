"""A stop is in good order: in time, with everything kept."""

import asyncio

import pytest
from tests.support.runs import CRIME, World, choose_extraction
from tests.support.service import TODAY, build_client, build_sandbox
from tests.support.stores import read_all
from tests.support.virtual import VirtualClock, run_virtual

from cinelake.errors import DeadlineReachedError, LeaseHeldError
from cinelake.extract.context import RunContext
from cinelake.extract.run import DRAIN_S, extract
from cinelake.extract.stopping import first_error
from cinelake.lake.keys import RAW
from cinelake.log import Log
from cinelake.selection.limits import Limits
from cinelake.verify.runs import verify_lake

_JOURNEY_S = 0.06


async def _stop_after(world: World, seconds: float) -> tuple[str, float]:
    """Stop a paced run after some time: its step then, and how long the end took."""
    clock = VirtualClock()
    client = build_client(world.sandbox, clock, rate=40, round_trip_s=_JOURNEY_S)
    context = RunContext(client, world.store, clock, Log())
    running = asyncio.ensure_future(extract(context, choose_extraction(context.store, CRIME, TODAY), Limits()))
    await clock.sleep(seconds)
    step, asked_at = context.progress.step, clock.monotonic()
    context.stop.request("SIGTERM")
    with pytest.raises(DeadlineReachedError, match=r"stopped in good order \(SIGTERM\)") as caught:
        await running
    assert caught.value.hint == "run the same command again: it goes on from here"
    return step, clock.monotonic() - asked_at


@pytest.mark.parametrize(("seconds", "step"), [(0.03, "planning"), (0.5, "planning"), (1.2, "listing"), (6.0, "fetching")])
def test_a_stop_in_any_step_ends_in_time_and_the_same_command_goes_on(seconds: float, step: str) -> None:
    sandbox = build_sandbox(VirtualClock(), films=3000)
    world, calm = World(sandbox), World(sandbox)
    stopped_in, took_s = run_virtual(_stop_after(world, seconds))
    assert stopped_in == step
    assert took_s <= DRAIN_S
    kept = read_all(world.store, RAW)
    assert bool(kept) == (step == "fetching")
    assert world.extract(CRIME).is_complete
    calm.extract(CRIME)
    assert read_all(world.store, RAW) == read_all(calm.store, RAW)
    assert verify_lake(world.store).problems == ()


def test_a_service_that_hangs_does_not_hold_up_the_end() -> None:
    async def main() -> None:
        world, clock = World(), VirtualClock()
        context = RunContext(build_client(world.sandbox, clock, rate=40, round_trip_s=300), world.store, clock, Log())
        running = asyncio.ensure_future(extract(context, choose_extraction(context.store, CRIME, TODAY), Limits()))
        await clock.sleep(10)
        context.stop.request("SIGINT")
        with pytest.raises(DeadlineReachedError):
            await running
        assert clock.monotonic() <= 10 + DRAIN_S

    run_virtual(main())


def test_of_several_errors_at_once_our_own_is_told() -> None:
    ours = LeaseHeldError("lease", "held")
    group = BaseExceptionGroup("x", [ValueError("y"), BaseExceptionGroup("z", [asyncio.CancelledError(), ours])])
    assert first_error(group) is ours
