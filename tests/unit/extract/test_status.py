"""The status of a lake, and the watermark of a selection."""

import msgspec
import pytest
from tests.support.runs import CRIME, World
from tests.support.tmdb.service import TODAY

from cinelake.extract.run_documents import advance_watermark, read_report, read_watermark
from cinelake.extract.status import read_status
from cinelake.lake.keys import RunKey

RUN = RunKey(CRIME.id, TODAY)


@pytest.fixture
def world() -> World:
    world = World()
    world.extract(CRIME)
    return world


def test_status_has_runs_and_zones(world: World) -> None:
    status = read_status(world.store)
    (run,) = status.runs
    assert (run.state, run.complete_to, run.slices_committed) == ("complete", TODAY, run.slices)
    assert [zone.zone for zone in status.zones] == ["Raw", "_cinelake"]


def test_status_shows_unfinished_and_damaged_runs(world: World) -> None:
    world.store.delete(RUN.report())
    assert read_status(world.store).runs[0].state == "unfinished"
    world.store.write(RUN.plan(), b"{")
    assert read_status(world.store).runs[0].state == "damaged"


def test_status_of_an_empty_lake_has_no_runs() -> None:
    assert read_status(World().store).runs == ()


def test_watermark_never_moves_back(world: World) -> None:
    report = read_report(world.store, RUN)
    assert report is not None
    advance_watermark(world.store, msgspec.structs.replace(report, run_on=TODAY.replace(day=1)))
    watermark = read_watermark(world.store, CRIME.id)
    assert watermark is not None
    assert watermark.complete_to == TODAY
