"""Reads the TMDB token from Secrets Manager or Parameter Store, when it is needed.

boto3 is part of AWS's own Python runtimes and of cinelake's image, so the deployed package does not carry it.
"""

from dataclasses import replace

from cinelake.errors import CredentialsError, UnreachableError
from cinelake.settings import Secret, Settings

_HINT_SOURCE = "set CINELAKE_TOKEN_FROM to secretsmanager:<ARN or name> or ssm:<name>"
_FINAL = {
    "AccessDeniedException",
    "DecryptionFailure",
    "InvalidRequestException",
    "ParameterNotFound",
    "ResourceNotFoundException",
    "ValidationException",
}
"""Codes that a second try does not change."""
_HINT = "check that the secret exists and that the function's role may read it"
_cached: dict[str, Secret] = {}


def add_token(settings: Settings) -> Settings:
    """The settings with the token from the source that they name; unchanged if they hold a token already.

    Raises:
        CredentialsError: the token does not exist or may not be read.
        UnreachableError: AWS does not answer.
    """
    if settings.token is not None or settings.token_from is None:
        return settings
    if settings.token_from not in _cached:
        _cached[settings.token_from] = _read(settings.token_from)
    return replace(settings, token=_cached[settings.token_from])


def drop_cached_token(settings: Settings) -> bool:
    """Have the token read again at the next call; False if no token was cached."""
    return settings.token is None and settings.token_from is not None and _cached.pop(settings.token_from, None) is not None


def _read(source: str) -> Secret:
    import boto3  # noqa: PLC0415 - a warm function, and one with a token in its settings, starts without it
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - the same

    service, _, name = source.partition(":")
    try:
        match service:
            case "secretsmanager":
                text = boto3.client(service).get_secret_value(SecretId=name)["SecretString"]
            case "ssm":
                text = boto3.client(service).get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"]
            case _:
                raise CredentialsError(f'unknown token source "{service}"', hint=_HINT_SOURCE)
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "refused")
        if code in _FINAL:
            raise CredentialsError(f"the token {source} cannot be read", cause=code, hint=_HINT) from error
        raise UnreachableError(f"the token {source} cannot be read now", cause=code, hint="try again later") from error
    except KeyError as error:
        raise CredentialsError(
            f"the token {source} contains no text", hint="store the token as plain text in the secret"
        ) from error
    except BotoCoreError as error:
        cause = type(error).__name__
        raise UnreachableError(f"the token {source} cannot be read now", cause=cause, hint="try again later") from error
    return Secret(text.strip())
