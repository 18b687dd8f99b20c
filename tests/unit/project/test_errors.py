"""Errors, exit codes and the log."""

import copy
import inspect
import io
import json
import pickle
import re
from datetime import datetime

import pytest

from cinelake import errors
from cinelake.errors import CinelakeError, UsageError
from cinelake.exit_codes import Exit, classify_error
from cinelake.log import Event, Log

FAMILY = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, CinelakeError)]


def test_text_of_an_error_has_message_cause_and_hint() -> None:
    assert str(UsageError('invalid --rate "0"')) == 'invalid --rate "0"'
    assert str(UsageError("a", cause="b", hint="c", subject="d")) == "a (b); c"


@pytest.mark.parametrize("kind", FAMILY)
def test_errors_can_be_pickled_and_copied(kind: type[CinelakeError]) -> None:
    error = kind("a", cause="b", hint="c", subject="d")
    for other in (pickle.loads(pickle.dumps(error)), copy.copy(error)):  # noqa: S301 - our own bytes
        assert type(other) is kind
        assert other.parts == {"message": "a", "cause": "b", "hint": "c", "subject": "d"}


def test_exit_codes_match_the_documented_family() -> None:
    documented = dict(re.findall(r"(\w+Error)\s+(\d+)", errors.__doc__ or ""))
    assert len(documented) == len(FAMILY) - 1  # the root has none
    assert all(classify_error(getattr(errors, name)("a")) == int(code) for name, code in documented.items())
    assert {Exit.DONE, *(Exit(int(code)) for code in documented.values())} == set(Exit)


def test_json_log_has_one_object_on_each_line() -> None:
    stream = io.StringIO()
    log = Log(stream, log_format="json", level="info")
    Log(stream, log_format="json").info(Event.REQUEST_RETRIED, path="/3/x")  # below the level
    log.info(Event.SLICE_COMMITTED, slice="genre-80-undated", records=3)
    log.warning(Event.RECORD_QUARANTINED, id=1)
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [line["event"] for line in lines] == ["slice_committed", "record_quarantined"]
    assert (lines[0]["slice"], lines[0]["records"], lines[0]["level"]) == ("genre-80-undated", 3, "info")
    assert lines[0]["timestamp"].endswith("Z")


def test_plain_log_has_readable_lines() -> None:
    stream = io.StringIO()
    Log(stream, level="warning").error(Event.RATE_SLOWED, rate=23.5)
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ \[error +\] rate_slowed +rate=23\.5\n", stream.getvalue())


def test_metrics_have_the_lake_as_their_dimension() -> None:
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


def test_plain_log_has_no_metrics() -> None:
    stream = io.StringIO()
    Log(stream, level="info").measure({"Requests": (12, "Count")})
    assert stream.getvalue() == ""
