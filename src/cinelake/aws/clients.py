"""Owns how AWS is asked by those who need more than the store: clients of its services, and its errors as ours.

boto3 is part of AWS's own Python runtimes; elsewhere it comes with cinelake[aws].
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from cinelake.errors import CredentialsError, UnreachableError, UsageError

_REFUSED = {"AccessDeniedException", "AccessDenied", "ExpiredTokenException", "UnrecognizedClientException"}
"""What AWS says of whoever may not do it: no second try helps."""
_INVALID = {"ValidationException", "InvalidInputException"}


def open_client(service: str) -> Any:  # noqa: ANN401 - each service has a type of its own
    """A client of a service, by the usual AWS_… variables.

    Raises:
        UsageError: boto3 is not installed. UnreachableError: the variables lead nowhere.
    """
    with translated("AWS"):
        import boto3  # noqa: PLC0415 - a function, and a command without AWS, starts without it

        return boto3.client(service)  # type: ignore[call-overload]


def find_code(error: Exception) -> str:
    """AWS's own word for what went wrong; empty if it is none of AWS's."""
    response = getattr(error, "response", None)
    return str(response.get("Error", {}).get("Code", "")) if isinstance(response, dict) else ""


@contextmanager
def translated(
    thing: str, so_far: str = "", expected: str = "an account with the stack of `make deploy`"
) -> Iterator[None]:
    """AWS's errors as ours; `so_far` says what exists.

    Raises:
        UsageError: AWS does not take it, or boto3 is not installed. CredentialsError: whoever asks may not.
        UnreachableError: anything else.
    """
    try:
        from botocore import exceptions  # noqa: PLC0415 - as boto3
    except ImportError as error:
        raise UsageError(
            thing, "boto3 is not installed", "cinelake with its part for AWS", "pip install 'cinelake[aws]'"
        ) from error
    try:
        yield
    except exceptions.ClientError as error:
        code, message = find_code(error) or "unknown", error.response.get("Error", {}).get("Message", "")
        if code in _INVALID:
            raise UsageError(thing, f"AWS takes it not: {message}", "", "correct it") from error
        parts = _join(f"AWS refused: {code} {message}".strip(), so_far)
        if code in _REFUSED:
            todo = "look at the AWS_… variables (profile) and at what this user or role may do, then run it again"
            raise CredentialsError(thing, parts, expected, todo) from error
        raise _build_unreachable(thing, parts, expected) from error
    except exceptions.BotoCoreError as error:
        raise _build_unreachable(thing, _join(f"AWS cannot be asked: {error}", so_far), expected) from error


def _build_unreachable(thing: str, happened: str, expected: str) -> UnreachableError:
    todo = "check the AWS_… variables (profile, region), then run the same command again: it mends the rest"
    return UnreachableError(thing, happened, expected, todo)


def _join(*parts: str) -> str:
    return "; ".join(part for part in parts if part)
