"""Upgrade a lake before a command writes into it, or undo the upgrade, while holding the lease."""

import asyncio

from cinelake.clock import Clock
from cinelake.lake.keys import NUMBERS
from cinelake.lake.lease import hold_lease
from cinelake.lake.store import Store
from cinelake.log import Event, Log
from cinelake.upgrade.undo import read_upgraded, undo_upgrade
from cinelake.upgrade.upgrade import Progress, needs_upgrade, upgrade_lake


async def upgrade_if_old(
    store: Store,
    clock: Clock,
    log: Log,
    progress: Progress | None = None,
    *,
    takes_over: bool = False,
    with_tables: bool = False,
) -> bool:
    """Upgrade a lake of format 1, or continue an upgrade; return whether there was anything to do.

    `with_tables` also moves the old tables aside, which a build does before it writes new ones. Without `progress`, the
    steps are logged.

    Raises:
        LeaseHeldError: another process holds the lease.
        UsageError: an undo was interrupted.
        DamagedError: the format or the record of the upgrade cannot be read.
    """
    if not await asyncio.to_thread(needs_upgrade, store, with_tables=with_tables):
        return False
    report = progress or (lambda text: log.info(Event.LAKE_UPGRADED, message=text))
    async with hold_lease(store, clock, log, takes_over=takes_over):
        await asyncio.to_thread(upgrade_lake, store, clock.now(), report, with_tables=with_tables)
    return True


async def undo(store: Store, clock: Clock, log: Log, progress: Progress, *, takes_over: bool = False) -> None:
    """Undo the upgrade of a lake, or continue an undo.

    Raises:
        LeaseHeldError: another process holds the lease.
        UsageError: the lake was not upgraded, or cannot be taken back any more.
        DamagedError: a document cannot be read.
    """
    await asyncio.to_thread(read_upgraded, store)
    async with hold_lease(store, clock, log, takes_over=takes_over):
        await asyncio.to_thread(undo_upgrade, store, progress)
        for entry in await asyncio.to_thread(lambda: list(store.list_entries(f"{NUMBERS}/"))):
            await asyncio.to_thread(store.delete, entry.key)
