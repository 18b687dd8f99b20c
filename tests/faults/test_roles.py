"""Each function uses the store only as its role allows, also when it continues after a kill."""

import fnmatch
from collections.abc import Callable
from datetime import timedelta

import pytest
from tests.support.aws.template import list_rights, list_statements
from tests.support.refine.lakes import build
from tests.support.runs import CRIME_AND_WAR, World, choose_extraction, choose_refresh
from tests.support.stores import WatchedStore, read_all
from tests.support.tmdb.service import TODAY, build_sandbox
from tests.support.tmdb.virtual import VirtualClock, run_virtual

from cinelake.errors import IncompleteError
from cinelake.extract.feed.documents import FeedReport
from cinelake.extract.feed.reading import read_beginning
from cinelake.extract.feed.run import refresh_from_feed
from cinelake.extract.planning.fetch_estimate import fetch_estimate
from cinelake.extract.run import extract
from cinelake.extract.run_documents import read_plan, read_report
from cinelake.extract.run_start import plan_run
from cinelake.lake.keys import LISTINGS, MANIFESTS, NUMBERS, POINTER, STATUS, RunKey, SliceKey
from cinelake.selection.limits import Limits
from cinelake.verify.runs import verify_lake, verify_slices

_ACTIONS = {"read": "s3:GetObject", "write": "s3:PutObject", "swap": "s3:PutObject", "delete": "s3:DeleteObject"}
RUN = RunKey(CRIME_AND_WAR.id, TODAY)


def _guard(role: str) -> Callable[[str, str], None]:
    """Fail on what the template does not allow a role."""
    rights = list_rights(*list_statements(role))

    def before(method: str, key: str) -> None:
        if method == "list":
            assert ("s3:ListBucket", "${LakeBucket.Arn}") in rights
            return
        allowed = any(action == _ACTIONS[method] and fnmatch.fnmatchcase(key, pattern) for action, pattern in rights)
        assert allowed, f"{role} may not {_ACTIONS[method]} {key}"

    return before


def _as_role(world: World, role: str) -> World:
    return World(world.sandbox, WatchedStore(world.store, _guard(role)), world.paths)


def _read_lake(world: World) -> dict[str, bytes]:
    """Everything but the counter of run numbers and the status, which each process writes."""
    return {key: data for key, data in read_all(world.store).items() if not key.startswith((NUMBERS, STATUS))}


def test_extract_role_suffices_after_a_kill() -> None:
    world = World()
    assert _as_role(world, "ExtractRole").extract(CRIME_AND_WAR).is_complete
    for key in [*read_all(world.store, MANIFESTS), *read_all(world.store, LISTINGS)]:
        world.store.delete(key)  # listed again, with fewer titles: some batches are left over
    world.store.delete(RUN.report())
    stale = next(key for key in read_all(world.store, "Raw") if key.endswith("-1.json")).replace("-1.json", "-7.json")
    world.store.write(stale, b'[{"id_tmdb":99999}]')
    assert _as_role(world, "ExtractRole").extract(CRIME_AND_WAR).is_complete
    assert stale not in read_all(world.store, "Raw")


def test_extract_role_suffices_to_abandon_a_refresh() -> None:
    world, tomorrow = World(), TODAY + timedelta(days=1)
    world.extract(CRIME_AND_WAR)
    before = _read_lake(world)
    extractor = _as_role(World(build_sandbox(VirtualClock(), films=300), world.store), "ExtractRole")

    async def refresh() -> None:
        await extract(extractor.build_context(), choose_refresh(world.store, CRIME_AND_WAR, tomorrow), Limits())

    with pytest.raises(IncompleteError, match="no longer lists"):
        run_virtual(refresh())
    assert _read_lake(world) == before


def test_roles_suffice_for_a_refresh_from_the_feed() -> None:
    world = World()
    world.extract(CRIME_AND_WAR)
    world.sandbox.answer("POST", "/__evolve", {"days": "9"}, {})
    later = TODAY + timedelta(days=9)
    assert read_beginning(_as_role(world, "PlanRole").store, CRIME_AND_WAR, later).until == TODAY
    extractor = _as_role(world, "ExtractRole")
    left_over = SliceKey("Movies", later, "feed-1")
    world.store.write(left_over.listing(), b"{}")
    world.store.write(left_over.raw(1), b"[]")

    async def refresh() -> FeedReport:
        return await refresh_from_feed(extractor.build_context(today=later), CRIME_AND_WAR, Limits())

    report = run_virtual(refresh())
    assert report.records > 0
    assert world.store.read(left_over.raw(1)) is None
    key = SliceKey("Movies", later, report.slice)
    assert verify_slices(_as_role(world, "VerifyRole").store, {key}).records == report.records


def test_plan_role_suffices_without_a_watermark() -> None:
    world = World()
    planner = _as_role(world, "PlanRole")

    async def plan() -> int:
        context = planner.build_context()
        run = choose_extraction(planner.store, CRIME_AND_WAR, TODAY)
        read_report(planner.store, run.key)
        return len((read_plan(planner.store, run.key) or await plan_run(context, run)).slices)

    assert run_virtual(plan()) == run_virtual(plan()) > 0


def test_plan_role_suffices_to_estimate_a_refresh() -> None:
    world = World()
    world.extract(CRIME_AND_WAR)
    planner = _as_role(world, "PlanRole")

    async def estimate() -> int:
        context, tomorrow = planner.build_context(), TODAY + timedelta(days=1)
        plan = await plan_run(context, choose_refresh(planner.store, CRIME_AND_WAR, tomorrow))
        estimate = await fetch_estimate(context.client, planner.store, plan, rate=40, now=context.clock.now())
        assert estimate.refresh is not None
        return estimate.refresh.stored

    assert run_virtual(estimate()) > 0


def test_verify_role_suffices() -> None:
    world = World()
    world.extract(CRIME_AND_WAR)
    guarded = _as_role(world, "VerifyRole")
    assert verify_lake(guarded.store).is_verified
    assert verify_lake(guarded.store, RUN).is_verified


@pytest.mark.parametrize("role", ["BuildRole", "GlueRole"])
def test_build_roles_suffice_to_remove_old_files(role: str) -> None:
    world = World()
    world.extract(CRIME_AND_WAR)
    guarded = _as_role(world, role).store
    old = "Trusted/TMDB/Parquet/Movies/dt=2026-11-24/0123456789abcdef.parquet"
    world.store.write(old, b"left over")
    assert not build(guarded, keep=0).is_unchanged
    key = next(iter(read_all(world.store, "Raw/TMDB")))
    world.store.delete(key)
    world.store.delete(POINTER)
    with pytest.raises(IncompleteError):
        build(guarded, keep=0)
    assert old not in read_all(world.store, "Trusted")


def test_guard_fails_on_a_forbidden_write() -> None:
    with pytest.raises(AssertionError, match="PlanRole may not s3:PutObject Raw/x"):
        _guard("PlanRole")("write", "Raw/x")
