"""The commands `schedule` and `report`."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from tests.e2e.conftest import Served, Shell

OUTPUTS = {
    "StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:cinelake",
    "SchedulerRoleArn": "arn:aws:iam::123456789012:role/scheduler",
    "ScheduleGroupName": "films",
    "DeadLetterQueueArn": "arn:aws:sqs:us-east-1:123456789012:dead",
}
CRIME = ("--genre", "Crime", "--rate", "unlimited")


@pytest.fixture
def account(moto_url: str) -> Iterator[dict[str, str]]:
    """The variables of an account with a deployed stack."""
    variables = {"AWS_ENDPOINT_URL": moto_url, "AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret"}
    keys: dict[str, Any] = {"aws_access_key_id": "key", "aws_secret_access_key": "secret", "endpoint_url": moto_url}
    stacks, scheduler = boto3.client("cloudformation", "us-east-1", **keys), boto3.client("scheduler", "us-east-1", **keys)
    template = {
        "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
        "Outputs": {name: {"Value": value} for name, value in OUTPUTS.items()},
    }
    stacks.create_stack(StackName="cinelake", TemplateBody=json.dumps(template))
    scheduler.create_schedule_group(Name="films")
    yield {**variables, "AWS_DEFAULT_REGION": "us-east-1"}
    scheduler.delete_schedule_group(Name="films")
    stacks.delete_stack(StackName="cinelake")


def _run(shell: Shell, *words: str, **variables: str) -> dict[str, Any]:
    done = shell.run("schedule", *words, "--json", **variables)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def test_schedules_are_created_once_listed_and_deleted(online: tuple[Shell, Served], account: dict[str, str]) -> None:
    shell, served = online
    dry = _run(shell, "create", *CRIME, "--dry-run")["schedules"]
    assert {"Schedule_Crime_2020-2024", "Schedule_Crime_undated"} <= {each["name"] for each in dry}
    assert set(served.sandbox.meter.report().by_kind) == {"discover"}  # no other requests
    made = _run(shell, "create", *CRIME, **account)
    assert len(made["made"]) == len(dry)
    again = _run(shell, "create", *CRIME, **account)
    assert (again["made"], again["changed"], again["kept"]) == ([], [], made["made"])
    recurring = _run(shell, "create", *CRIME[:2], "--every", "1d", **account)
    assert [each["expression"] for each in recurring["schedules"]] == ["rate(1 day)"]
    listed = _run(shell, "list", **account)["schedules"]
    assert len(listed) == len(dry) + 1
    text = shell.run("schedule", "list", **account).stdout
    assert "Schedule_Crime_2020-2024" in text
    assert _run(shell, "delete", "--genre", "War", **account)["deleted"] == []
    assert len(_run(shell, "delete", "--genre", "Crime", **account)["deleted"]) == len(listed)
    assert _run(shell, "list", **account)["schedules"] == []
    assert "no schedules" in shell.run("schedule", "list", **account).stdout


def test_missing_stack_is_reported_with_a_hint(online: tuple[Shell, Served], account: dict[str, str]) -> None:
    shell, _ = online
    done = shell.run("schedule", "list", "--stack", "nowhere", **account)
    assert done.returncode == 2
    assert 'the stack "nowhere" does not exist in this region' in done.stderr
    assert "make deploy" in done.stderr


def test_report_writes_one_page_about_a_run(online: tuple[Shell, Served]) -> None:
    shell, _ = online
    assert shell.extract("--genre", "Crime", "--rate", "200").returncode == 0
    done = shell.run("report", "--json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    page = (shell.folder / document["file"]).read_text()
    run = document["run"]
    assert page.startswith("<!doctype html>")
    assert f"{sum(piece['fetched'] for piece in run['slices']):,}" in page
    (process,) = run["processes"]
    assert process["ending"] == "complete"
    assert process["requests"] == run["requests"] > 0
    assert run["p50"] > 0
    assert shell.run("report", "2031-01-01").returncode == 2
    elsewhere = shell.run("report", "--output", "no/such/folder.html")
    assert elsewhere.returncode == 2
    assert "choose another file with --output" in elsewhere.stderr


def test_stopped_process_leaves_its_trace(online: tuple[Shell, Served]) -> None:
    shell, _ = online
    done = shell.extract("--genre", "Crime", "--rate", "20", "--deadline", "4s")
    assert done.returncode == 75, done.stderr
    assert shell.extract("--genre", "Crime").returncode == 0
    run = json.loads(shell.run("report", "--json").stdout)["run"]
    assert [process["ending"] for process in run["processes"]] == ["stopped", "complete"]
    assert run["state"] == "complete"
