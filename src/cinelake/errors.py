"""Owns the family of errors: one root, one branch for each thing that the caller can do about it.

    CinelakeError                  exit code (see exits.py)
    ├── UsageError                 2   the command was wrong: correct it
    ├── ShortError                 3   the lake is not what it should be: look, then run again
    │   └── DamagedError           3   a stored listing or manifest cannot be read
    ├── CredentialsError           4   the service refused the token: get a valid one
    ├── UnreachableError           5   nothing can be done from here until the other side answers
    │   ├── ServiceError           5   the TMDB service
    │   └── StoreError             5   the lake's store (also: disk full, not writable)
    └── TryAgainError              75  nothing is wrong: run the same command again
        ├── DeadlineReachedError   75
        ├── OvertakenError         75
        └── LeaseHeldError         75

Every message reads *thing: what happened; expected …; what to do*. Foreign exceptions are translated once, where they
enter, with `raise … from`. A 404 is no error here: it is data.
"""


class CinelakeError(Exception):
    """The root. Holds the four parts of the message as attributes; safe to pickle."""

    def __init__(self, thing: str, happened: str, expected: str = "", todo: str = "") -> None:
        super().__init__(thing, happened, expected, todo)
        self.thing = thing
        self.happened = happened
        self.expected = expected
        self.todo = todo

    def __str__(self) -> str:
        expected = f"expected {self.expected}" if self.expected else ""
        return f"{self.thing}: " + "; ".join(part for part in (self.happened, expected, self.todo) if part)


class UsageError(CinelakeError):
    """What was asked for cannot be done as asked."""


class ShortError(CinelakeError):
    """Something is missing, quarantined, or failed a check."""


class DamagedError(ShortError):
    """An object of the lake's own (plan, listing, manifest, report) cannot be read back."""


class CredentialsError(CinelakeError):
    """The token is absent or refused."""


class UnreachableError(CinelakeError):
    """The other side does not answer, or not in its own language."""


class ServiceError(UnreachableError):
    """The TMDB service is down, or what answers is not TMDB."""


class StoreError(UnreachableError):
    """The store of the lake refused a read or a write."""


class TryAgainError(CinelakeError):
    """Stopped in good order: the same command goes on from here."""


class DeadlineReachedError(TryAgainError):
    """The deadline, or a signal, came before the work was done."""


class OvertakenError(TryAgainError):
    """Another process did the same work, and was first."""


class LeaseHeldError(TryAgainError):
    """Another process is spending the rate."""
