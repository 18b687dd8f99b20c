"""The date of a run is fixed when it starts: midnight splits nothing, and no later attempt has files of another day."""

from datetime import UTC, date, datetime, timedelta

import pytest
from tests.support.runs import CRIME, World, build_context, choose_extraction
from tests.support.stores import Killed, WatchedStore, read_all
from tests.support.tmdb.service import TODAY, build_client
from tests.support.tmdb.virtual import VirtualClock, run_virtual

from cinelake.extract.run import extract
from cinelake.lake.keys import RAW, parse_raw_key
from cinelake.log import Log
from cinelake.selection.limits import Limits
from cinelake.verify.runs import verify_lake


def _list_days(world: World) -> set[date]:
    keys = [parse_raw_key(key) for key in read_all(world.store, RAW)]
    return {key[0].run_on for key in keys if key}


@pytest.mark.parametrize("days", [1, 30])
def test_a_killed_run_resumes_under_its_own_date_on_any_later_day(days: int) -> None:
    calm, world = World(), World()
    calm.extract(CRIME)
    left = 4

    def kill(method: str, key: str) -> None:
        nonlocal left
        if method == "write" and key.startswith(RAW):
            left -= 1
            if left < 0:
                raise Killed

    inner = world.store
    world.store = WatchedStore(inner, kill)
    with pytest.raises((Killed, BaseExceptionGroup)):
        world.extract(CRIME)
    assert left < 0
    world.store = inner
    assert world.extract(CRIME, today=TODAY + timedelta(days=days)).run_on == TODAY
    assert read_all(world.store, RAW) == read_all(calm.store, RAW)
    assert verify_lake(world.store).problems == ()


def test_a_run_through_midnight_keeps_the_date_of_its_start() -> None:
    async def main() -> datetime:
        clock = VirtualClock(datetime(2026, 11, 23, 23, 59, 58, tzinfo=UTC))
        context = build_context(build_client(world.sandbox, clock, rate=40), world.store, clock, Log(level="warning"))
        await extract(context, choose_extraction(context.store, CRIME, clock.now().date()), Limits())
        return clock.now()

    world = World()
    assert run_virtual(main()).date() == date(2026, 11, 24)
    assert _list_days(world) == {TODAY}
    assert verify_lake(world.store).problems == ()
