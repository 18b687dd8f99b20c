"""Owns what days have changed of a title that no column holds: that it is absent, its new texts, when it was last edited.

Invariant: only titles that were touched are here, by position; a title that is absent keeps its position and its id.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Overlay:
    """By position: the day on which it vanished, how often its texts were written anew, the day on which it was edited."""

    absent: dict[int, int] = field(default_factory=dict)
    revisions: dict[int, int] = field(default_factory=dict)
    edited: dict[int, int] = field(default_factory=dict)
