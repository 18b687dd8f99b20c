"""How cinelake was installed: names the command that adds an extra to this installation."""

import json
import sys
from pathlib import Path
from typing import Protocol


class _Metadata(Protocol):
    def read_text(self, filename: str) -> str | None:
        """The text of a file of the installed distribution, or None."""


def suggest_extra(extra: str) -> str:
    """The hint for something that an extra brings: a command for pip, pipx or uv, whichever installed cinelake.

    Double quotes work in every shell, also on Windows.
    """
    from importlib.metadata import PackageNotFoundError, distribution  # noqa: PLC0415 - only a failing command needs it

    try:
        metadata = distribution("cinelake")
    except PackageNotFoundError:  # copied, as into a Lambda function
        return f'install "cinelake[{extra}]"'
    return word_extra(extra, Path(sys.prefix), metadata)


def word_extra(extra: str, prefix: Path, metadata: _Metadata) -> str:
    """The hint for an installation below `prefix` with this metadata."""
    target = f'"cinelake[{extra}]"'
    if (prefix / "pipx_metadata.json").exists():
        return f"run `pipx install --force {target}`"
    if (prefix / "uv-receipt.toml").exists():
        return f"run `uv tool install {target}`"
    if json.loads(metadata.read_text("direct_url.json") or "{}").get("dir_info", {}).get("editable"):
        return "run `make setup` in the clone of cinelake"
    if (metadata.read_text("INSTALLER") or "").strip() == "uv":
        return f"run `uv pip install {target}`"
    return f"run `pip install {target}`"
