"""What is counted while a run goes on."""

from tests.support.runs import CRIME_AND_WAR, World
from tests.support.service import TODAY
from tests.support.virtual import run_virtual

from cinelake.extract.drops import Limits
from cinelake.extract.run import choose_run, extract


def test_the_counters_of_a_run_end_at_what_its_report_says() -> None:
    async def main() -> None:
        job = World().build_job()
        report = await extract(job, choose_run(job.store, CRIME_AND_WAR, TODAY), Limits())
        progress = job.progress
        assert (progress.titles_done, progress.titles_total) == (report.titles, report.titles)
        assert progress.slices_listed == progress.slices_committed == progress.slices_total == len(report.slices)
        assert progress.bytes_written == report.bytes
        assert progress.step == "done"

    run_virtual(main())
