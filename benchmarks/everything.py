"""All titles: the requests of an extraction, of daily refreshes and of a feed-only refresh in between."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from tests.support.refine.present import merge_slices, read_present

from benchmarks.harness import COMMAND, Api, Line, Outcome, run, start_sandbox, temporary_lake
from cinelake.clock import SystemClock
from cinelake.lake.stores.local_store import LocalStore
from cinelake.media import Media
from cinelake.selection.selection import Selection

_FILMS = 200_000
_DAYS = 4
_START = SystemClock().now().date() - timedelta(days=_DAYS + 5)
_EVERYTHING = Selection(Media.MOVIE, append=())
_TARGET = 0.02
_FEW = 10


def measure_everything(films: int = _FILMS) -> Iterator[Line]:
    """All films of the sandbox: an extraction, refreshes one day apart, and a feed-only refresh. Takes some minutes."""
    with start_sandbox(films, today=_START) as api, temporary_lake() as lake:
        planned = int(_send(api, lake, "plan", "--rate", "40").report["requests"])
        asked = api.count_requests()
        yield Line("requests of a plan", f"at most {_FEW}", "-", f"{asked}", asked <= _FEW)
        _send(api, lake, "extract")
        extraction = api.count_requests()
        is_met = abs(planned - extraction) <= 0.01 * extraction
        yield Line("requests of the extraction", "as planned, ± 1 %", f"plan: {planned:,}", f"{extraction:,}", is_met)
        yield from _measure_days(api, lake, extraction)
        yield _measure_feed(api, lake)
        _send(api, lake, "refresh")
        stored = set(merge_slices(read_present(LocalStore(lake), _EVERYTHING)))
        differing = len(stored ^ set(api.ask("/__truth?media=movie")["ids"]))
        yield Line("ids that differ in the end", "0", f"{len(stored):,} films", f"{differing}", differing == 0)


def _measure_days(api: Api, lake: Path, extraction: int) -> Iterator[Line]:
    for day in range(1, _DAYS + 1):
        api.ask("/__evolve?days=1", "POST")
        _send(api, lake, "refresh")
        requests = api.count_requests()
        # No reading precedes the first refresh, so the days of the feed that overlap count fully.
        target, is_met = ("-", True) if day == 1 else (f"at most {_TARGET:.0%}", requests <= _TARGET * extraction)
        ours = f"{requests:,}, {requests / extraction:.2%}"
        yield Line(f"requests of refresh {day}, a day later", target, f"extraction: {extraction:,}", ours, is_met)


def _measure_feed(api: Api, lake: Path) -> Line:
    api.ask("/__evolve?days=1", "POST")
    outcome = _send(api, lake, "refresh", "--feed-only")
    requests, titles = api.count_requests(), int(outcome.report["titles"])
    kinds = api.ask("/__stats")["by_kind"]
    pages = int(kinds.get("changes", 0))
    extra = requests - titles - pages
    anchor = f"{titles:,} titles, {pages} pages"
    return Line("requests of a feed-only refresh", f"at most {_FEW} more", anchor, f"{extra} more", extra <= _FEW)


def _send(api: Api, lake: Path, name: str, *words: str) -> Outcome:
    """Run a command whose requests are counted from now on."""
    api.reset()
    rate = () if "--rate" in words else ("--rate", "unlimited")
    outcome = run([COMMAND, name, "--lake", str(lake), "--append", "none", "--json", *rate, *words], api)
    if outcome.code:
        raise SystemExit(f"benchmarks: {name} ended with {outcome.code}: {outcome.stderr}")
    return outcome
