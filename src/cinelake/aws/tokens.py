"""Owns where the token is kept on AWS: Secrets Manager or Parameter Store. It is read when needed, never set in clear.

boto3 is part of AWS's own Python runtimes and of cinelake's image, so the package that is deployed does not carry it.
"""

from dataclasses import replace

from cinelake.errors import CredentialsError
from cinelake.settings import Secret, Settings

_EXPECTED = "secretsmanager:<ARN or name> or ssm:<name>, in CINELAKE_TOKEN_FROM"
_TODO = "look at the secret and at what the function's role may read"
_kept: dict[str, Secret] = {}


def add_token(settings: Settings) -> Settings:
    """The settings with the token that they say where to find; unchanged if they hold one already.

    Raises:
        CredentialsError: it cannot be read.
    """
    if settings.token is not None or settings.token_from is None:
        return settings
    if settings.token_from not in _kept:
        _kept[settings.token_from] = _read(settings.token_from)
    return replace(settings, token=_kept[settings.token_from])


def forget_tokens() -> None:
    """Read the token anew at the next call: after it was refused, it may have been changed."""
    _kept.clear()


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
        raise CredentialsError("token", f"{source} cannot be read ({code})", _EXPECTED, _TODO) from error
    except (BotoCoreError, KeyError) as error:
        raise CredentialsError("token", f"{source} cannot be read ({type(error).__name__})", _EXPECTED, _TODO) from error
    return Secret(text.strip())
