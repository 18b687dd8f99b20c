"""From the options of a command to the session in which it sends requests."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cinelake.extract.lifecycle import Session, Terms
    from cinelake.settings import Settings


def build_terms(settings: "Settings", rate: str, connections: int, **others: Any) -> "Terms":
    """The rate limit, connections and deadline of a session.

    Raises:
        UsageError: TMDB does not allow this rate or this number of connections.
    """
    from cinelake.extract.lifecycle import Terms
    from cinelake.selection.parsing import check_connections, parse_rate

    return Terms(parse_rate(rate, settings.base_url), check_connections(connections), **others)


def open_session(settings: "Settings", lake: str | None, terms: "Terms", *, is_verbose: bool = False) -> "Session":
    """A session on the lake at the URL, or on the one that the environment names.

    Raises:
        UsageError: there is no such URL.
    """
    from cinelake.clock import SystemClock
    from cinelake.extract.lifecycle import Session
    from cinelake.lake.stores.opening import open_lake
    from cinelake.log import Log

    level = "info" if is_verbose or settings.log_format == "json" else "warning"
    store = open_lake(settings, lake)
    log = Log(log_format=settings.log_format, level=level)
    return Session(settings, terms, store, SystemClock(), log.bind(lake=repr(store)) if log.is_json else log)
