"""The summary of a lake for `cinelake status`: runs, watermarks, unresolved titles and zones. Reads only."""

from datetime import date

import msgspec

from cinelake.errors import DamagedError
from cinelake.extract.run_documents import list_runs, read_plan, read_report, read_watermark
from cinelake.lake.keys import OWN, RunKey, SliceKey
from cinelake.lake.manifests import list_manifests, read_manifest
from cinelake.lake.store import Store


class RunStatus(msgspec.Struct, frozen=True):
    """One run.

    Attributes:
        state: complete, incomplete, unfinished or damaged.
        titles: that TMDB counted when the run was planned.
        records: fetched by this run; kept: unchanged titles, whose records earlier runs fetched.
        unresolved: quarantined ids.
    """

    selection_id: str
    run_on: date
    state: str
    slices: int
    slices_committed: int
    titles: int
    records: int
    gone: int
    unresolved: tuple[int, ...]
    complete_to: date | None
    kept: int = 0


class ZoneStatus(msgspec.Struct, frozen=True):
    """The number and size of the objects of one zone."""

    zone: str
    objects: int
    bytes: int


class LakeStatus(msgspec.Struct, frozen=True):
    """The runs and zones of a lake."""

    runs: tuple[RunStatus, ...]
    zones: tuple[ZoneStatus, ...]


def read_status(store: Store) -> LakeStatus:
    """The summary of a lake. The counts of a run come from its manifests, so an unfinished run shows what is stored."""
    committed = list_manifests(store)
    return LakeStatus(tuple(_read_run(store, run, committed) for run in list_runs(store)), _read_zones(store))


def _read_run(store: Store, run: RunKey, committed: dict[SliceKey, int]) -> RunStatus:
    try:
        plan, report = read_plan(store, run), read_report(store, run)
        watermark = read_watermark(store, run.selection_id)
        keys = [p.slice.key(plan.run_on) for p in plan.slices] if plan else []
        manifests = [m for key in keys if key in committed and (m := read_manifest(store, key, committed[key]))]
    except DamagedError:
        return RunStatus(run.selection_id, run.run_on, "damaged", 0, 0, 0, 0, 0, (), None)
    state = "unfinished" if report is None else "complete" if report.is_complete else "incomplete"
    return RunStatus(
        selection_id=run.selection_id,
        run_on=run.run_on,
        state=state,
        slices=len(keys),
        slices_committed=len(manifests),
        titles=plan.total if plan else 0,
        records=sum(m.records for m in manifests),
        gone=sum(len(m.gone) for m in manifests),
        unresolved=tuple(q.id for m in manifests for q in m.quarantined),
        complete_to=watermark.complete_to if watermark else None,
        kept=sum(m.kept for m in manifests),
    )


def _read_zones(store: Store) -> tuple[ZoneStatus, ...]:
    sizes: dict[str, list[int]] = {}
    for entry in store.list_entries(""):
        sizes.setdefault(entry.key.partition("/")[0], []).append(entry.size)
    order = ["Raw", "Trusted", "Refined", "Dashboard", OWN]
    known = [zone for zone in order if zone in sizes]
    return tuple(ZoneStatus(zone, len(sizes[zone]), sum(sizes[zone])) for zone in known)
