"""The life of a command: what runs beside its work, and how either ends."""

import asyncio
from collections.abc import Coroutine
from pathlib import Path

import pytest
from tests.support.service import build_client, build_sandbox
from tests.support.virtual import VirtualClock, run_virtual

from cinelake.errors import DeadlineReachedError, LeaseHeldError, StoreError, UsageError
from cinelake.extract.context import RunContext
from cinelake.extract.leased import accompany
from cinelake.extract.lifecycle import run_async, watch_deadline
from cinelake.extract.stopping import run_stoppable
from cinelake.lake.local_store import LocalStore
from cinelake.lake.object_store import open_memory
from cinelake.lake.opening import open_lake
from cinelake.log import Log
from cinelake.settings import Settings

CLOCK = VirtualClock()


class _Companion:
    """Runs until it is ended, unless an error comes first."""

    def __init__(self, error: Exception | None = None, after_s: float = 5.0) -> None:
        self._error = error
        self._after_s = after_s
        self.is_ended = False

    async def run(self) -> None:
        try:
            await CLOCK.sleep(self._after_s)
            if self._error is not None:
                raise self._error
            await asyncio.Event().wait()
        finally:
            self.is_ended = True


def _accompany(main: Coroutine[None, None, str], *company: _Companion) -> str:
    return run_virtual(accompany(main, [each.run() for each in company]))


async def _work(seconds: float, error: BaseException | None = None) -> str:
    await CLOCK.sleep(seconds)
    if error is not None:
        raise error
    return "done"


def test_the_result_of_the_work_comes_through_and_ends_its_company() -> None:
    company = [_Companion(), _Companion()]
    assert _accompany(_work(60.0), *company) == "done"
    assert all(each.is_ended for each in company)


def test_an_error_of_the_company_ends_the_work() -> None:
    lost, other = _Companion(LeaseHeldError("lease", "another process took it over")), _Companion()
    with pytest.raises(LeaseHeldError, match="another process took it over"):
        _accompany(_work(60.0), lost, other)
    assert other.is_ended


def test_work_that_is_done_in_the_same_moment_counts_as_done() -> None:
    assert _accompany(_work(5.0), _Companion(ValueError("late"), after_s=5.0)) == "done"


def test_an_error_of_the_work_ends_the_company() -> None:
    company = _Companion()
    with pytest.raises(StoreError, match="disk full"):
        _accompany(_work(1.0, StoreError("lake", "disk full")), company)
    assert company.is_ended


def test_an_error_out_of_a_group_is_the_one_that_says_what_to_do() -> None:
    group = BaseExceptionGroup("many", [ValueError("x"), BaseExceptionGroup("more", [StoreError("lake", "disk full")])])
    with pytest.raises(StoreError, match="disk full"):
        _accompany(_work(1.0, group), _Companion())


def test_ended_from_outside_the_work_and_its_company_end_too() -> None:
    company = _Companion()

    async def main() -> str:
        task = asyncio.ensure_future(accompany(_work(60.0), [company.run()]))
        await CLOCK.sleep(1.0)
        task.cancel()
        await asyncio.wait({task})
        return "cancelled" if task.cancelled() else "not cancelled"

    assert run_virtual(main()) == "cancelled"
    assert company.is_ended


def test_a_command_runs_on_whatever_loop_the_machine_has() -> None:
    async def main() -> str:
        return "done"

    assert run_async(main()) == "done"


def test_the_lake_of_the_command_line_comes_before_that_of_the_environment(tmp_path: Path) -> None:
    settings = Settings(lake=str(tmp_path / "environment"))
    assert repr(open_lake(settings, str(tmp_path / "words"))) == str(tmp_path / "words")
    assert repr(open_lake(settings, None)) == str(tmp_path / "environment")
    assert isinstance(open_lake(settings, None), LocalStore)


def test_no_lake_at_all_is_a_question_with_an_answer() -> None:
    with pytest.raises(UsageError, match=r"no lake given; use --lake \./lake, or set CINELAKE_LAKE"):
        open_lake(Settings(), None)


@pytest.mark.parametrize("deadline_s", [3.0, 60.0, 149.0, 840.0])
def test_a_run_whose_answers_hang_is_over_before_its_deadline(deadline_s: float) -> None:
    async def main() -> tuple[float, str]:
        clock = VirtualClock()
        context = RunContext(build_client(build_sandbox(clock), clock), open_memory(), clock, Log())
        started = clock.monotonic()
        with pytest.raises(DeadlineReachedError, match="run the same command again") as stopped:
            await accompany(
                run_stoppable(context, _work(10_000.0), drain_s=15.0), [watch_deadline(context, deadline_s, started)]
            )
        return clock.monotonic() - started, stopped.value.message

    ended_s, happened = run_virtual(main())
    assert 0.9 * deadline_s <= ended_s < deadline_s
    assert f"the deadline of {deadline_s:g} s is near" in happened


def test_the_time_that_a_command_needed_to_begin_counts_too() -> None:
    async def main() -> float:
        clock = VirtualClock()
        context = RunContext(build_client(build_sandbox(clock), clock), open_memory(), clock, Log())
        await clock.sleep(50.0)
        with pytest.raises(DeadlineReachedError):
            await accompany(_work(10_000.0), [watch_deadline(context, 60.0, 0.0)])
        return clock.monotonic()

    assert run_virtual(main()) < 60.0
