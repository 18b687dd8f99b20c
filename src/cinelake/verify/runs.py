"""Verifies a lake, or one run: Raw objects, manifests, listings, plans, reports and watermarks agree with each other.

Invariant: every object that a manifest names is read and hashed, and nothing is written.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain

from cinelake.concurrency import map_concurrently
from cinelake.errors import DamagedError, DeadlineReachedError
from cinelake.extract.planning.plan import Plan
from cinelake.extract.run_documents import RunReport, list_runs, read_plan, read_report, read_watermark, sort_runs
from cinelake.lake.keys import MANIFESTS, RAW, RunKey, SliceKey, is_feed_slice, manifests_folder, parse_raw_key, raw_folder
from cinelake.lake.listings import has_listing
from cinelake.lake.manifests import list_manifests
from cinelake.lake.problems import Problem
from cinelake.lake.store import Store
from cinelake.verify.results import Verification
from cinelake.verify.slice_checks import Findings, check_kept, check_slice
from cinelake.verify.slice_reads import read_slices

_SLICES_NAMED = 10


def verify_lake(store: Store, run: RunKey | None = None, *, is_late: Callable[[], bool] = lambda: False) -> Verification:
    """Compare manifests with their objects and listings, plans with the manifests, and Raw with both.

    With `run`, check only that run and its slices. `is_late` is called before each slice.

    Raises:
        DamagedError: the plan of `run` cannot be read.
        DeadlineReachedError: `is_late` returned true; there is no partial result.
    """
    only = None if run is None else _list_slices(store, run)
    findings = _verify(store, only, is_late)
    findings.problems += _check_runs(store, findings, run)
    findings.problems += _check_watermarks(store) if run is None else ()
    return _summarise(findings)


def verify_slices(store: Store, only: set[SliceKey]) -> Verification:
    """Compare the manifests of some slices with their objects and listings."""
    return _summarise(_verify(store, only, lambda: False))


def _verify(store: Store, only: set[SliceKey] | None, is_late: Callable[[], bool]) -> Findings:
    """Check slices (None: all) and the objects in Raw."""
    findings = Findings()
    prefix = MANIFESTS if not only else manifests_folder(next(iter(only)).kind, next(iter(only)).run_on)
    damaged: list[DamagedError] = []
    stored = list_manifests(store, prefix, on_damage=damaged.append)
    findings.problems += map(_describe_damage, damaged)
    committed = {key: revision for key, revision in stored.items() if only is None or key in only}
    named = _check_slices(store, committed, findings, is_late)
    findings.problems += check_kept(findings) if only is None else ()
    findings.problems += _list_open(findings)
    findings.problems += _check_unnamed(store, committed, named, only)
    return findings


def _summarise(findings: Findings) -> Verification:
    return Verification(
        runs=findings.runs,
        slices=findings.slices,
        batches=findings.batches,
        records=findings.records,
        distinct_ids=sum(len(ids) for ids in findings.ids.values()),
        bytes=findings.bytes,
        gone=findings.gone,
        problems=tuple(findings.problems),
    )


def _check_slices(
    store: Store, committed: dict[SliceKey, int], findings: Findings, is_late: Callable[[], bool]
) -> set[str]:
    """Check each slice, and return the keys of all batches that the manifests name."""
    named: set[str] = set()
    for found in read_slices(store, committed, sorted(committed)):
        if is_late():
            raise DeadlineReachedError(
                f"the deadline came after {findings.slices} of {len(committed)} slices were verified",
                hint="run `cinelake verify` on a machine without a time limit, or verify one run at a time",
            )
        key, manifest = found.key, found.manifest
        if isinstance(manifest, DamagedError):
            findings.problems.append(_describe_damage(manifest))
        elif manifest is not None:
            findings.stored[key] = manifest.records, manifest.is_complete
            findings.problems += check_slice(found, manifest, findings)
            named.update(batch.key for batch in manifest.batches)
    return named


def _describe_damage(error: DamagedError) -> Problem:
    return Problem("damaged manifest", error.subject, str(error))


def _list_slices(store: Store, run: RunKey) -> set[SliceKey]:
    """The slices in a run's plan; empty if there is no plan."""
    plan = read_plan(store, run)
    return {planned.slice.key(plan.run_on) for planned in plan.slices} if plan else set()


def _list_open(findings: Findings) -> Iterator[Problem]:
    """What slices lack, unless the newest run of the slice is complete.

    What a feed-only refresh could not fetch is fetched by the next one, or by the next refresh.
    """
    complete = {name for name, (_, key, _) in findings.newest.items() if findings.stored[key][1]}
    unresolved = (each for each in findings.unresolved if not is_feed_slice(each[0].name))
    return (problem for key, problem in unresolved if (key.kind, key.name) not in complete)


def _check_runs(store: Store, findings: Findings, only: RunKey | None) -> Iterator[Problem]:
    """Check that each run has its slices. An unfinished run is reported only if it is its selection's newest."""
    runs = list_runs(store) if only is None else [only]
    newest = {run.selection_id: run for run in sort_runs(store, runs)}
    for run, documents in zip(runs, map_concurrently(partial(_read_run, store), runs), strict=True):
        if isinstance(documents, DamagedError):
            yield Problem("damaged run", documents.subject, str(documents))
            continue
        plan, report = documents
        if plan is None or (report is None and newest[run.selection_id] != run):
            continue
        findings.runs += 1
        missing = [p.slice.name for p in plan.slices if p.slice.key(plan.run_on) not in findings.stored]
        if report is None:
            detail = f"{len(plan.slices) - len(missing)} of {len(plan.slices)} slices are committed"
            yield Problem("unfinished run", run.plan(), detail)
        elif missing:
            detail = f"{len(missing)} of {len(plan.slices)}: {', '.join(missing[:_SLICES_NAMED])}"
            yield Problem("missing slice", run.plan(), detail)
        else:
            yield from _check_report(run, report, [findings.stored[p.slice.key(plan.run_on)] for p in plan.slices])


def _read_run(store: Store, run: RunKey) -> tuple[Plan | None, RunReport | None] | DamagedError:
    try:
        return read_plan(store, run), read_report(store, run)
    except DamagedError as error:
        return error


def _check_report(run: RunKey, report: RunReport, stored: list[tuple[int, bool]]) -> Iterator[Problem]:
    """Compare a report with its manifests; `stored` has the number of records and the completeness of each slice."""
    records = sum(count for count, _ in stored)
    is_complete = all(complete for _, complete in stored) and not report.reason_incomplete
    if (report.records, report.is_complete) != (records, is_complete):
        stated = _describe_totals(report.records, is_complete=report.is_complete)
        found = _describe_totals(records, is_complete=is_complete)
        yield Problem("report mismatch", run.report(), f"the report states {stated}; its slices have {found}")
    if report.reason_incomplete:
        yield Problem("incomplete run", run.report(), report.reason_incomplete)


def _describe_totals(records: int, *, is_complete: bool) -> str:
    return f"{records} records, {'complete' if is_complete else 'incomplete'}"


def _check_watermarks(store: Store) -> Iterator[Problem]:
    for selection_id in sorted({run.selection_id for run in list_runs(store)}):
        try:
            read_watermark(store, selection_id)
        except DamagedError as error:
            yield Problem("damaged watermark", error.subject, str(error))


def _check_unnamed(
    store: Store, committed: Iterable[SliceKey], named: set[str], only: set[SliceKey] | None
) -> Iterator[Problem]:
    """Report objects in Raw that no manifest names; with `only`, those of these slices.

    The batches of a slice that has a listing but no manifest are expected: a run is still fetching it.
    """
    have = set(committed)
    in_progress: dict[SliceKey, bool] = {}
    unproven: list[str] = []
    folders = {RAW} if only is None else {raw_folder(key.kind, key.run_on) for key in only}
    for entry in chain.from_iterable(store.list_entries(f"{folder}/") for folder in sorted(folders)):
        if entry.key in named:
            continue
        parsed = parse_raw_key(entry.key)
        if only is not None and (parsed is None or parsed[0] not in only):
            continue
        if parsed and parsed[0] not in have:
            key = parsed[0]
            if key not in in_progress:
                in_progress[key] = _is_listed(store, key)
            if not in_progress[key]:
                unproven.append(entry.key)
            continue
        yield Problem("unknown object", entry.key, "no manifest names it: another program wrote it, or it is left over")
    if unproven:
        detail = f"{len(unproven):,} objects are named like batches, but nothing proves that they are complete"
        yield Problem("missing manifest", unproven[0], detail)


def _is_listed(store: Store, key: SliceKey) -> bool:
    """Whether a slice has a listing; one that is damaged counts, since `check_slice` or the run reports it."""
    try:
        return has_listing(store, key)
    except DamagedError:
        return True
