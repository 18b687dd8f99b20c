"""Owns what the picture of a run is made of: plan, listings, manifests and traces of a lake, brought together as values.

Reads only, and at any time: of a run that is not finished it gathers what there is.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from cinelake.errors import UsageError
from cinelake.extract.planning.aws_prices import EXTRACT_GB, LAMBDA_ARM_GB_S, S3_PUT
from cinelake.extract.planning.plan import Plan, PlannedSlice
from cinelake.extract.run_documents import list_runs, read_plan, read_report
from cinelake.extract.tracing.trace import Bucket, Trace, percentile_ms, read_traces
from cinelake.lake.keys import RunKey, listings_folder, manifests_folder
from cinelake.lake.listings import Listing, read_listing
from cinelake.lake.manifests import Manifest, list_manifests, read_manifest
from cinelake.lake.store import Store
from cinelake.media import Media
from cinelake.run_report.values import Cost, Lost, Picture, ProcessPicture, Series, SlicePicture
from cinelake.selection.genres import genre_name
from cinelake.selection.selection import Selection


def find_run(store: Store, text: str | None) -> RunKey:
    """The run that a text names by parts of its date and selection; the newest if several fit or no text is given.

    Raises:
        UsageError: none fits; names those that there are.
    """
    runs = list_runs(store)
    fitting = [run for run in runs if all(word in f"{run.run_on} {run.selection_id}" for word in (text or "").split())]
    if fitting:
        return fitting[-1]
    if not runs:
        raise UsageError(f"lake {store!r}", "there is no run in it", "a lake that extract has filled", "check --lake")
    there = ", ".join(f"'{run.run_on} {run.selection_id}'" for run in runs[-5:])
    raise UsageError(
        f"run '{text or ''}'",
        f"there is none in {store!r}",
        f"one of the lake's runs, the last being {there}",
        "see cinelake status",
    )


def gather_picture(store: Store, run: RunKey, drawn_at: datetime) -> Picture:
    """The picture of a run.

    Raises:
        DamagedError: something of it cannot be read.
        UsageError: it has no plan.
    """
    plan, report = read_plan(store, run), read_report(store, run)
    if plan is None:
        raise UsageError(
            f"run '{run.run_on} {run.selection_id}'", "it has no plan", "a run that has begun", "see cinelake status"
        )
    manifests, listings = _read_manifests(store, run, plan), _read_listings(store, plan)
    slices = tuple(_draw_slice(planned, manifests, listings) for planned in plan.slices)
    traces = read_traces(store, run)
    latencies: Counter[int] = Counter()
    for trace in traces:
        for bucket in trace.buckets:
            latencies.update(bucket.latencies)
    processes = tuple(_draw_process(trace) for trace in traces)
    seconds = sum(trace.seconds for trace in traces)
    state = "unfinished" if report is None else "complete" if report.is_complete else "short"
    files = sum(len(manifest.batches) for manifest in manifests.values())
    return Picture(
        title=describe_selection(plan.selection),
        selection_id=run.selection_id,
        run_on=run.run_on,
        state=state,
        planned_at=plan.planned_at,
        finished_at=report.finished_at if report else None,
        drawn_at=drawn_at,
        limit=traces[-1].limit if traces else None,
        requests=sum(each.requests for each in processes),
        refused=sum(each.refused for each in processes),
        failed=sum(each.failed for each in processes),
        seconds=seconds,
        used=_share_used(traces),
        busiest=max((bucket.peak for trace in traces for bucket in trace.buckets), default=0),
        p50=percentile_ms(latencies, 0.5),
        p95=percentile_ms(latencies, 0.95),
        p99=percentile_ms(latencies, 0.99),
        slices=slices,
        lost=tuple(Lost(q.id, name, q.reason) for name, m in sorted(manifests.items()) for q in m.quarantined),
        processes=processes,
        series=build_series(traces),
        cost=build_cost(traces, puts=files + len(listings) + len(manifests) + len(traces) + 2),
    )


def describe_selection(selection: Selection) -> str:
    """A selection in words, such as "Crime and War films, 1990-01-01 to 2024-12-31"."""
    kind = "films" if selection.media is Media.MOVIE else "series"
    names = [genre_name(selection.media, genre_id) for genre_id in selection.genre_ids]
    genres = " and ".join(filter(None, (", ".join(names[:-1]), names[-1]))) if names else "All"
    if selection.undated_only:
        dates = "without a date"
    elif selection.wants_undated:
        dates = "all dates"
    else:
        dates = f"{selection.since or 'the first'} to {selection.until or 'the last'}"
    return f"{genres} {kind}, {dates}"


def build_series(traces: Sequence[Trace]) -> Series:
    """The traces as lists over time, with a gap behind each process. Pure."""
    series = Series([], [], [], [], [], [], [], [])
    for trace in traces:
        began = trace.started_at.timestamp()
        for bucket in _fill(trace):
            _append_point(series, began + bucket.at_s + trace.bucket_s / 2, bucket, trace.bucket_s)
        _append_point(series, max(began + trace.seconds, *series.at[-1:], began), None, trace.bucket_s)
    return series


def build_cost(traces: Sequence[Trace], puts: int) -> Cost:
    """What the processes cost on AWS; where none ran there, what they would have cost on the usual function. Pure.

    `puts` are the objects that the run left; those that were written and removed again are not known any more.
    """
    on_lambda = [trace for trace in traces if trace.memory_mb]
    gb_seconds = (
        sum(t.seconds * (t.memory_mb or 0) / 1024 for t in on_lambda) or sum(t.seconds for t in traces) * EXTRACT_GB
    )
    lambda_dollars, puts_dollars = gb_seconds * LAMBDA_ARM_GB_S.dollars, puts * S3_PUT.dollars
    return Cost(bool(on_lambda), gb_seconds, lambda_dollars, puts, puts_dollars, lambda_dollars + puts_dollars)


def _fill(trace: Trace) -> list[Bucket]:
    """The buckets of a trace with those in which nothing was sent."""
    known = {bucket.at_s: bucket for bucket in trace.buckets}
    last = max(known, default=-trace.bucket_s)
    return [known.get(at_s) or Bucket(at_s) for at_s in range(0, last + 1, trace.bucket_s)]


def _append_point(series: Series, at: float, bucket: Bucket | None, width: int) -> None:
    series.at.append(round(at, 1))
    series.sent.append(None if bucket is None else bucket.sent / width)
    series.peak.append(None if bucket is None else bucket.peak)
    series.refused.append(None if bucket is None else bucket.refused / width)
    series.failed.append(None if bucket is None else bucket.failed / width)
    for values, share in ((series.p50, 0.5), (series.p95, 0.95), (series.p99, 0.99)):
        values.append(None if bucket is None else percentile_ms(bucket.latencies, share))


def _share_used(traces: Sequence[Trace]) -> float | None:
    """Requests that were sent and not refused, as a share of those that were permitted from the first to the last."""
    permitted = good = 0.0
    for trace in traces:
        if trace.limit is None or not trace.buckets:
            continue
        first, last = trace.buckets[0], trace.buckets[-1]
        permitted += trace.limit * min(last.at_s + trace.bucket_s - first.at_s, trace.seconds - first.at_s)
        good += sum(bucket.sent - bucket.refused for bucket in trace.buckets)
    return good / permitted if permitted else None


def _draw_process(trace: Trace) -> ProcessPicture:
    return ProcessPicture(
        trace.started_at,
        trace.seconds,
        trace.memory_mb,
        sum(bucket.sent for bucket in trace.buckets),
        sum(bucket.refused for bucket in trace.buckets),
        sum(bucket.failed for bucket in trace.buckets),
        trace.ending,
    )


def _draw_slice(planned: PlannedSlice, manifests: dict[str, Manifest], listings: dict[str, Listing]) -> SlicePicture:
    piece = planned.slice
    manifest, listing = manifests.get(piece.name), listings.get(piece.name)
    if manifest is not None:
        state = "complete" if manifest.is_complete else "short"
    else:
        state = "listed" if listing is not None else "waiting"
    listed = manifest.listed - len(manifest.tombstones) if manifest else len(listing.ids) if listing else 0
    return SlicePicture(
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


def _read_manifests(store: Store, run: RunKey, plan: Plan) -> dict[str, Manifest]:
    kind = plan.slices[0].slice.key(run.run_on).kind if plan.slices else ""
    committed = list_manifests(store, manifests_folder(kind, run.run_on)) if kind else {}
    keys = [planned.slice.key(run.run_on) for planned in plan.slices]
    read = {key.name: read_manifest(store, key, committed[key]) for key in keys if key in committed}
    return {name: manifest for name, manifest in read.items() if manifest is not None}


def _read_listings(store: Store, plan: Plan) -> dict[str, Listing]:
    keys = [planned.slice.key(plan.run_on) for planned in plan.slices]
    kinds = {key.kind for key in keys}
    stored = {e.key for kind in kinds for e in store.list_entries(listings_folder(kind, plan.run_on) + "/")}
    read = {key.name: read_listing(store, key, plan.selection.request) for key in keys if key.listing() in stored}
    return {name: listing for name, listing in read.items() if listing is not None}
