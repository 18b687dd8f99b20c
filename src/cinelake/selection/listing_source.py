"""Where a run reads which titles a selection contains. Pure."""

from enum import Enum

from cinelake.errors import UsageError


class ListingSource(Enum):
    """TMDB's discover lists, or its daily id export."""

    DISCOVER = "discover"
    EXPORT = "export"


def parse_source(text: str | None, name: str = "--list") -> ListingSource | None:
    """The source of that name; None if there is no text.

    Raises:
        UsageError: there is no such source.
    """
    try:
        return None if text is None else ListingSource(text.casefold())
    except ValueError:
        raise UsageError(f'invalid {name} "{text}"', hint="use discover or export, or omit it") from None
