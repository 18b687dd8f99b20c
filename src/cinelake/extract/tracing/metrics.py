"""Owns the figures that a process reports of its work: names and values, by which alarms and charts know them. Pure.

Of a process: Requests, Refused, Failed, WorkSeconds. Of a run that ended: RunComplete and RunShort (1 or 0), Records, Gone,
Quarantined, Unproven. Of a verification: VerifyProblems. Of a selection, before each run: WatermarkAge, in days.
"""

from datetime import date

from cinelake.extract.run_documents import RunReport
from cinelake.log import Metrics
from cinelake.tmdb.executor import RequestCounts


def measure_process(tally: RequestCounts, seconds: float) -> Metrics:
    """What one process asked of the service."""
    return {
        "Requests": (tally.requests, "Count"),
        "Refused": (tally.refused, "Count"),
        "Failed": (tally.retried, "Count"),
        "WorkSeconds": (round(seconds, 1), "Seconds"),
    }


def measure_run(report: RunReport) -> Metrics:
    """What a run came to."""
    return {
        "RunComplete": (int(report.is_complete), "Count"),
        "RunShort": (int(not report.is_complete), "Count"),
        "Records": (report.records, "Count"),
        "Gone": (report.gone, "Count"),
        "Quarantined": (report.quarantined, "Count"),
        "Unproven": (report.unproven, "Count"),
    }


def measure_watermark(complete_to: date, today: date) -> Metrics:
    """How many days ago a selection was last known complete."""
    return {"WatermarkAge": ((today - complete_to).days, "Count")}


def measure_verification(problems: int) -> Metrics:
    """What was found wrong in a lake."""
    return {"VerifyProblems": (problems, "Count")}
