"""The hint that adds an extra fits the tool that installed cinelake."""

import json
import sys
from pathlib import Path

import pytest

from cinelake.aws.clients import open_client
from cinelake.errors import UsageError
from cinelake.installation import suggest_extra, word_extra


class Metadata(dict[str, str]):
    def read_text(self, filename: str) -> str | None:
        return self.get(filename)


EDITABLE = {"direct_url.json": json.dumps({"url": "file:///clone", "dir_info": {"editable": True}})}
FROM_FILE = {"direct_url.json": json.dumps({"url": "file:///x.whl", "archive_info": {}})}


@pytest.mark.parametrize(
    ("file", "metadata", "hint"),
    [
        ("", {"INSTALLER": "pip\n"}, 'run `pip install "cinelake[spark]"`'),
        ("", {"INSTALLER": "uv"}, 'run `uv pip install "cinelake[spark]"`'),
        ("", {}, 'run `pip install "cinelake[spark]"`'),
        ("", FROM_FILE, 'run `pip install "cinelake[spark]"`'),
        ("pipx_metadata.json", {"INSTALLER": "pip"}, 'run `pipx install --force "cinelake[spark]"`'),
        ("uv-receipt.toml", {"INSTALLER": "uv"}, 'run `uv tool install "cinelake[spark]"`'),
        ("", EDITABLE, "run `make setup` in the clone of cinelake"),
    ],
)
def test_the_hint_names_the_installer(file: str, metadata: dict[str, str], hint: str, tmp_path: Path) -> None:
    if file:
        (tmp_path / file).touch()
    assert word_extra("spark", tmp_path, Metadata(metadata)) == hint


def test_this_installation_has_a_hint() -> None:
    assert suggest_extra("aws").startswith(("run `", "install "))


def test_a_missing_extra_is_suggested(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "botocore", None)
    with pytest.raises(UsageError, match="boto3 is not installed") as caught:
        open_client("glue")
    assert caught.value.hint == suggest_extra("aws")
