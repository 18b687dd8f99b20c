"""The changes of titles that have no column: absence, revised texts, and the day of the last edit.

Invariant: only changed titles are here, by position; an absent title keeps its position and its id.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Overlay:
    """By position: the day since which a title is absent, the number of its revisions, and the day of its last edit."""

    absent: dict[int, int] = field(default_factory=dict)
    revisions: dict[int, int] = field(default_factory=dict)
    edited: dict[int, int] = field(default_factory=dict)
