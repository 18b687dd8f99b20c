"""The reference pages list exactly what the code defines."""

import re

from tests.docs.pages import ROOT, read_table

from cinelake import settings
from cinelake.aws import events
from cinelake.exit_codes import Exit
from cinelake.extract.tracing import metrics
from cinelake.lake.object_store import _OPTIONS
from cinelake.log import Event

REFERENCE = ROOT / "docs" / "reference"


def _read_source(module: object) -> str:
    return (ROOT / "src" / f"{str(module.__name__).replace('.', '/')}.py").read_text()  # type: ignore[attr-defined]


def test_exit_codes() -> None:
    codes = [int(code) for code in read_table(REFERENCE / "exit-codes.md", "code")]
    assert codes == [code.value for code in Exit]


def test_settings() -> None:
    read = set(re.findall(r'"((?:TMDB|CINELAKE|AWS_LAMBDA)_\w+)"', _read_source(settings))) - {"AWS_LAMBDA_FUNCTION_NAME"}
    assert set(read_table(REFERENCE / "settings.md", "variable")) - _OPTIONS == read


def test_variables_of_stores() -> None:
    assert set(read_table(REFERENCE / "settings.md", "variable")) >= _OPTIONS


def test_log_events() -> None:
    assert sorted(read_table(REFERENCE / "logs-and-metrics.md", "event")) == sorted(event.value for event in Event)


def test_metrics() -> None:
    named = read_table(REFERENCE / "logs-and-metrics.md", "metric")
    assert sorted(named) == sorted(re.findall(r'"([A-Z]\w+)": \(', _read_source(metrics)))


def test_keys_of_events() -> None:
    named = read_table(REFERENCE / "events.md", "key")
    assert sorted(named) == sorted(events._BESIDE)
