"""How much disagreement a run accepts before it counts as incomplete or refuses to commit. Pure."""

from dataclasses import dataclass

TOLERANCE = 0.001
"""Share of a slice's titles that may stay unproven, unless told otherwise."""


MAX_REMOVALS = 0.05
"""Share of the titles held that one run may find gone or out of the selection, unless that is accepted."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a run may put up with: the share of a slice that may stay unproven, and that of the titles that may be lost."""

    tolerance: float = TOLERANCE
    max_removals: float = MAX_REMOVALS
    allows_removals: bool = False
