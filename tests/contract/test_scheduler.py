"""EventBridge Scheduler (moto): schedules are created, repaired by a second call, listed and removed."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, cast

import boto3
import pytest
from botocore.exceptions import ClientError

from cinelake.aws.scheduler import Scheduler, Stack, read_instants, read_stack
from cinelake.aws.schedules import Entry
from cinelake.errors import UnreachableError, UsageError

STACK = Stack(
    "arn:aws:states:us-east-1:123456789012:stateMachine:cinelake",
    "arn:aws:iam::123456789012:role/scheduler",
    "cinelake",
    "arn:aws:sqs:us-east-1:123456789012:dead",
)
ENTRIES = [
    Entry(f"Schedule_Crime_{year}-{year + 4}", f"at(2027-01-0{n}T06:00:00)", '{"slice": "x"}', "movie-80-x", 7)
    for n, year in enumerate((1900, 1905, 1910), 1)
]


@pytest.fixture
def aws(moto_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Any]]:
    """Opens clients of an account with an empty schedule group."""
    variables = {"AWS_ENDPOINT_URL": moto_url, "AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret"}
    for name, value in {**variables, "AWS_DEFAULT_REGION": "us-east-1"}.items():
        monkeypatch.setenv(name, value)
    boto3.client("scheduler").create_schedule_group(Name=STACK.group)
    yield cast("Callable[[str], Any]", boto3.client)
    boto3.client("scheduler").delete_schedule_group(Name=STACK.group)


def test_created_schedules_start_the_state_machine(aws: Callable[[str], Any]) -> None:
    outcome = Scheduler(STACK).create(ENTRIES)
    assert outcome.made == tuple(entry.name for entry in ENTRIES)
    found = aws("scheduler").get_schedule(GroupName=STACK.group, Name=ENTRIES[0].name)
    assert found["ScheduleExpression"] == ENTRIES[0].expression
    assert found["ActionAfterCompletion"] == "DELETE"
    assert found["FlexibleTimeWindow"] == {"Mode": "OFF"}
    target = found["Target"]
    assert (target["Arn"], target["RoleArn"], target["Input"]) == (STACK.state_machine, STACK.role, ENTRIES[0].event)
    assert target["DeadLetterConfig"] == {"Arn": STACK.dead_letters}
    assert target["RetryPolicy"]["MaximumRetryAttempts"] == 5


def test_second_call_repairs_missing_and_changed_schedules(aws: Callable[[str], Any]) -> None:
    scheduler = Scheduler(STACK)
    scheduler.create(ENTRIES)
    assert scheduler.create(ENTRIES).kept == tuple(entry.name for entry in ENTRIES)
    aws("scheduler").delete_schedule(GroupName=STACK.group, Name=ENTRIES[1].name)
    changed = [replace(ENTRIES[0], event='{"slice": "y"}'), *ENTRIES[1:]]
    outcome = scheduler.create(changed)
    assert (outcome.changed, outcome.made, outcome.kept) == ((ENTRIES[0].name,), (ENTRIES[1].name,), (ENTRIES[2].name,))
    assert [json.loads(each.event)["slice"] for each in scheduler.list_schedules()] == ["y", "x", "x"]


def test_failure_reports_progress_and_the_same_call_continues(aws: Callable[[str], Any]) -> None:
    _ = aws
    bad = [*ENTRIES[:2], ENTRIES[1]]  # a name twice is refused
    with pytest.raises(UnreachableError) as failed:
        Scheduler(STACK).create(bad)
    assert failed.value.message.startswith('schedule "Schedule_Crime_1905-1909": ')
    assert "2 of 3 exist" in failed.value.message
    assert "ConflictException" in failed.value.cause
    assert "run the same command again" in failed.value.hint
    outcome = Scheduler(STACK).create(ENTRIES)
    assert (len(outcome.kept), len(outcome.made)) == (2, 1)


def test_schedules_are_listed_with_their_selection_and_removed(aws: Callable[[str], Any]) -> None:
    scheduler = Scheduler(STACK)
    scheduler.create(ENTRIES)
    aws("scheduler").create_schedule(
        GroupName=STACK.group,
        Name="mine",
        ScheduleExpression="rate(1 day)",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": STACK.state_machine, "RoleArn": STACK.role},
    )
    found = scheduler.list_schedules()
    assert [(each.name, each.selection_id) for each in found] == [
        *((entry.name, "movie-80-x") for entry in ENTRIES),
        ("mine", ""),
    ]
    assert read_instants(found) == {entry.name: entry.at for entry in ENTRIES}
    scheduler.delete([each.name for each in found if each.selection_id])
    scheduler.delete(["not-there"])
    assert [each.name for each in scheduler.list_schedules()] == ["mine"]


def test_stack_is_read_from_its_outputs(aws: Callable[[str], Any]) -> None:
    outputs = {
        "StateMachineArn": STACK.state_machine,
        "SchedulerRoleArn": STACK.role,
        "ScheduleGroupName": STACK.group,
        "DeadLetterQueueArn": STACK.dead_letters,
    }
    template = {
        "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
        "Outputs": {name: {"Value": value} for name, value in outputs.items()},
    }
    client = aws("cloudformation")
    client.create_stack(StackName="complete", TemplateBody=json.dumps(template))
    client.create_stack(StackName="other", TemplateBody=json.dumps({"Resources": template["Resources"]}))
    assert read_stack("complete") == STACK
    for name in ("other", "nowhere"):
        with pytest.raises(UsageError, match=f'the stack "{name}" does not exist in this region'):
            read_stack(name)


def test_unreachable_account_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "key")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with pytest.raises(UnreachableError, match="AWS cannot be reached") as failed:
        read_stack("cinelake")
    assert not isinstance(failed.value.__cause__, ClientError)


def test_schedule_of_another_selection_is_not_changed(aws: Callable[[str], Any]) -> None:
    _ = aws
    scheduler = Scheduler(STACK)
    scheduler.create(ENTRIES[1:2])
    mine = [replace(entry, selection_id="movie-80-y", event='{"slice": "y"}') for entry in ENTRIES]
    with pytest.raises(UsageError, match='"Schedule_Crime_1905-1909" belongs to the selection movie-80-x'):
        scheduler.create(mine)
    assert [(each.name, each.event) for each in scheduler.list_schedules()] == [(ENTRIES[1].name, ENTRIES[1].event)]
