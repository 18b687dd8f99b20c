"""Clients of AWS services, and AWS's errors translated into cinelake's.

boto3 is part of AWS's own Python runtimes; elsewhere it comes with the extra `aws`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from cinelake.errors import CredentialsError, UnreachableError, UsageError
from cinelake.installation import suggest_extra

_REFUSED = {"AccessDeniedException", "AccessDenied", "ExpiredTokenException", "UnrecognizedClientException"}
"""Codes that a second try does not change: the caller has no permission."""
_INVALID = {"ValidationException", "InvalidInputException"}


def open_client(service: str) -> Any:  # noqa: ANN401 - each service has a type of its own
    """A client of a service, configured by the usual AWS_… variables.

    Raises:
        UsageError: boto3 is not installed.
        UnreachableError: the configuration is invalid.
    """
    with translated("AWS"):
        import boto3  # noqa: PLC0415 - a function, and a command without AWS, starts without it

        return boto3.client(service)  # type: ignore[call-overload]


def find_code(error: Exception) -> str:
    """AWS's code of an error, or "" for an error that is not AWS's."""
    response = getattr(error, "response", None)
    return str(response.get("Error", {}).get("Code", "")) if isinstance(response, dict) else ""


@contextmanager
def translated(subject: str, so_far: str = "", needs: str = "an account with the stack of `make deploy`") -> Iterator[None]:
    """Translate AWS's errors. `so_far` says what exists already, `needs` what the call depends on.

    Raises:
        UsageError: AWS rejects the request as invalid, or boto3 is not installed.
        CredentialsError: the caller has no permission.
        UnreachableError: anything else.
    """
    try:
        from botocore import exceptions  # noqa: PLC0415 - as boto3
    except ImportError as error:
        raise UsageError(f"{subject}: boto3 is not installed", hint=suggest_extra("aws")) from error
    try:
        yield
    except exceptions.ClientError as error:
        code, message = find_code(error) or "unknown", error.response.get("Error", {}).get("Message", "")
        if code in _INVALID:
            raise UsageError(f"{subject}: AWS rejects the request", cause=message) from error
        cause = f"{code} {message}".strip()
        if code in _REFUSED:
            raise CredentialsError(
                _join(f"{subject}: AWS refuses access", so_far),
                cause=cause,
                hint=f"check the AWS_… variables (profile, region) and this user's permissions; it needs {needs}",
            ) from error
        raise _build_unreachable(_join(f"{subject}: the request to AWS failed", so_far), cause, needs) from error
    except exceptions.BotoCoreError as error:
        raise _build_unreachable(_join(f"{subject}: AWS cannot be reached", so_far), str(error), needs) from error


def _build_unreachable(message: str, cause: str, needs: str) -> UnreachableError:
    hint = f"check the AWS_… variables (profile, region); this needs {needs}. Then run the same command again"
    return UnreachableError(message, cause=cause, hint=hint)


def _join(message: str, so_far: str) -> str:
    return f"{message} ({so_far})" if so_far else message
