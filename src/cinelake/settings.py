"""Settings from the environment and `.env`. No other module reads the environment.

Invariant: a secret is shown as `***` in every repr, so that no log or traceback contains it.
"""

import io
import logging
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from dotenv import dotenv_values

from cinelake.addresses import is_loopback
from cinelake.errors import CredentialsError, UsageError

TMDB_URL = "https://api.themoviedb.org"
EXPORT_URL = "https://files.tmdb.org"
_LOG_FORMATS = ("auto", "plain", "json")
_TOKEN = re.compile(r"[!-~]+")


class Secret:
    """A text that its repr hides. Call `reveal` only where the secret is sent."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the text itself."""
        return self._text

    def __repr__(self) -> str:
        return "Secret(***)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings; the defaults apply where the environment sets nothing.

    Attributes:
        token: v4 read access token, sent as a Bearer header.
        api_key: v3 key, which TMDB accepts only in the URL; used when there is no token.
        base_url: address of the API, without the version.
        export_url: address of the daily id exports; no token is sent there. An API on this machine has its own.
        lake: URL of the lake, unless `--lake` is given.
        store_options: the AWS_… variables, for the object store.
        log_format: `auto`, `plain` or `json`.
        token_from: where the Lambda handlers read the token: `secretsmanager:<ARN>` or `ssm:<name>`.
        rate: requests per second for the Lambda handlers, not parsed yet.
        memory_mb: memory of the Lambda function; None elsewhere.
        max_age_days: age in days at which the handlers refetch records, for stores that delete older objects.
        database: database of the Glue Data Catalog that the lake's tables are registered in.
    """

    token: Secret | None = None
    api_key: Secret | None = None
    base_url: str = TMDB_URL
    export_url: str = EXPORT_URL
    lake: str | None = None
    store_options: Mapping[str, str] = field(default_factory=dict, repr=False)
    log_format: str = "auto"
    token_from: str | None = None
    rate: str = "40"
    memory_mb: int | None = None
    max_age_days: int | None = None
    database: str | None = None

    def credentials(self) -> Secret:
        """Return the token, or else the key.

        Raises:
            CredentialsError: neither is set, or the one that is used has invalid characters.
        """
        secret = self.token or self.api_key
        if secret is None:
            raise CredentialsError(
                "neither TMDB_TOKEN nor TMDB_API_KEY is set",
                hint="get a free API read access token at themoviedb.org under Settings > API and put TMDB_TOKEN=... "
                "into .env; `cinelake demo` needs none",
            )
        if not _TOKEN.fullmatch(secret.reveal()):
            raise CredentialsError(
                f"{'TMDB_TOKEN' if self.token else 'TMDB_API_KEY'} contains a space, a line break or a non-ASCII character",
                hint="copy it again from themoviedb.org under Settings > API, on one line",
            )
        return secret


def parse_settings(env: Mapping[str, str | None]) -> Settings:
    """Parse settings from a mapping such as the environment; empty values count as not set.

    Raises:
        UsageError: a value is invalid.
    """
    token, key = env.get("TMDB_TOKEN"), env.get("TMDB_API_KEY")
    memory = env.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")
    base_url = parse_base_url(env.get("TMDB_BASE_URL"))
    return Settings(
        token=Secret(token.strip()) if token and token.strip() else None,
        api_key=Secret(key.strip()) if key and key.strip() else None,
        base_url=base_url,
        export_url=_parse_address(
            "TMDB_EXPORT_URL", env.get("TMDB_EXPORT_URL") or (base_url if is_loopback(base_url) else EXPORT_URL)
        ),
        lake=env.get("CINELAKE_LAKE") or None,
        store_options={k: v for k, v in env.items() if k.startswith("AWS_") and v},
        log_format=parse_log_format(env),
        token_from=env.get("CINELAKE_TOKEN_FROM") or None,
        rate=env.get("CINELAKE_RATE") or "40",
        memory_mb=int(memory) if memory else None,
        max_age_days=_parse_days("CINELAKE_MAX_AGE", env.get("CINELAKE_MAX_AGE")),
        database=env.get("CINELAKE_DATABASE") or None,
    )


def parse_log_format(env: Mapping[str, str | None]) -> str:
    """Return the log format of CINELAKE_LOG; the default is json on Lambda and auto elsewhere.

    Raises:
        UsageError: the format is unknown.
    """
    text = (env.get("CINELAKE_LOG") or ("json" if env.get("AWS_LAMBDA_FUNCTION_NAME") else "auto")).casefold()
    if text not in _LOG_FORMATS:
        raise UsageError(f'invalid CINELAKE_LOG "{text}"', hint="use auto, plain or json, or unset it")
    return text


def parse_base_url(text: str | None) -> str:
    """Return the address of the API, without the version, which each path contains.

    Raises:
        UsageError: it is not an HTTP address.
    """
    return _parse_address("TMDB_BASE_URL", text or TMDB_URL).removesuffix("/3")


def _parse_days(name: str, text: str | None) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and int(text)):
        raise UsageError(f'invalid {name} "{text}"', hint="use a whole number of days from 1, or unset it")
    return int(text)


def _parse_address(name: str, text: str) -> str:
    url = text.strip().rstrip("/")
    try:
        parts = urlsplit(url)
        is_address = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        is_address = False
    if not is_address:
        raise UsageError(f'invalid {name} "{url}"', hint="use a URL such as http://127.0.0.1:8800, or unset it to use TMDB")
    return url


def read_settings(folder: Path) -> Settings:
    """Read settings from the environment and from `folder/.env`; the environment has precedence.

    Raises:
        UsageError: the file cannot be read, or a value is invalid.
    """
    return parse_settings({**_read_file(folder / ".env"), **{name: value for name, value in os.environ.items() if value}})


def build_environment(**values: str) -> dict[str, str]:
    """The environment of this process, with `values` in place of cinelake's own variables, for a server on this machine."""
    ours = ("TMDB_", "CINELAKE_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return kept | {"NO_PROXY": "127.0.0.1", "CINELAKE_LOG": "auto"} | values


def read_log_format(folder: Path) -> str:
    """Return the log format even if other settings are invalid."""
    try:
        return read_settings(folder).log_format
    except UsageError:
        return "json" if os.environ.get("AWS_LAMBDA_FUNCTION_NAME") else "auto"


class _Strict(logging.Handler):
    """Turn warnings of the .env parser into errors."""

    def emit(self, record: logging.LogRecord) -> None:
        raise ValueError(record.getMessage().removeprefix("python-dotenv "))


def _read_file(path: Path) -> Mapping[str, str | None]:
    parser, strict = logging.getLogger("dotenv.main"), _Strict()
    parser.addHandler(strict)
    try:
        return dotenv_values(stream=io.StringIO(path.read_text("utf-8-sig"))) if path.exists() else {}
    except (OSError, ValueError) as error:  # a wrong encoding is a ValueError
        raise UsageError(
            f'cannot read "{path}"', cause=str(error), hint="write UTF-8 lines such as TMDB_TOKEN=...", subject=str(path)
        ) from error
    finally:
        parser.removeHandler(strict)
