"""Owns what goes wrong on purpose: the faults that can be asked for, and which of them strikes an answer.

Invariant: which fault strikes is a pure function of one roll in 0..1, so a seeded stream of rolls repeats itself.
"""

from dataclasses import dataclass, fields
from enum import Enum, auto

BURST_LENGTH = 42
"""Answers in a row that a burst turns into 502."""
_BURST_SHARE = 1 / 4000
_COUNTS = frozenset({"gone", "poison", "drift"})


class Mishap(Enum):
    """What can happen to one answer."""

    BURST = auto()
    RESET = auto()
    TRUNCATE = auto()
    GARBAGE = auto()
    E500 = auto()
    E504 = auto()
    SLOW = auto()
    GZIP = auto()
    SWAP = auto()


@dataclass(frozen=True, slots=True)
class Faults:
    """What to do wrong. Shares are of the answers: `burst502` of one in 4,000; `drift` is a switch, the last two counts.

    burst502: 42 answers in a row are 502. reset, truncate: the connection dies before, or within, the body. garbage: 200
    with HTML. e500, e504: one such answer. slow: 8 s late. gzip: compressed without saying so. swap: the detail of
    another id. drift: pages slide. gone, poison: so many listed films, and as many series, always answer 404, or 500.
    """

    burst502: float = 0
    reset: float = 0
    truncate: float = 0
    garbage: float = 0
    e500: float = 0
    e504: float = 0
    slow: float = 0
    gzip: float = 0
    swap: float = 0
    drift: int = 0
    gone: int = 0
    poison: int = 0

    @classmethod
    def parse(cls, text: str) -> "Faults":
        """Faults from text such as `burst502=1,reset=.002,drift=1,gone=12`; the empty text means none.

        Raises:
            ValueError: a name is unknown or a value is no number of that kind; says which and what is allowed.
        """
        names = [field.name for field in fields(cls)]
        values: dict[str, float] = {}
        for part in filter(None, (part.strip() for part in text.split(","))):
            name, _, value = part.partition("=")
            if name not in names:
                raise ValueError(f"fault '{name}': there is no such fault; use any of {', '.join(names)}")
            values[name] = _parse_amount(name, value)
        return cls(**values)  # type: ignore[arg-type]


def _parse_amount(name: str, text: str) -> float:
    """A count for some, a share for the others."""
    try:
        if name in _COUNTS:
            amount, expected = float(int(text)), "a whole number from 0"
            if amount >= 0:
                return int(amount)
        else:
            amount, expected = float(text), "a share from 0 to 1"
            if 0 <= amount <= 1:
                return amount
    except ValueError:
        expected = "a number"
    raise ValueError(f"fault '{name}': '{text}' is not {expected}; write it as {name}={1 if name in _COUNTS else 0.002}")


def classify_roll(faults: Faults, roll: float) -> Mishap | None:
    """The mishap that a roll in 0..1 stands for, if any; the shares lie one after another."""
    for mishap, share in (
        (Mishap.BURST, faults.burst502 * _BURST_SHARE),
        (Mishap.RESET, faults.reset),
        (Mishap.TRUNCATE, faults.truncate),
        (Mishap.GARBAGE, faults.garbage),
        (Mishap.E500, faults.e500),
        (Mishap.E504, faults.e504),
        (Mishap.SLOW, faults.slow),
        (Mishap.GZIP, faults.gzip),
        (Mishap.SWAP, faults.swap),
    ):
        roll -= share
        if roll < 0:
            return mishap
    return None
