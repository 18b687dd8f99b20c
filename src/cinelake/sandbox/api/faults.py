"""Chooses the faults of the sandbox: which kinds there are, how often they happen, and which one hits an answer.

Invariant: the choice is a pure function of one random number from 0 to 1, so a seeded sequence repeats itself.
"""

from dataclasses import dataclass, fields
from enum import Enum, auto

BURST_LENGTH = 42
"""Consecutive answers with status 502."""
_BURST_SHARE = 1 / 4000
_COUNTS = frozenset({"gone", "poison", "drift"})


class Fault(Enum):
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
    """The faults to produce. The first nine are shares of the answers from 0 to 1.

    Attributes:
        burst502: 42 consecutive answers have status 502; the share is of one in 4,000 answers.
        reset, truncate: the connection closes before the body, or within it.
        garbage: an HTML page with status 200.
        e500, e504: an error with this status.
        slow: the answer comes 8 s late.
        gzip: the body is compressed, but no header says so.
        swap: the detail of another id.
        drift: a switch; pages shift while they are read.
        gone: number of listed films, and of listed series, whose detail always answers 404.
        poison: number of listed films, and of listed series, whose requests always fail with 500.
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
            ValueError: a name is unknown or a value is invalid; the message names what is allowed.
        """
        names = [field.name for field in fields(cls)]
        values: dict[str, float] = {}
        for part in filter(None, (part.strip() for part in text.split(","))):
            name, _, value = part.partition("=")
            if name not in names:
                raise ValueError(f'unknown fault "{name}"; use any of {", ".join(names)}')
            values[name] = _parse_amount(name, value)
        return cls(**values)  # type: ignore[arg-type]


def _parse_amount(name: str, text: str) -> float:
    """The value of a fault: a count or a share."""
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
    example = 1 if name in _COUNTS else 0.002
    raise ValueError(f'invalid value "{text}" of fault {name}: use {expected}, for example {name}={example}')


def choose_fault(faults: Faults, roll: float) -> Fault | None:
    """The fault for a random number from 0 to 1, if any; the shares of the faults divide that range."""
    for fault, share in (
        (Fault.BURST, faults.burst502 * _BURST_SHARE),
        (Fault.RESET, faults.reset),
        (Fault.TRUNCATE, faults.truncate),
        (Fault.GARBAGE, faults.garbage),
        (Fault.E500, faults.e500),
        (Fault.E504, faults.e504),
        (Fault.SLOW, faults.slow),
        (Fault.GZIP, faults.gzip),
        (Fault.SWAP, faults.swap),
    ):
        roll -= share
        if roll < 0:
            return fault
    return None
