"""The errors of cinelake: one family, with one branch for each thing that the caller can do.

    CinelakeError                  exit code (see exit_codes.py)
    ├── UsageError                 2   the command is invalid: correct it
    ├── IncompleteError            3   something is missing or failed a check: follow the hint
    │   └── DamagedError           3   a stored document, batch or table cannot be read
    ├── CredentialsError           4   TMDB or AWS refused the credentials: supply valid ones
    ├── UnreachableError           5   TMDB or the store does not respond: run again later
    │   ├── ServiceError           5   TMDB
    │   └── StoreError             5   the store of the lake (also: disk full, not writable)
    └── TryAgainError              75  stopped cleanly: run the same command again
        ├── DeadlineReachedError   75
        ├── OvertakenError         75
        └── LeaseHeldError         75

An error has up to three parts: what happened, the underlying error in its own words, and a hint with the next step.
Foreign exceptions are translated once, where they enter, with `raise … from`. A 404 is data, not an error.
"""


class CinelakeError(Exception):
    """The root of the family. Errors can be pickled.

    Attributes:
        message: what happened, with the offending value; starts in lower case and has no full stop at its end.
        cause: the underlying error in its own words, or empty.
        hint: what to do next, as a command where there is one, or empty.
        subject: the key or path that the error is about, or empty.
    """

    def __init__(self, message: str, *, cause: str = "", hint: str = "", subject: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.cause = cause
        self.hint = hint
        self.subject = subject

    @property
    def parts(self) -> dict[str, str]:
        """The parts by name, as in JSON output and in the log."""
        return {"message": self.message, "cause": self.cause, "hint": self.hint, "subject": self.subject}

    def __str__(self) -> str:
        cause = f" ({self.cause})" if self.cause else ""
        hint = f"; {self.hint}" if self.hint else ""
        return f"{self.message}{cause}{hint}"

    def format(self) -> str:
        """The lines that a person reads: error, cause and hint."""
        lines = [f"error: {self.message}"]
        lines += ["  cause: " + self.cause.replace("\n", "\n    ")] if self.cause else []
        lines += [f"  hint: {self.hint}"] if self.hint else []
        return "\n".join(lines) + "\n"

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.message, self.cause, self.hint, self.subject)


def _rebuild(kind: type[CinelakeError], message: str, cause: str, hint: str, subject: str) -> CinelakeError:
    return kind(message, cause=cause, hint=hint, subject=subject)


class UsageError(CinelakeError):
    """The command, an option or a setting is invalid."""


class IncompleteError(CinelakeError):
    """Something is missing, quarantined, or failed a check."""


class DamagedError(IncompleteError):
    """An object of the lake (plan, listing, manifest, report, batch, table) cannot be read."""


class CredentialsError(CinelakeError):
    """Credentials are missing, invalid or refused."""


class UnreachableError(CinelakeError):
    """TMDB or the store does not respond, or its responses are invalid."""


class ServiceError(UnreachableError):
    """TMDB is down, or the server at this address is not TMDB."""


class StoreError(UnreachableError):
    """The store of the lake refused a read or a write."""


class TryAgainError(CinelakeError):
    """Stopped cleanly: the same command continues from here."""


class DeadlineReachedError(TryAgainError):
    """The deadline or a signal came before the work was done."""


class OvertakenError(TryAgainError):
    """Another process finished the same work first."""


class LeaseHeldError(TryAgainError):
    """Another process holds the lease."""
