"""The limits up to which a run tolerates differences between TMDB and the lake. Pure."""

from dataclasses import dataclass

TOLERANCE = 0.001
"""Default share of a slice's titles that may stay unproven before the run counts as incomplete."""


MAX_REMOVALS = 0.05
"""Default share of the stored titles that one run may remove."""


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
