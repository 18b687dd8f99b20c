"""Each function does with the store only what its role allows, also where it goes on after a kill."""

import fnmatch
from collections.abc import Callable
from datetime import timedelta

import pytest
from tests.support.refine.lakes import build
from tests.support.runs import CRIME_AND_WAR, World, choose_extraction, choose_refresh
from tests.support.service import TODAY, build_sandbox
from tests.support.stores import WatchedStore, read_all
from tests.support.virtual import VirtualClock, run_virtual
from tests.unit.aws.test_template import RIGHTS

from cinelake.errors import IncompleteError
from cinelake.extract.planning.run_estimate import fetch_estimate
from cinelake.extract.run import extract
from cinelake.extract.run_documents import read_plan, read_report
from cinelake.extract.run_start import plan_run
from cinelake.lake.keys import LISTINGS, MANIFESTS, RunKey
from cinelake.refine.publish import POINTER
from cinelake.selection.limits import Limits
from cinelake.verify.runs import verify_lake

_ACTIONS = {"read": "s3:GetObject", "write": "s3:PutObject", "swap": "s3:PutObject", "delete": "s3:DeleteObject"}
RUN = RunKey(CRIME_AND_WAR.id, TODAY)


def _guard(role: str) -> Callable[[str, str], None]:
    """Refuse what a role does not allow."""
    folders = {
        (action, place.partition("/")[2]) for action, place in RIGHTS[role] if place.startswith("${LakeBucket.Arn}/")
    }

    def before(method: str, key: str) -> None:
        if method == "list":
            assert ("s3:ListBucket", "LakeBucket.Arn") in RIGHTS[role]
            return
        allowed = any(action == _ACTIONS[method] and fnmatch.fnmatchcase(key, place) for action, place in folders)
        assert allowed, f"{role} may not {_ACTIONS[method]} {key}"

    return before


def _as_role(world: World, role: str) -> World:
    return World(world.sandbox, WatchedStore(world.store, _guard(role)), world.paths)


def test_extract_may_do_all_that_it_does_also_when_it_tidies_up_after_a_kill() -> None:
    world = World()
    assert _as_role(world, "ExtractRole").extract(CRIME_AND_WAR).is_complete
    for key in [*read_all(world.store, MANIFESTS), *read_all(world.store, LISTINGS)]:
        world.store.delete(key)  # listed anew, and shorter: some batches are left over
    world.store.delete(RUN.report())
    stale = next(key for key in read_all(world.store, "Raw") if key.endswith("-1.json")).replace("-1.json", "-7.json")
    world.store.write(stale, b'[{"id_tmdb":99999}]')
    assert _as_role(world, "ExtractRole").extract(CRIME_AND_WAR).is_complete
    assert stale not in read_all(world.store, "Raw")


def test_extract_may_forget_a_refresh_that_would_lose_too_much() -> None:
    world, tomorrow = World(), TODAY + timedelta(days=1)
    world.extract(CRIME_AND_WAR)
    before = read_all(world.store)
    extractor = _as_role(World(build_sandbox(VirtualClock(), films=300), world.store), "ExtractRole")

    async def refresh() -> None:
        await extract(extractor.build_context(), choose_refresh(world.store, CRIME_AND_WAR, tomorrow), Limits())

    with pytest.raises(IncompleteError, match="no longer lists"):
        run_virtual(refresh())
    assert read_all(world.store) == before


def test_plan_may_do_all_that_it_does_also_when_the_watermark_is_missing() -> None:
    world = World()
    planner = _as_role(world, "PlanRole")

    async def plan() -> int:
        context = planner.build_context()
        run = choose_extraction(planner.store, CRIME_AND_WAR, TODAY)
        read_report(planner.store, run.key)
        return len((read_plan(planner.store, run.key) or await plan_run(context, run)).slices)

    assert run_virtual(plan()) == run_virtual(plan()) > 0


def test_plan_may_reckon_what_a_refresh_will_take() -> None:
    world = World()
    world.extract(CRIME_AND_WAR)
    planner = _as_role(world, "PlanRole")

    async def reckon() -> int:
        context, tomorrow = planner.build_context(), TODAY + timedelta(days=1)
        plan = await plan_run(context, choose_refresh(planner.store, CRIME_AND_WAR, tomorrow))
        estimate = await fetch_estimate(context.client, planner.store, plan, 40.0)
        assert estimate.refresh is not None
        return estimate.refresh.stored

    assert run_virtual(reckon()) > 0


def test_verify_may_do_all_that_it_does() -> None:
    world = World()
    world.extract(CRIME_AND_WAR)
    guarded = _as_role(world, "VerifyRole")
    assert verify_lake(guarded.store).is_sound
    assert verify_lake(guarded.store, RUN).is_sound


@pytest.mark.parametrize("role", ["BuildRole", "GlueRole"])
def test_a_build_may_do_all_that_it_does_also_when_it_tidies_up(role: str) -> None:
    world = World()
    world.extract(CRIME_AND_WAR)
    guarded = _as_role(world, role).store
    former = "Trusted/TMDB/Parquet/Movies/dt=2026-11-24/0123456789abcdef.parquet"
    world.store.write(former, b"left over")
    assert not build(guarded, keep=0).is_unchanged
    key = next(iter(read_all(world.store, "Raw/TMDB")))
    world.store.delete(key)
    world.store.delete(POINTER)
    with pytest.raises(IncompleteError):
        build(guarded, keep=0)
    assert former not in read_all(world.store, "Trusted")


def test_the_guard_would_refuse() -> None:
    with pytest.raises(AssertionError, match="PlanRole may not s3:PutObject Raw/x"):
        _guard("PlanRole")("write", "Raw/x")
