"""The reference pages list exactly what the code defines."""

import re

from tests.docs.pages import ROOT, read_table

from cinelake.exit_codes import Exit
from cinelake.log import Event

REFERENCE = ROOT / "docs" / "reference"


def _read_source(module: str) -> str:
    return (ROOT / "src" / "cinelake" / module).read_text()


def test_exit_codes() -> None:
    codes = [int(code) for code in read_table(REFERENCE / "exit-codes.md", "code")]
    assert codes == [code.value for code in Exit]


def test_settings() -> None:
    read = re.findall(r'"((?:TMDB|CINELAKE|AWS_LAMBDA)_\w+)"', _read_source("settings.py"))
    read += re.findall(r'"(AWS_\w+)"', _read_source("lake/stores/object_store.py"))
    named = {name for name in read_table(REFERENCE / "settings.md", "variable") if "_" in name}
    assert named - {"AWS_ENDPOINT_URL"} == set(read) - {"AWS_LAMBDA_FUNCTION_NAME", "AWS_ENDPOINT_URL"}


def test_log_events() -> None:
    assert sorted(read_table(REFERENCE / "logs-and-metrics.md", "event")) == sorted(event.value for event in Event)


def test_metrics() -> None:
    named = read_table(REFERENCE / "logs-and-metrics.md", "metric")
    assert sorted(named) == sorted(re.findall(r'"([A-Z]\w+)": \(', _read_source("extract/tracing/metrics.py")))


def test_keys_of_events() -> None:
    groups = re.findall(r"frozenset\(\{(.*?)\}\)", _read_source("aws/events.py"), re.DOTALL)
    keys = [set(re.findall(r'"(\w+)"', group)) for group in groups]
    forms = ({"genre_id", "start_year"}, {"slice"}, {"genre", "from", "to"})
    assert set(read_table(REFERENCE / "events.md", "key")) == set().union(*(each for each in keys if each not in forms))
