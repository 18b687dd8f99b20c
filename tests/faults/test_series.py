"""Series through faults and refreshes, in virtual time: as complete as films, and never mixed with them."""

import json
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from tests.support.refine.present import merge_slices, read_present
from tests.support.runs import World, choose_refresh
from tests.support.tmdb.service import TODAY, build_sandbox
from tests.support.tmdb.virtual import VirtualClock, run_virtual

from cinelake.extract.run import extract
from cinelake.extract.run_documents import RunReport
from cinelake.lake.manifests import list_manifests, read_manifest
from cinelake.media import Media
from cinelake.sandbox import Sandbox
from cinelake.selection.limits import Limits
from cinelake.selection.selection import Selection
from cinelake.verify.runs import verify_lake

SERIES = Selection(Media.SERIES, append=())
DRAMA = Selection(Media.SERIES, (18,), append=())
FILMS = Selection(Media.MOVIE, append=())
DAYS = 3
BEARER = {"Authorization": f"Bearer {Sandbox.TOKEN}"}


def _world(faults: str) -> World:
    return World(build_sandbox(VirtualClock(), films=500, series=500, faults=faults))


def _control(world: World, path: str, method: str = "GET", **query: str) -> Any:  # noqa: ANN401 - whatever JSON holds
    return json.loads(world.sandbox.answer(method, path, query, {}).body)


def _truth(world: World, media: str, **query: str) -> dict[str, list[int]]:
    return dict(_control(world, "/__truth", media=media, include_null_first_air_dates="true", **query))


def _refresh(world: World, selection: Selection, days: int) -> RunReport:
    async def main() -> RunReport:
        context = world.build_context(today=TODAY + timedelta(days=days))
        run = choose_refresh(context.store, selection, TODAY + timedelta(days=days), oldest=0)
        return await extract(context, run, Limits(max_removals=1.0))

    return run_virtual(main())


def _present(world: World, selection: Selection = SERIES) -> dict[int, dict[str, Any]]:
    records = merge_slices(read_present(world.store, selection))
    return {title_id: msgspec.json.decode(record) for title_id, record in records.items()}


def _now(world: World, title_id: int) -> dict[str, Any]:
    while True:
        reply = world.sandbox.answer("GET", f"/3/tv/{title_id}", {}, BEARER)
        if reply.kind == "tv_detail":  # without a fault
            return {"id_tmdb": title_id, **json.loads(reply.body)}


def test_gone_and_failed_series_are_reported_and_films_of_the_same_ids_are_kept() -> None:
    world = _world("gone=3,poison=2,drift=1,truncate=.01")
    report = world.extract(SERIES)
    truth, films = _truth(world, "tv"), _truth(world, "movie")
    assert (report.gone, report.quarantined, report.is_complete) == (3, 2, False)
    quarantined = {title_id for line in report.slices for title_id in line.quarantined}
    assert quarantined == set(truth["poison"])
    assert set(_present(world)) == set(truth["ids"]) - quarantined
    assert world.extract(FILMS).gone == 3
    assert set(_present(world, FILMS)) == set(films["ids"]) - set(films["poison"])
    assert (quarantined | set(truth["gone"])) & set(_present(world, FILMS))


def test_appended_season_is_stored_with_each_series_that_has_it() -> None:
    world = _world("")
    selection = Selection(Media.SERIES, append=("external_ids", "season/2"))
    assert world.extract(selection).is_complete
    records = _present(world, selection).values()
    assert {"season/2" in record for record in records} == {True, False}
    for record in records:
        assert ("season/2" in record) == (record["number_of_seasons"] >= 2)
        assert "imdb_id" in record["external_ids"]


@pytest.mark.parametrize("selection", [SERIES, DRAMA], ids=["all", "drama"])
@pytest.mark.parametrize("faults", ["", "gone=3,drift=1,reset=.01,truncate=.01,garbage=.01"])
def test_refreshes_follow_deleted_new_and_redated_series(faults: str, selection: Selection) -> None:
    """All series are listed from the id export in blocks, which have no dates, so that no title moves between them."""
    world = _world(faults)
    world.extract(selection)
    before, unnamed, reasons = _present(world, selection), set[int](), set[str]()
    dates = set[tuple[bool, bool]]()
    genres = {"with_genres": "18"} if selection.genre_ids else {}
    for days in range(1, DAYS + 1):
        passed = _control(world, "/__evolve", "POST", days="1")
        unnamed |= set(passed["unnamed"]["tv"])
        report = _refresh(world, selection, days)
        assert report.is_complete
        reasons |= set(report.tombstones)
        present = _present(world, selection)
        assert set(present) == set(_truth(world, "tv", **genres)["ids"])
        differing = {title_id for title_id, record in present.items() if record != _now(world, title_id)}
        assert differing <= unnamed
        moved = before.keys() & present.keys()
        dates |= {(bool(before[i]["first_air_date"]), bool(present[i]["first_air_date"])) for i in moved}
    assert verify_lake(world.store).problems == ()
    assert reasons >= ({"moved"} if selection.genre_ids else {"merged"})
    assert ("moved" in reasons) == bool(selection.genre_ids)
    if not selection.genre_ids:
        assert dates >= {(True, True), (True, False), (False, True)}
    kinds = {key.kind for key in list_manifests(world.store)}
    assert kinds == {"Series"}
    assert all(read_manifest(world.store, key, n) for key, n in list_manifests(world.store).items())
