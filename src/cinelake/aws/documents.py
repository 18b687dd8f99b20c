"""The documents that the functions extract and verify return. Pure."""

from collections.abc import Sequence
from typing import Any

from cinelake.extract.run_documents import RunReport
from cinelake.lake.problems import Problem
from cinelake.verify.results import Verification

Document = dict[str, Any]
_PROBLEMS_NAMED = 10
_PROBLEM_LENGTH = 300


def describe_run(report: RunReport, *, is_mine: bool) -> Document:
    """The figures of a report; requests count only if this invocation sent them."""
    return {
        "status": "complete" if report.is_complete else "incomplete",
        "wait_s": 0,
        "titles": report.titles,
        "records": report.records,
        "kept": report.kept,
        "gone": report.gone,
        "tombstones": report.tombstones,
        "quarantined": report.quarantined,
        "unproven": report.unproven,
        "batches": report.batches,
        "requests": report.requests if is_mine else 0,
        "refused": report.refused if is_mine else 0,
        "retried": report.retried if is_mine else 0,
    }


def describe_verification(result: Verification, problems: Sequence[Problem]) -> Document:
    """The counts of a verification, and its first problems."""
    shown = [f"{p.kind}: {p.where}: {p.detail}"[:_PROBLEM_LENGTH] for p in problems[:_PROBLEMS_NAMED]]
    return {
        "status": "incomplete" if problems else "verified",
        "problem_count": len(problems),
        "problems": shown,
        "slices": result.slices,
        "batches": result.batches,
        "records": result.records,
        "gone": result.gone,
    }
