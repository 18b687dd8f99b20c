"""From the options of a command to the settings and the lake that it reads.

Invariant: nothing is imported before it is needed, so that `--help` starts fast, and nothing here imports the HTTP client.
"""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cinelake.lake.store import Store
    from cinelake.settings import Settings


def read_environment() -> "Settings":
    """The settings of the environment and of .env in this folder."""
    from cinelake.settings import read_settings

    return read_settings(Path.cwd())


def open_store(lake: str | None) -> "Store":
    """The lake at the URL, or the one that CINELAKE_LAKE names.

    Raises:
        UsageError: there is no such URL.
    """
    from cinelake.lake.stores.opening import open_lake

    return open_lake(read_environment(), lake)
