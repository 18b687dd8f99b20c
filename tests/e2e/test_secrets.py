"""A secret stands in no output, no log, no file of the lake, and in no URL where a header will do."""

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.e2e.conftest import Served, Shell, point
from tests.support.servers import free_port

from cinelake.sandbox import Sandbox

EXTRACT = ("extract", "--append", "none", "--rate", "unlimited", "--verbose")


def _texts(shell: Shell, folder: Path, **variables: str) -> list[str]:
    """All that a run says, and all that it writes."""
    said = []
    for log_format in ("json", "plain"):
        done = shell.run(*EXTRACT, CINELAKE_LOG=log_format, **variables)
        said += [done.stdout, done.stderr]
    return said + [path.read_text() for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize("faults", ["reset=.05,truncate=.05,garbage=.05,e500=.05,poison=1", ""])
@pytest.mark.parametrize("with_token", [True, False])
def test_a_run_shows_its_credentials_nowhere(
    shell: Shell, serve: Callable[..., Served], faults: str, with_token: bool
) -> None:
    served = serve(films=60, faults=faults)
    point(shell, served)
    variables = {} if with_token else {"TMDB_TOKEN": "", "TMDB_API_KEY": Sandbox.KEY}
    texts = _texts(shell, shell.folder / "lake", **variables)
    assert not [text for text in texts if Sandbox.TOKEN in text or Sandbox.KEY in text]
    assert any('"event": "run_finished"' in text for text in texts)
    keys_in_urls = served.sandbox.meter.report().requests_with_key_in_url
    assert keys_in_urls == (0 if with_token else served.requests)


@pytest.mark.parametrize("variables", [{"TMDB_TOKEN": "secret-token"}, {"TMDB_API_KEY": "secret-key"}])
def test_a_failure_shows_no_credentials(shell: Shell, serve: Callable[..., Served], variables: dict[str, str]) -> None:
    for url in (serve(films=10).running.url, f"http://127.0.0.1:{free_port()}"):
        texts = _texts(shell, shell.folder, CINELAKE_LAKE="lake", TMDB_BASE_URL=url, **variables)
        assert any("cinelake: " in text for text in texts)
        assert not [text for text in texts if "secret-" in text]
