"""Pruning in this process, in virtual time, and a prune that is killed."""

from datetime import date, timedelta
from itertools import count

import pytest
from tests.support.runs import World
from tests.support.stores import Killed, WatchedStore
from tests.support.tmdb.service import TODAY
from tests.support.tmdb.virtual import run_virtual

from cinelake.lake.store import Store
from cinelake.media import Media
from cinelake.retention.inventory import read_objects
from cinelake.retention.prune import PruneResult, prune
from cinelake.selection.selection import Selection

DAYS = [TODAY - timedelta(days=ago) for ago in (400, 300, 200, 0)]
"""Days of runs: the terms require the first three to go."""
_SINCE, _UNTIL = date(1990, 1, 1), date(1999, 12, 31)
CRIME = Selection(Media.MOVIE, (80,), _SINCE, _UNTIL, append=())
CRIME_AND_WAR = Selection(Media.MOVIE, (80, 10752), _SINCE, _UNTIL, append=())
COMEDY = Selection(Media.MOVIE, (35,), _SINCE, _UNTIL, append=())
SERIES = Selection(Media.SERIES, (80,), _SINCE, _UNTIL, append=())


def grow_lake(world: World) -> None:
    """Extract films on each of the four days, and series on the first and the last."""
    for day in DAYS:
        assert world.extract(CRIME_AND_WAR, today=day, is_fresh=True).is_complete
        if day in {DAYS[0], DAYS[3]}:
            assert world.extract(SERIES, today=day, is_fresh=True).is_complete


def prune_lake(
    store: Store, *, older_than: int = 180, keep: int | None = None, abandon: str = "", is_dry: bool = False
) -> PruneResult:
    """Prune as of TODAY."""
    abandoned = frozenset(filter(None, [abandon]))
    return run_virtual(prune(store, TODAY, older_than=older_than, keep=keep, abandoned=abandoned, is_dry=is_dry))


def kill_prune(store: Store, deletion: int, *, abandon: str = "") -> None:
    """Prune, and kill the process at the deletion of that number."""
    counter = count(1)

    def before(method: str, _key: str) -> None:
        if method == "delete" and next(counter) == deletion:
            raise Killed

    with pytest.raises((Killed, BaseExceptionGroup)):
        prune_lake(WatchedStore(store, before), abandon=abandon)


def list_deletions(store: Store) -> list[str]:
    """Prune, and return the deleted keys in their order."""
    deleted: list[str] = []
    prune_lake(WatchedStore(store, lambda method, key: deleted.append(key) if method == "delete" else None))
    return deleted


def list_days(store: Store, kind: str) -> set[date]:
    """The days of which a lake has any object."""
    return set(read_objects(store, kind))
