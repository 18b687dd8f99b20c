"""A marked token through every command and every handler: it stands in nothing that is said, written or scheduled."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from tests.e2e.aws.test_schedule_and_report import account  # noqa: F401 - a fixture
from tests.e2e.conftest import Serve, Served, Shell
from tests.support.aws.lambdas import Function, start_function

MARKED = "eyJhbGciOiJIUzI1NiJ9.eyJtYXJrZWQiOiJ4In0.bWFya2VkLXRva2Vu"
FAULTS = "reset=.05,truncate=.05,garbage=.05,e500=.05,poison=30,gone=1"
CRIME = ("--genre", "Crime")
FAST = ("--rate", "unlimited")
HANDLERS = ("plan", "extract", "verify")


@pytest.fixture
def marked(shell: Shell, serve: Serve) -> tuple[Shell, Served]:
    """A service that takes the marked token alone, through faults, and a shell that has it."""
    served = serve(60, faults=FAULTS)
    served.sandbox.TOKEN = MARKED
    shell.environment |= {"TMDB_BASE_URL": served.running.url, "TMDB_TOKEN": MARKED, "CINELAKE_LOG": "json"}
    return shell, served


def _search(texts: dict[str, str], folder: Path) -> list[str]:
    """Where a part of the token stands."""
    files = {str(path): path.read_text(errors="replace") for path in folder.rglob("*") if path.is_file()}
    return [place for place, text in (texts | files).items() if any(part in text for part in MARKED.split("."))]


def test_no_command_shows_it(marked: tuple[Shell, Served], account: dict[str, str]) -> None:  # noqa: F811 - the fixture
    shell, served = marked
    commands = {
        "plan": ("plan", *CRIME, *FAST),
        "extract": ("extract", *CRIME, *FAST, "--verbose"),
        "extract --json": ("extract", *CRIME, *FAST, "--json"),
        "verify": ("verify", "--api", *FAST),
        "status": ("status", "--json"),
        "report": ("report", "--output", "run.html"),
        "schedule create --dry-run": ("schedule", "create", *CRIME, *FAST, "--dry-run"),
        "schedule create": ("schedule", "create", *CRIME, *FAST),
        "schedule create --every": ("schedule", "create", *CRIME, "--every", "1d"),
        "schedule list": ("schedule", "list", "--json"),
        "schedule delete": ("schedule", "delete", *CRIME),
    }
    said = {name: shell.run(*words, **account) for name, words in commands.items()}
    codes = {name: done.returncode for name, done in said.items()}
    assert codes == dict.fromkeys(commands, 0) | {"extract": 3, "extract --json": 3, "verify": 3}
    served.sandbox.TOKEN = "another"
    refused = {f"{name}, refused": shell.run(*commands[name], "--lake", "other") for name in ("plan", "extract")}
    assert {done.returncode for done in refused.values()} == {4}
    texts = {f"stdout of {name}": done.stdout for name, done in (said | refused).items()}
    texts |= {f"stderr of {name}": done.stderr for name, done in (said | refused).items()}
    assert all(json.loads(line)["event"] for name, text in texts.items() if "stderr" in name for line in text.splitlines())
    assert served.requests > 60
    assert _search(texts, shell.folder) == []


def test_the_search_would_find_it(tmp_path: Path) -> None:
    (tmp_path / "file").write_text(f"x{MARKED}x")
    assert len(_search({"said": MARKED.split(".")[1]}, tmp_path)) == 2


@pytest.fixture
def functions(marked: tuple[Shell, Served], emulator: Path, tmp_path: Path, moto_url: str) -> Iterator[dict[str, Function]]:
    """The three functions, whose token is kept in Secrets Manager."""
    shell, _ = marked
    keys: dict[str, Any] = {"aws_access_key_id": "key", "aws_secret_access_key": "secret", "endpoint_url": moto_url}
    secrets = boto3.client("secretsmanager", "us-east-1", **keys)
    secret = secrets.create_secret(Name=f"token-{tmp_path.name}", SecretString=MARKED)["ARN"]
    environment = {
        "CINELAKE_LAKE": str(shell.lake),
        "CINELAKE_TOKEN_FROM": f"secretsmanager:{secret}",
        "CINELAKE_RATE": "unlimited",
        "TMDB_BASE_URL": shell.environment["TMDB_BASE_URL"],
        "AWS_ENDPOINT_URL": moto_url,
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    started = {name: start_function(emulator, f"cinelake.aws.handlers.{name}", tmp_path, environment) for name in HANDLERS}
    functions = {name: starter.__enter__() for name, starter in started.items()}
    yield functions
    for starter in started.values():
        starter.__exit__(None, None, None)


def test_no_handler_shows_it(marked: tuple[Shell, Served], functions: dict[str, Function]) -> None:
    shell, served = marked
    event = functions["plan"].invoke({"genre": ["Crime"]}).document["event"]
    answers = {name: functions[name].invoke(event | {"api": name == "verify"}) for name in HANDLERS}
    assert [answers[name].document["status"] for name in HANDLERS] == ["planned", "incomplete", "incomplete"]
    served.sandbox.TOKEN = "another"
    refused = functions["extract"].invoke({"genre": ["War"]})
    assert refused.error == "CredentialsError"
    texts = {name: answer.text for name, answer in (answers | {"refused": refused}).items()} | {"event": json.dumps(event)}
    assert all("event" in function.read_log() for function in functions.values())
    assert _search(texts, shell.folder) == []  # the logs of the functions are in that folder too


def test_changed_token_is_read_again_after_a_refusal(
    marked: tuple[Shell, Served], functions: dict[str, Function], moto_url: str, tmp_path: Path
) -> None:
    _, served = marked
    served.sandbox.TOKEN = "another-token"
    assert functions["extract"].invoke({"genre": ["War"]}).error == "CredentialsError"
    keys: dict[str, Any] = {"aws_access_key_id": "key", "aws_secret_access_key": "secret", "endpoint_url": moto_url}
    secrets = boto3.client("secretsmanager", "us-east-1", **keys)
    secrets.put_secret_value(SecretId=f"token-{tmp_path.name}", SecretString="another-token")
    assert functions["extract"].invoke({"genre": ["War"]}).document["status"] in {"complete", "incomplete"}
