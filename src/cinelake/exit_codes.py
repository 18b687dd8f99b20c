"""Exit codes: one for each family of errors. Scripts may rely on them."""

from enum import IntEnum

from cinelake.errors import (
    CinelakeError,
    CredentialsError,
    IncompleteError,
    TryAgainError,
    UnreachableError,
    UsageError,
)


class Exit(IntEnum):
    """Exit code of the process."""

    DONE = 0
    USAGE = 2
    INCOMPLETE = 3
    CREDENTIALS = 4
    UNREACHABLE = 5
    TRY_AGAIN = 75


_BY_FAMILY: tuple[tuple[type[CinelakeError], Exit], ...] = (
    (UsageError, Exit.USAGE),
    (IncompleteError, Exit.INCOMPLETE),
    (CredentialsError, Exit.CREDENTIALS),
    (UnreachableError, Exit.UNREACHABLE),
    (TryAgainError, Exit.TRY_AGAIN),
)


def classify_error(error: CinelakeError) -> Exit:
    """Return the exit code of an error's family."""
    return next((code for family, code in _BY_FAMILY if isinstance(error, family)), Exit.INCOMPLETE)
