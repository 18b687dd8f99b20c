"""The handlers in the real Lambda runtime: time-outs in a row, kills, and two events at once."""

import concurrent.futures
import json
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from tests.e2e.conftest import Served, open_service
from tests.support.aws.lambdas import Answer, Function, start_function
from tests.support.stores import read_all
from tests.support.tmdb.service import TODAY

from cinelake.extract.tracing.trace import read_traces
from cinelake.lake.batches import parse_batch
from cinelake.lake.keys import LEASE, RAW, RunKey
from cinelake.lake.stores.local_store import LocalStore
from cinelake.lake.stores.opening import open_store
from cinelake.sandbox import Sandbox
from cinelake.tmdb.transport import CONNECTIONS
from cinelake.verify.runs import verify_lake

REPLAY_TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJhdWQiOiJyZXBsYXkiLCJzdWIiOiJyZXBsYXkifQ.cmVwbGF5"
UNAWARE = "unaware.extract"
UNAWARE_SOURCE = """
import cinelake.aws.handlers as handlers

class Context:
    aws_request_id = "unaware"
    def get_remaining_time_in_millis(self):
        return 900_000

def extract(event, context):
    return handlers.extract(event, Context())
"""
"""A handler that ignores its time limit, so that the runtime kills it."""


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """The environment of a function, with a lake in a folder."""
    (tmp_path / "unaware.py").write_text(UNAWARE_SOURCE)
    return {"CINELAKE_LAKE": str(tmp_path / "lake"), "TMDB_TOKEN": Sandbox.TOKEN, "CINELAKE_RATE": "unlimited"}


@contextmanager
def _serving(*arguments: int, **options: object) -> Iterator[Served]:
    served = open_service(*arguments, **options)  # type: ignore[arg-type]
    try:
        yield served
    finally:
        served.running.stop()


def _invoke_until_done(function: Function, event: object, most: int = 40) -> list[Answer]:
    """Call again while the answer is to continue, or the runtime ended the process."""
    answers: list[Answer] = []
    while len(answers) < most:
        answers.append(function.invoke(event))
        document = answers[-1].document
        if isinstance(document, dict) and document.get("status") != "continue":
            return answers
    raise AssertionError(f"not done after {most} calls: {answers[-1]}")


def test_extraction_over_several_calls_is_complete_and_within_the_rate(
    emulator: Path,
    replay: Callable[..., str],
    moto_url: str,
    make_bucket: Callable[[str, str], None],
    tmp_path: Path,
) -> None:
    url = replay("--latency-ms", "58")
    make_bucket(moto_url, "continued")
    aws = {
        "AWS_ENDPOINT_URL": moto_url,
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    secrets = boto3.client(
        "secretsmanager", "us-east-1", endpoint_url=moto_url, aws_access_key_id="key", aws_secret_access_key="secret"
    )
    secret = secrets.create_secret(Name="token", SecretString=REPLAY_TOKEN + "\n")["ARN"]
    lake = {"CINELAKE_LAKE": "s3://continued/films", "CINELAKE_TOKEN_FROM": f"secretsmanager:{secret}"}
    event = {"genre_id": "80", "start_year": 1985}
    with start_function(
        emulator, "cinelake.aws.handlers.extract", tmp_path, aws | lake | {"TMDB_BASE_URL": url}, timeout_s=20
    ) as function:
        answers = _invoke_until_done(function, event)
        log = function.read_log()
    statuses = [answer.document["status"] for answer in answers]
    assert statuses == ["continue"] * (len(statuses) - 1) + ["complete"]
    assert len(statuses) >= 3
    truth = _ask(
        url,
        "/__truth?media=movie&with_genres=80&primary_release_date.gte=1985-01-01&primary_release_date.lte=1989-12-31",
    )
    store = open_store("s3://continued/films", aws)
    batches = read_all(store, RAW)
    day = answers[-1].document["run_date"].replace("-", "/")
    assert f"Raw/TMDB/JSON/Movies/{day}/genre-80-1985-1989-1.json" in batches
    assert sorted(i for data in batches.values() for i in parse_batch(data)) == truth["ids"]
    assert verify_lake(store).problems == ()
    stats = _ask(url, "/__stats")
    # Departures, because a busy machine can bunch arrivals; therefore the replay has no rate limit of its own.
    run = RunKey(answers[-1].document["run"], date.fromisoformat(answers[-1].document["run_date"]))
    traces = read_traces(store, run)
    assert [trace.ending for trace in traces] == ["stopped"] * (len(answers) - 1) + ["complete"]
    assert [trace.limit for trace in traces] == [40.0] * len(answers)
    assert all(bucket.peak <= 40 for trace in traces for bucket in trace.buckets)
    assert all(trace.buckets[0].at_s >= 1 for trace in traces)  # each leaves the second of the call before it alone
    sent = sum(bucket.sent for trace in traces for bucket in trace.buckets)
    assert sent <= stats["requests"] <= sent + CONNECTIONS * len(answers)  # a stop cancels requests that are under way
    assert stats["by_status"].keys() == {"200"}
    assert stats["requests_with_key_in_url"] == 0
    assert REPLAY_TOKEN not in log
    assert {"run_started", "run_planned", "slice_listed", "slice_committed", "run_finished"} <= {
        event["event"] for event in function.read_events()
    }
    assert LEASE not in read_all(store, LEASE)


@pytest.mark.slow
def test_extraction_that_is_killed_repeatedly_completes(
    emulator: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    with _serving(3000, rate=40) as served:
        environment["TMDB_BASE_URL"] = served.running.url
        reference = environment | {"CINELAKE_LAKE": str(tmp_path / "reference")}
        with start_function(emulator, "cinelake.aws.handlers.extract", tmp_path, reference) as function:
            assert function.invoke({"genre": ["Crime"]}).document["status"] == "complete"
        undisturbed = served.requests
        with start_function(emulator, UNAWARE, tmp_path, environment, timeout_s=3) as function:
            answers = _invoke_until_done(function, {"genre": ["Crime"]})
        killed = [answer for answer in answers if "timed out" in answer.text or "Timedout" in answer.text]
        assert len(killed) >= 2, [answer.text for answer in answers]
        assert answers[-1].document["status"] == "complete"
        assert served.requests - undisturbed <= undisturbed + 400 * len(killed)
    assert read_all(LocalStore(tmp_path / "lake"), RAW) == read_all(LocalStore(tmp_path / "reference"), RAW)
    assert verify_lake(LocalStore(tmp_path / "lake")).problems == ()


def test_same_event_in_two_calls_does_the_work_once(emulator: Path, environment: dict[str, str], tmp_path: Path) -> None:
    event: dict[str, object] = {"genre": [80, "Guerra"], "append": "none"}
    with (
        _serving(2000, rate=100) as served,
        start_function(
            emulator, "cinelake.aws.handlers.extract", tmp_path, environment | {"TMDB_BASE_URL": served.running.url}
        ) as one,
        start_function(
            emulator, "cinelake.aws.handlers.extract", tmp_path, environment | {"TMDB_BASE_URL": served.running.url}
        ) as two,
    ):
        with concurrent.futures.ThreadPoolExecutor() as pool:
            documents = [answer.document for answer in pool.map(lambda function: function.invoke(event), (one, two))]
        by_status = {document["status"]: document for document in documents}
        assert by_status.keys() == {"complete", "continue"}
        assert by_status["continue"]["wait_s"] == 120
        assert "using the rate limit of this lake" in by_status["continue"]["reason"]
        assert served.requests == by_status["complete"]["requests"]
        again = [function.invoke(event).document for function in (one, two)]
        assert [document["status"] for document in again] == ["complete"] * 2
        assert served.requests == by_status["complete"]["requests"] + 2  # each asks for the date
    ids = [i for data in read_all(LocalStore(tmp_path / "lake"), RAW).values() for i in parse_batch(data)]
    assert len(ids) == by_status["complete"]["records"]


def test_plan_of_a_refresh_counts_the_titles_to_refetch(
    emulator: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    event = {"genre": ["Crime", "Guerra"], "append": "none", "refresh": True}
    with _serving(2000) as served:
        environment |= {"TMDB_BASE_URL": served.running.url, "CINELAKE_MAX_AGE": "17"}
        with start_function(emulator, "cinelake.aws.handlers.extract", tmp_path, environment) as function:
            extraction = function.invoke(event).document
        urllib.request.urlopen(urllib.request.Request(f"{served.running.url}/__evolve", method="POST")).close()
        with start_function(emulator, "cinelake.aws.handlers.plan", tmp_path, environment) as function:
            planned = function.invoke(event).document
            again = function.invoke(event).document
        with start_function(emulator, "cinelake.aws.handlers.extract", tmp_path, environment) as function:
            refreshed = function.invoke(planned["event"]).document
    assert (planned["status"], planned["since"]) == ("planned", str(TODAY))
    assert planned["old"] >= 1
    assert abs(planned["requests"] - refreshed["requests"]) <= 3
    assert planned["requests"] < extraction["requests"]
    assert _read_max_age(tmp_path / "lake") == 17
    assert (again["status"], again["requests"]) == ("planned", planned["requests"])  # both leave the rest to the extraction


def _read_max_age(lake: Path) -> int:
    """The greatest age of records, in days, in the plan of the newest refresh."""
    (plan,) = lake.glob(f"_cinelake/runs/*/{TODAY + timedelta(days=1)}/plan.json")
    return int(json.loads(plan.read_bytes())["refresh"]["max_age_days"])


def test_invalid_event_is_refused(emulator: Path, environment: dict[str, str], tmp_path: Path) -> None:
    with start_function(emulator, "cinelake.aws.handlers.extract", tmp_path, environment) as function:
        invalid: list[object] = [{"genre_id": 80}, [], {"slice": "genre-81-2020-2024"}]
        answers = [function.invoke(event) for event in invalid]
        assert [answer.error for answer in answers] == ["UsageError"] * 3
        assert all('"start_year": 2020' in answer.document["errorMessage"] for answer in answers[:2])
        failed = [event for event in function.read_events() if event["event"] == "command_failed"]
    assert [event["error"] for event in failed] == ["UsageError"] * 3


def _ask(url: str, path: str) -> dict[str, Any]:
    with urllib.request.urlopen(url + path) as reply:
        return dict(json.load(reply))
