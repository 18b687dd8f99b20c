"""The metrics that a process reports, under the names that alarms and charts use. Pure.

Of a process: Requests, Refused, Failed, WorkSeconds. Of a finished run: RunComplete and RunIncomplete (1 or 0), Records,
Gone, Quarantined, Unproven. Of a verification: VerifyProblems. Of a selection, before each run: WatermarkAge, in days.
"""

from datetime import date

from cinelake.extract.run_documents import RunReport
from cinelake.log import Metrics
from cinelake.tmdb.executor import RequestCounts


def measure_process(tally: RequestCounts, seconds: float) -> Metrics:
    """The requests of one process."""
    return {
        "Requests": (tally.requests, "Count"),
        "Refused": (tally.refused, "Count"),
        "Failed": (tally.retried, "Count"),
        "WorkSeconds": (round(seconds, 1), "Seconds"),
    }


def measure_run(report: RunReport) -> Metrics:
    """The result of a finished run."""
    return {
        "RunComplete": (int(report.is_complete), "Count"),
        "RunIncomplete": (int(not report.is_complete), "Count"),
        "Records": (report.records, "Count"),
        "Gone": (report.gone, "Count"),
        "Quarantined": (report.quarantined, "Count"),
        "Unproven": (report.unproven, "Count"),
    }


def measure_watermark(complete_to: date, today: date) -> Metrics:
    """The days since a selection was last known to be complete."""
    return {"WatermarkAge": ((today - complete_to).days, "Count")}


def measure_verification(problems: int) -> Metrics:
    """The problems that a verification found."""
    return {"VerifyProblems": (problems, "Count")}
