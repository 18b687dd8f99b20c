"""Owns what the environment says: built once from a mapping, and no other file reads the environment.

Invariant: a secret shows as `***` in every repr, so that no log or traceback can carry it.
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

from cinelake.errors import CredentialsError, UsageError

TMDB_URL = "https://api.themoviedb.org"
EXPORT_URL = "https://files.tmdb.org"
_LOG_FORMATS = ("auto", "plain", "json")
_TOKEN = re.compile(r"[!-~]+")


class Secret:
    """A text that does not show itself: call `reveal` where it is sent, nowhere else."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself."""
        return self._text

    def __repr__(self) -> str:
        return "Secret(***)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that the environment may set.

    Attributes:
        token: v4 read access token, sent as a Bearer header.
        api_key: v3 key, which the service takes only in the URL; used when there is no token.
        base_url: where the service listens.
        export_url: where its daily exports of ids are; no token goes there.
        lake: the lake's URL, if `--lake` is not given.
        store_options: the AWS_… variables, as the object store takes them.
        log_format: `auto`, `plain` or `json`.
        token_from: where the token is kept on AWS: `secretsmanager:<ARN>` or `ssm:<name>`, for the handlers.
        rate: requests a second that the handlers may send, as a word.
        memory_mb: of the Lambda function that this is, None elsewhere.
        max_age_days: how old records may grow before the handlers refresh them, where the store removes what is older.
        database: of the Glue Data Catalog, in which a lake's tables are registered.
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
        """The token, or else the key.

        Raises:
            CredentialsError: when there is neither, or it cannot be one.
        """
        secret = self.token or self.api_key
        if secret is None:
            raise CredentialsError(
                "token",
                "neither TMDB_TOKEN nor TMDB_API_KEY is set",
                "the v4 read access token of a TMDB account",
                "get one free of charge at themoviedb.org under Settings > API, then put TMDB_TOKEN=... into .env; "
                "`cinelake demo` needs none",
            )
        if not _TOKEN.fullmatch(secret.reveal()):
            raise CredentialsError(
                "token",
                "TMDB_TOKEN or TMDB_API_KEY holds a blank, a line break or a letter that no token has",
                "the token alone, on one line",
                "copy it once more from themoviedb.org under Settings > API",
            )
        return secret


def parse_settings(env: Mapping[str, str | None]) -> Settings:
    """Settings from a mapping such as the environment; empty values count as not set."""
    token, key = env.get("TMDB_TOKEN"), env.get("TMDB_API_KEY")
    memory = env.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")
    return Settings(
        token=Secret(token.strip()) if token and token.strip() else None,
        api_key=Secret(key.strip()) if key and key.strip() else None,
        base_url=parse_base_url(env.get("TMDB_BASE_URL")),
        export_url=_parse_address("TMDB_EXPORT_URL", env.get("TMDB_EXPORT_URL") or EXPORT_URL),
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
    """What CINELAKE_LOG says; else json on Lambda, where a machine reads the log.

    Raises:
        UsageError: there is no such format.
    """
    text = (env.get("CINELAKE_LOG") or ("json" if env.get("AWS_LAMBDA_FUNCTION_NAME") else "auto")).casefold()
    if text not in _LOG_FORMATS:
        raise UsageError("CINELAKE_LOG", f"'{text}' is none", " or ".join(_LOG_FORMATS), "correct it, or leave it out")
    return text


def parse_base_url(text: str | None) -> str:
    """Where the service listens, without the version that each path begins with.

    Raises:
        UsageError: it is no address.
    """
    return _parse_address("TMDB_BASE_URL", text or TMDB_URL).removesuffix("/3")


def _parse_days(name: str, text: str | None) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and int(text)):
        raise UsageError(name, f"'{text}' is no number of days", "a whole number from 1", "correct it, or leave it out")
    return int(text)


def _parse_address(name: str, text: str) -> str:
    url = text.strip().rstrip("/")
    try:
        parts = urlsplit(url)
        is_address = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        is_address = False
    if not is_address:
        expected = "an address such as http://127.0.0.1:8800"
        raise UsageError(name, f"'{url}' is none", expected, "leave it out for TMDB itself")
    return url


def read_settings(folder: Path) -> Settings:
    """Settings from the environment and, for what it does not set, from `folder/.env`.

    Raises:
        UsageError: the file is not a text of such lines, or a value cannot be one.
    """
    return parse_settings({**_read_file(folder / ".env"), **{name: value for name, value in os.environ.items() if value}})


def read_log_format(folder: Path) -> str:
    """How to log, also when the settings cannot be read."""
    try:
        return read_settings(folder).log_format
    except UsageError:
        return "json" if os.environ.get("AWS_LAMBDA_FUNCTION_NAME") else "auto"


class _Strict(logging.Handler):
    """Turns what the parser of .env only mentions into an error."""

    def emit(self, record: logging.LogRecord) -> None:
        raise ValueError(record.getMessage().removeprefix("python-dotenv "))


def _read_file(path: Path) -> Mapping[str, str | None]:
    parser, strict = logging.getLogger("dotenv.main"), _Strict()
    parser.addHandler(strict)
    try:
        return dotenv_values(stream=io.StringIO(path.read_text("utf-8-sig"))) if path.exists() else {}
    except (OSError, ValueError) as error:  # a wrong encoding is a ValueError too
        expected = "UTF-8 lines such as TMDB_TOKEN=..."
        raise UsageError(str(path), f"it cannot be read as text ({error})", expected, "mend it") from error
    finally:
        parser.removeHandler(strict)
