"""Owns the way from the words of a command to what it works with: settings, terms, a session on a lake.

Invariant: nothing is imported before it is asked for, so that `--help` starts fast.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cinelake.extract.lifecycle import Session, Terms
    from cinelake.settings import Settings


def read_environment() -> "Settings":
    """The settings of the environment, and of .env in this folder."""
    from cinelake.settings import read_settings

    return read_settings(Path.cwd())


def build_terms(settings: "Settings", rate: str, connections: int, **others: Any) -> "Terms":
    """The terms on which a command may spend the rate.

    Raises:
        UsageError: rate or connections are not what the service allows.
    """
    from cinelake.extract.lifecycle import Terms
    from cinelake.selection.parsing import check_connections, parse_rate

    return Terms(parse_rate(rate, settings.base_url), check_connections(connections), **others)


def open_session(settings: "Settings", lake: str | None, terms: "Terms", *, is_verbose: bool = False) -> "Session":
    """A session on the lake that is named or that the environment names.

    Raises:
        UsageError: neither names one.
    """
    from cinelake.clock import SystemClock
    from cinelake.extract.lifecycle import Session
    from cinelake.lake.opening import open_lake
    from cinelake.log import Log

    is_told = is_verbose or settings.log_format == "json"
    store = open_lake(settings, lake)
    log = Log(log_format=settings.log_format, level="info" if is_told else "warning")
    return Session(settings, terms, store, SystemClock(), log.bind(lake=repr(store)) if log.is_json else log)
