"""Decide where a run reads which titles there are: from discover, or from TMDB's daily id export. Pure.

The export names all titles without genres and dates, so it can replace discover only for a selection of all titles, whose
slices are then blocks of ids. Once in PROOF_DAYS such a run also reads discover completely, and compares the two.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from cinelake.errors import UsageError
from cinelake.extract.planning.plan import Plan
from cinelake.selection.listing_source import ListingSource
from cinelake.selection.selection import Selection

PROOF_DAYS = 30
"""After how many days a refresh from the export reads discover, too."""


@dataclass(frozen=True, slots=True)
class ListingChoice:
    """How a run lists its titles.

    Attributes:
        has_blocks: whether its slices are blocks of ids rather than windows.
        proven_on: the day of the last comparison of export and discover, this run included; None for windows.
    """

    source: ListingSource
    has_blocks: bool = False
    proven_on: date | None = None


_WINDOWS = ListingChoice(ListingSource.DISCOVER)


def check_source(selection: Selection, source: ListingSource | None) -> None:
    """Refuse the id export for a selection that it does not list.

    Raises:
        UsageError: the selection has genres or dates.
    """
    if source is ListingSource.EXPORT and not selection.has_all_titles:
        raise UsageError(
            "--list export works only for all titles, because TMDB's id export has neither genres nor dates",
            hint="omit --genre, --from and --to, or use --list discover",
        )


def choose_extraction(selection: Selection, source: ListingSource | None, run_on: date) -> ListingChoice:
    """How an extraction lists. One from the export counts as proven, because it fetches every title."""
    if not selection.has_all_titles:
        return _WINDOWS
    return ListingChoice(source or ListingSource.EXPORT, has_blocks=True, proven_on=run_on)


def choose_refresh(
    selection: Selection, source: ListingSource | None, run_on: date, previous: Plan | None
) -> ListingChoice:
    """How a refresh lists, given the plan of the run that it continues from. It keeps the slices of that run.

    Raises:
        UsageError: the export is wanted, and the slices are windows.
    """
    if previous is None:
        return choose_extraction(selection, source, run_on)
    if not previous.has_blocks:
        if source is ListingSource.EXPORT:
            raise UsageError(
                f"the run of {previous.run_on} listed its titles by date, so --list export cannot update it",
                hint="omit --list, or run `cinelake extract` once: it lists all titles from the id export",
            )
        return _WINDOWS
    proven_on = previous.proven_on or previous.run_on
    is_overdue = run_on - proven_on > timedelta(days=PROOF_DAYS)
    chosen = source or (ListingSource.DISCOVER if is_overdue else ListingSource.EXPORT)
    return ListingChoice(chosen, has_blocks=True, proven_on=run_on if chosen is ListingSource.DISCOVER else proven_on)
