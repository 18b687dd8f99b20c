"""The limits of runs and of the age of their records. Pure.

The options of the command line show these values in `--help`, so this module imports nothing that is slow to import.
"""

from dataclasses import dataclass

TOLERANCE = 0.001
"""Default share of a slice's titles that may stay unproven before the run counts as incomplete."""
MAX_REMOVALS = 0.05
"""Default share of the stored titles that one run may remove."""
PRUNE_AFTER_DAYS = 180
"""How old data may become by TMDB's terms of use: six months. Older days of runs are pruned."""
REFETCH_AFTER_DAYS = 170
"""A refresh fetches records again that are older. A weekly refresh then replaces them before they must be pruned."""
ROTATION_DAYS = 150
"""Unless `--oldest` is given, a refresh fetches one ROTATION_DAYS-th of the records again, the oldest first."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of one run.

    Attributes:
        tolerance: share of a slice's titles that may stay unproven.
        max_removals: share of the stored titles that the run may remove.
        allows_removals: ignore `max_removals`.
    """

    tolerance: float = TOLERANCE
    max_removals: float = MAX_REMOVALS
    allows_removals: bool = False


def format_share(share: float) -> str:
    """A share as the options take it, such as 0.1%."""
    return f"{share * 100:g}%"
