"""The family of errors: one form, one exit code for each thing that the caller can do."""

import copy
import inspect
import io
import json
import pickle
import re
from datetime import datetime

import pytest

from cinelake import errors
from cinelake.errors import CinelakeError, LeaseHeldError, UsageError
from cinelake.exit_codes import Exit, classify_error
from cinelake.log import Event, Log

FAMILY = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, CinelakeError)]


def test_a_message_says_what_happened_what_was_expected_and_what_to_do() -> None:
    error = UsageError("--rate", "'0' is no pace", "above 0", "leave it out")
    assert str(error) == "--rate: '0' is no pace; expected above 0; leave it out"
    assert str(LeaseHeldError("lease", "held")) == "lease: held"


@pytest.mark.parametrize("kind", FAMILY)
def test_an_error_survives_being_sent_to_another_process(kind: type[CinelakeError]) -> None:
    error = kind("a", "b", "c", "d")
    for other in (pickle.loads(pickle.dumps(error)), copy.copy(error)):  # noqa: S301 - our own bytes
        assert type(other) is kind
        assert (other.subject, other.message, other.hint, other.hint) == ("a", "b", "c", "d")


def test_each_error_has_the_exit_code_that_the_drawing_shows() -> None:
    drawn = dict(re.findall(r"(\w+Error)\s+(\d+)", errors.__doc__ or ""))
    assert len(drawn) == len(FAMILY) - 1  # the root has none
    assert all(classify_error(getattr(errors, name)("a", "b")) == int(code) for name, code in drawn.items())
    assert {Exit.DONE, *(Exit(int(code)) for code in drawn.values())} == set(Exit)


def test_an_event_is_one_line_of_json_when_a_machine_reads() -> None:
    stream = io.StringIO()
    log = Log(stream, log_format="json", level="info")
    Log(stream, log_format="json").info(Event.REQUEST_RETRIED, path="/3/x")  # below the level that is shown
    log.info(Event.SLICE_COMMITTED, slice="genre-80-undated", records=3)
    log.warning(Event.RECORD_QUARANTINED, id=1)
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [line["event"] for line in lines] == ["slice_committed", "record_quarantined"]
    assert (lines[0]["slice"], lines[0]["records"], lines[0]["level"]) == ("genre-80-undated", 3, "info")
    assert lines[0]["timestamp"].endswith("Z")


def test_people_read_events_as_plain_lines() -> None:
    stream = io.StringIO()
    Log(stream, level="warning").warning(Event.RATE_SLOWED, rate=23.5)
    assert "rate_slowed" in stream.getvalue()
    assert "rate=23.5" in stream.getvalue()
    assert "\x1b" not in stream.getvalue()


def test_metrics_are_lines_that_aws_reads_with_the_lake_as_their_dimension() -> None:
    stream = io.StringIO()
    log = Log(stream, log_format="json", level="info").bind(lake="s3://films", run="movie-80-x")
    log.measure({"Requests": (12, "Count"), "WorkSeconds": (3.5, "Seconds")})
    (line,) = (json.loads(text) for text in stream.getvalue().splitlines())
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == "cinelake"
    assert directive["Dimensions"] == [["Lake"]]
    assert directive["Metrics"] == [{"Name": "Requests", "Unit": "Count"}, {"Name": "WorkSeconds", "Unit": "Seconds"}]
    assert (line["Lake"], line["Requests"], line["WorkSeconds"], line["run"]) == ("s3://films", 12, 3.5, "movie-80-x")
    assert line["_aws"]["Timestamp"] == int(datetime.fromisoformat(line["timestamp"]).timestamp() * 1000)


def test_people_are_not_shown_metrics() -> None:
    stream = io.StringIO()
    Log(stream, level="info").measure({"Requests": (12, "Count")})
    assert stream.getvalue() == ""
