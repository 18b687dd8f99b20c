"""The real client over HTTP, against a replay of recorded TMDB responses."""

import json
import urllib.request
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

from tests.support.stores import read_all

from cinelake.cli.run_command import run_extract
from cinelake.clock import SystemClock
from cinelake.concurrency import run_async
from cinelake.extract.lifecycle import Session, Terms
from cinelake.extract.planning.decision import ExtractRequest
from cinelake.extract.run_documents import RunReport
from cinelake.lake.batches import parse_batch
from cinelake.lake.keys import RAW
from cinelake.lake.stores.local_store import LocalStore
from cinelake.log import Log
from cinelake.media import Media
from cinelake.selection.selection import Selection
from cinelake.settings import Secret, Settings
from cinelake.verify.runs import verify_lake

_TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJhdWQiOiJyZXBsYXkiLCJzdWIiOiJyZXBsYXkifQ.cmVwbGF5"
WAR = Selection(Media.MOVIE, (10752,), append=())
SOME_WAR = replace(WAR, since=date(1990, 1, 1), until=date(1999, 12, 31))
_SOME = "/__truth?media=movie&with_genres=10752&primary_release_date.gte=1990-01-01&primary_release_date.lte=1999-12-31"


def _extract(url: str, lake: Path, selection: Selection = SOME_WAR) -> RunReport:
    settings = Settings(token=Secret(_TOKEN), base_url=url)
    session = Session(settings, Terms(rate=float("inf")), LocalStore(lake), SystemClock(), Log())
    return run_async(run_extract(session, ExtractRequest(selection)))


def _get(url: str, path: str) -> dict[str, list[int]]:
    with urllib.request.urlopen(url + path) as reply:
        return dict(json.load(reply))


def _ids(lake: Path) -> list[int]:
    return sorted(i for data in read_all(LocalStore(lake), RAW).values() for i in parse_batch(data))


def test_faults_do_not_lose_titles(replay: Callable[..., str], tmp_path: Path) -> None:
    url = replay("--faults", "drift=1,burst502=1,reset=.002,truncate=.002,garbage=.001,gone=12")
    report = _extract(url, tmp_path, WAR)
    truth = _get(url, "/__truth?media=movie&with_genres=10752")
    assert report.is_complete
    assert _ids(tmp_path) == truth["ids"]
    assert report.gone == len(truth["gone"])
    assert verify_lake(LocalStore(tmp_path)).problems == ()


def test_titles_that_always_fail_are_quarantined(replay: Callable[..., str], tmp_path: Path) -> None:
    url = replay("--faults", "poison=200")
    report = _extract(url, tmp_path)
    truth = _get(url, _SOME)
    assert truth["poison"]
    assert sorted(i for line in report.slices for i in line.quarantined) == truth["poison"]
    assert not report.is_complete
    assert _ids(tmp_path) == sorted(set(truth["ids"]) - set(truth["poison"]))


def test_compressed_responses_are_decoded(replay: Callable[..., str], tmp_path: Path) -> None:
    url = replay("--gzip")
    report = _extract(url, tmp_path)
    assert report.is_complete
    assert _ids(tmp_path) == _get(url, _SOME)["ids"]
