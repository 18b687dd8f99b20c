"""Selections that are no longer refreshed: how to release their days."""

import pytest
from tests.support.pruning import COMEDY, CRIME, CRIME_AND_WAR, DAYS, kill_prune, list_days, prune_lake
from tests.support.runs import World
from tests.support.stores import copy_store, read_all
from tests.support.tmdb.service import TODAY

from cinelake.errors import UsageError
from cinelake.extract.run_documents import read_watermark
from cinelake.lake.store import Store
from cinelake.verify.runs import verify_lake


@pytest.fixture
def stale(stale_world: World) -> Store:
    """A lake with a selection that was only extracted on the first day."""
    return copy_store(stale_world.store)


def test_remedies_name_the_commands(stale: Store) -> None:
    (remedy,) = prune_lake(stale, is_dry=True).remedies
    assert remedy.selection_id == CRIME.id
    assert remedy.refresh == "cinelake refresh --genre Crime --from 1990-01-01 --to 1999-12-31 --append none"
    assert remedy.abandon == f"cinelake prune --abandon {CRIME.id}"


def test_new_run_releases_old_days(stale_world: World, stale: Store) -> None:
    World(stale_world.sandbox, stale).extract(CRIME, today=TODAY, is_fresh=True)
    assert prune_lake(stale).is_complete


def test_abandoning_releases_days_and_keeps_other_selections(stale: Store) -> None:
    result = prune_lake(stale, abandon=CRIME.id)
    assert (result.blocked, result.remedies) == ((), ())
    assert list_days(stale, "Movies") == {TODAY}
    assert verify_lake(stale).is_verified
    assert read_watermark(stale, CRIME.id) is None
    assert read_watermark(stale, CRIME_AND_WAR.id) is not None


def test_abandoning_removes_nothing_before_its_time(stale: Store) -> None:
    assert prune_lake(stale, older_than=9999, abandon=CRIME.id).files == 0
    assert read_watermark(stale, CRIME.id) is not None


def test_abandoning_killed_at_any_deletion_is_finished_by_the_next(stale: Store) -> None:
    pruned = copy_store(stale)
    deletions = prune_lake(pruned, abandon=CRIME.id).files
    for deletion in range(1, deletions + 2):  # the last is that of the watermark
        store = copy_store(stale)
        kill_prune(store, deletion, abandon=CRIME.id)
        assert verify_lake(store).problems == ()
        assert prune_lake(store, abandon=CRIME.id).is_complete
        assert read_all(store) == read_all(pruned)


def test_slices_of_an_abandoned_selection_alone_go(grown_world: World, grown: Store) -> None:
    World(grown_world.sandbox, grown).extract(COMEDY, today=DAYS[0], is_fresh=True)
    assert not prune_lake(grown, is_dry=True).is_complete
    assert prune_lake(grown, abandon=COMEDY.id).is_complete
    assert list_days(grown, "Movies") == {TODAY}
    assert verify_lake(grown).is_verified


def test_unknown_selection_cannot_be_abandoned(grown: Store) -> None:
    before = read_all(grown)
    with pytest.raises(UsageError) as caught:
        prune_lake(grown, abandon=CRIME.id)
    assert CRIME.id in caught.value.message
    assert CRIME_AND_WAR.id in caught.value.hint
    assert read_all(grown) == before
