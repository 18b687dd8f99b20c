"""A run with faults of the API, in virtual time."""

from tests.support.runs import build_context, choose_extraction
from tests.support.tmdb.service import TODAY, build_client, build_sandbox
from tests.support.tmdb.virtual import VirtualClock, run_virtual

from cinelake.extract.run import extract
from cinelake.lake.stores.object_store import open_memory
from cinelake.log import Log
from cinelake.selection.limits import Limits
from cinelake.selection.selection import Selection
from cinelake.verify.runs import verify_lake


def test_run_with_faults_is_complete_and_verified() -> None:
    async def main() -> None:
        clock, store = VirtualClock(), open_memory()
        sandbox = build_sandbox(clock, faults="drift=1,burst502=1,reset=.002,truncate=.002,garbage=.001,gone=2")
        context = build_context(build_client(sandbox, clock), store, clock, Log(level="warning"))
        report = await extract(context, choose_extraction(context.store, Selection(), TODAY), Limits())
        assert report.is_complete
        assert report.gone == 2
        assert verify_lake(store).problems == ()

    run_virtual(main())
