"""Owns where the token is kept on AWS: Secrets Manager or Parameter Store. It is read when needed, never set in clear.

boto3 is part of AWS's own Python runtimes and of cinelake's image, so the package that is deployed does not carry it.
"""

from dataclasses import replace

from cinelake.errors import CredentialsError, UnreachableError
from cinelake.settings import Secret, Settings

_EXPECTED = "secretsmanager:<ARN or name> or ssm:<name>, in CINELAKE_TOKEN_FROM"
_FINAL = {
    "AccessDeniedException",
    "DecryptionFailure",
    "InvalidRequestException",
    "ParameterNotFound",
    "ResourceNotFoundException",
    "ValidationException",
}
"""What AWS says of a token that no second try brings."""
_TODO = "look at the secret and at what the function's role may read"
_kept: dict[str, Secret] = {}


def add_token(settings: Settings) -> Settings:
    """The settings with the token that they say where to find; unchanged if they hold one already.

    Raises:
        CredentialsError: it may not be read, or there is none. UnreachableError: AWS does not answer.
    """
    if settings.token is not None or settings.token_from is None:
        return settings
    if settings.token_from not in _kept:
        _kept[settings.token_from] = _read(settings.token_from)
    return replace(settings, token=_kept[settings.token_from])


def forget_token(settings: Settings) -> bool:
    """Have the token read anew at the next call; False if it was not kept from a former one, and so is what it is."""
    return settings.token is None and settings.token_from is not None and _kept.pop(settings.token_from, None) is not None


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
                raise CredentialsError("token", f"it cannot be kept in '{service}'", _EXPECTED, "correct it")
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "refused")
        if code in _FINAL:
            raise CredentialsError("token", f"{source} cannot be read ({code})", _EXPECTED, _TODO) from error
        raise UnreachableError("token", f"{source} cannot be read now ({code})", "an answer of AWS", "try again") from error
    except KeyError as error:
        raise CredentialsError("token", f"{source} holds no text", _EXPECTED, _TODO) from error
    except BotoCoreError as error:
        what = f"{source} cannot be read now ({type(error).__name__})"
        raise UnreachableError("token", what, "an answer of AWS", "try again") from error
    return Secret(text.strip())
