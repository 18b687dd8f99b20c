"""Collects the values of the page about one run from its plan, listings, manifests and traces.

Reads only, and at any time: an unfinished run is summarised as far as it is.
"""

from datetime import datetime

from cinelake.concurrency import map_concurrently
from cinelake.errors import UsageError
from cinelake.extract.planning.plan import Plan, PlannedSlice
from cinelake.extract.run_documents import list_runs, read_plan, read_report, sort_runs
from cinelake.extract.tracing.trace import percentile_ms, read_traces
from cinelake.lake.keys import RunKey, manifests_folder
from cinelake.lake.listings import Listing, list_listed, read_listing
from cinelake.lake.manifests import Manifest, list_manifests, read_manifest
from cinelake.lake.store import Store
from cinelake.media import Media
from cinelake.run_report.trace_figures import (
    build_cost,
    build_timeline,
    calculate_limit_used,
    count_latencies,
    summarise_process,
)
from cinelake.run_report.values import QuarantinedTitle, RunSummary, SliceSummary
from cinelake.selection.genres import genre_name
from cinelake.selection.selection import Selection

_RUNS_NAMED = 5


def find_run(store: Store, text: str | None) -> RunKey:
    """Find the newest run whose date and selection contain each word of `text`; without text, the newest run.

    Raises:
        UsageError: no run matches.
    """
    runs = sort_runs(store, list_runs(store))
    matching = [run for run in runs if all(word in f"{run.run_on} {run.selection_id}" for word in (text or "").split())]
    if matching:
        return matching[-1]
    if not runs:
        hint = "check --lake, or run `cinelake extract` first"
        raise UsageError(f'no run in lake "{store!r}"', hint=hint, subject=repr(store))
    newest = ", ".join(f'"{run.run_on} {run.selection_id}"' for run in runs[-_RUNS_NAMED:])
    hint = f"the newest runs are {newest}; run `cinelake status` to list all"
    raise UsageError(f'no run matches "{text or ""}"', hint=hint, subject=repr(store))


def collect_summary(store: Store, run: RunKey, created_at: datetime) -> RunSummary:
    """Collect the values of a run's page.

    Raises:
        DamagedError: a document of the run cannot be read.
        UsageError: the run has no plan.
    """
    plan, report = read_plan(store, run), read_report(store, run)
    if plan is None:
        hint = "run `cinelake status` to list all runs"
        raise UsageError(f'run "{run.run_on} {run.selection_id}" has no plan', hint=hint, subject=run.plan())
    manifests, listings = _read_manifests(store, run, plan), _read_listings(store, plan)
    traces = read_traces(store, run)
    latencies = count_latencies(traces)
    processes = tuple(map(summarise_process, traces))
    state = "unfinished" if report is None else "complete" if report.is_complete else "incomplete"
    files = sum(len(manifest.batches) for manifest in manifests.values())
    return RunSummary(
        title=describe_selection(plan.selection),
        selection_id=run.selection_id,
        run_on=run.run_on,
        state=state,
        planned_at=plan.planned_at,
        finished_at=report.finished_at if report else None,
        created_at=created_at,
        rate_limit=traces[-1].limit if traces else None,
        requests=sum(each.requests for each in processes),
        refused=sum(each.refused for each in processes),
        failed=sum(each.failed for each in processes),
        seconds=sum(trace.seconds for trace in traces),
        limit_used=calculate_limit_used(traces),
        busiest_second=max((bucket.peak for trace in traces for bucket in trace.buckets), default=0),
        p50=percentile_ms(latencies, 0.5),
        p95=percentile_ms(latencies, 0.95),
        p99=percentile_ms(latencies, 0.99),
        slices=tuple(_summarise_slice(planned, manifests, listings) for planned in plan.slices),
        quarantined=tuple(_list_quarantined(manifests)),
        processes=processes,
        timeline=build_timeline(traces),
        cost=build_cost(traces, puts=files + len(listings) + len(manifests) + len(traces) + 2),
    )


def describe_selection(selection: Selection) -> str:
    """A selection in words, for example "Crime and War films, 1990-01-01 to 2024-12-31"."""
    kind = "films" if selection.media is Media.MOVIE else "series"
    names = [genre_name(selection.media, genre_id) for genre_id in selection.genre_ids]
    genres = " and ".join(filter(None, (", ".join(names[:-1]), names[-1]))) if names else "All"
    return f"{genres} {kind}, {_describe_dates(selection)}"


def _describe_dates(selection: Selection) -> str:
    if selection.undated_only:
        return "without a date"
    if selection.since and selection.until:
        return f"{selection.since} to {selection.until}"
    if selection.since:
        return f"from {selection.since}"
    return f"up to {selection.until}" if selection.until else "all dates"


def _summarise_slice(planned: PlannedSlice, manifests: dict[str, Manifest], listings: dict[str, Listing]) -> SliceSummary:
    piece = planned.slice
    manifest, listing = manifests.get(piece.name), listings.get(piece.name)
    if manifest is not None:
        state = "complete" if manifest.is_complete else "incomplete"
    else:
        state = "listed" if listing is not None else "waiting"
    listed = manifest.listed - len(manifest.tombstones) if manifest else len(listing.ids) if listing else 0
    return SliceSummary(
        name=piece.name,
        genre="all titles" if piece.genre_id is None else genre_name(piece.media, piece.genre_id),
        window=piece.window_name,
        state=state,
        expected=planned.total,
        listed=listed,
        fetched=manifest.records if manifest else 0,
        gone=len(manifest.gone) if manifest else 0,
        quarantined=len(manifest.quarantined) if manifest else 0,
        unproven=manifest.unproven if manifest else listing.missing if listing else 0,
        files=len(manifest.batches) if manifest else 0,
        bytes=sum(batch.bytes for batch in manifest.batches) if manifest else 0,
        kept=manifest.kept if manifest else 0,
    )


def _list_quarantined(manifests: dict[str, Manifest]) -> list[QuarantinedTitle]:
    return [
        QuarantinedTitle(each.id, name, each.reason)
        for name, manifest in sorted(manifests.items())
        for each in manifest.quarantined
    ]


def _read_manifests(store: Store, run: RunKey, plan: Plan) -> dict[str, Manifest]:
    kind = plan.slices[0].slice.key(run.run_on).kind if plan.slices else ""
    committed = list_manifests(store, manifests_folder(kind, run.run_on)) if kind else {}
    keys = [key for planned in plan.slices if (key := planned.slice.key(run.run_on)) in committed]
    manifests = map_concurrently(lambda key: read_manifest(store, key, committed[key]), keys)
    return {key.name: manifest for key, manifest in zip(keys, manifests, strict=True) if manifest is not None}


def _read_listings(store: Store, plan: Plan) -> dict[str, Listing]:
    keys = [planned.slice.key(plan.run_on) for planned in plan.slices]
    stored = list_listed(store, keys[0].kind, plan.run_on) if keys else set()
    listed = [key for key in keys if key in stored]
    listings = map_concurrently(lambda key: read_listing(store, key, plan.selection.request), listed)
    return {key.name: listing for key, listing in zip(listed, listings, strict=True) if listing is not None}
