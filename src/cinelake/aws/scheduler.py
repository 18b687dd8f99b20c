"""Creates, changes, lists and removes schedules of EventBridge Scheduler in the stack's group.

Invariant: a schedule that is already correct is not touched, so the same command completes what a failure left half done.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cinelake.aws.clients import find_code, open_client, translated
from cinelake.aws.schedules import Entry, parse_at
from cinelake.errors import UsageError

if TYPE_CHECKING:
    from datetime import datetime

    from mypy_boto3_scheduler import EventBridgeSchedulerClient

_RETRIES = {"MaximumRetryAttempts": 5, "MaximumEventAgeInSeconds": 6 * 3600}
_PREFIX = "cinelake "


@dataclass(frozen=True, slots=True)
class Stack:
    """The outputs of the deployed stack that schedules need."""

    state_machine: str
    role: str
    group: str
    dead_letters: str


@dataclass(frozen=True, slots=True)
class Scheduled:
    """One schedule that exists. `selection_id` is empty if cinelake did not create it."""

    name: str
    expression: str
    state: str
    selection_id: str
    event: str

    @property
    def at(self) -> "datetime | None":
        """The instant of a schedule that runs once, in UTC."""
        return parse_at(self.expression)


@dataclass(frozen=True, slots=True)
class Outcome:
    """Names of the schedules created, changed, and kept as they were."""

    made: tuple[str, ...]
    changed: tuple[str, ...]
    kept: tuple[str, ...]


def read_stack(name: str) -> Stack:
    """The outputs of a deployed stack.

    Raises:
        UsageError: the stack does not exist or is not a cinelake stack.
        CredentialsError: AWS refuses access.
        UnreachableError: AWS cannot be reached.
    """
    with translated(f'stack "{name}"'):
        client = open_client("cloudformation")
        try:
            stacks = client.describe_stacks(StackName=name)["Stacks"]
        except client.exceptions.ClientError as error:
            if find_code(error) != "ValidationError":
                raise
            stacks = []
    outputs = {each["OutputKey"]: each["OutputValue"] for stack in stacks for each in stack.get("Outputs", [])}
    try:
        return Stack(
            outputs["StateMachineArn"],
            outputs["SchedulerRoleArn"],
            outputs["ScheduleGroupName"],
            outputs["DeadLetterQueueArn"],
        )
    except KeyError as error:
        problem = "does not exist in this region" if not outputs else f"has no output {error.args[0]}"
        hint = "run `make deploy` to create it, or name another stack with --stack"
        raise UsageError(f'the stack "{name}" {problem}', hint=hint) from None


class Scheduler:
    """The schedules of one stack's group."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._client: EventBridgeSchedulerClient = open_client("scheduler")

    def list_schedules(self, names: Sequence[str] | None = None) -> list[Scheduled]:
        """The schedules of the group, by name; only those in `names` if given.

        Raises:
            UnreachableError: AWS cannot be reached.
        """
        with translated(f'schedules of the group "{self._stack.group}"'):
            pages = self._client.get_paginator("list_schedules").paginate(GroupName=self._stack.group)
            listed = sorted(each["Name"] for page in pages for each in page["Schedules"])
            found = (self._read(name) for name in listed if names is None or name in names)
            return [_describe(each) for each in found if each is not None]

    def create(self, entries: Sequence[Entry]) -> Outcome:
        """Create each schedule that does not exist, and change each that differs.

        Raises:
            UsageError: one belongs to another selection; then nothing was created.
            UnreachableError: one could not be created; the message counts those that were.
        """
        existing = {each.name: each for each in self.list_schedules([entry.name for entry in entries])}
        _check_owners(entries, existing)
        made: list[str] = []
        changed: list[str] = []
        kept: list[str] = []
        for entry in entries:
            so_far = f"{len(made) + len(changed) + len(kept)} of {len(entries)} exist"
            with translated(f'schedule "{entry.name}"', so_far):
                wanted = self._build(entry)
                if entry.name not in existing:
                    self._client.create_schedule(**wanted)
                    made.append(entry.name)
                elif _matches(self._read(entry.name), wanted):
                    kept.append(entry.name)
                else:
                    self._client.update_schedule(**wanted)
                    changed.append(entry.name)
        return Outcome(tuple(made), tuple(changed), tuple(kept))

    def delete(self, names: Sequence[str]) -> None:
        """Remove schedules; one that does not exist is no error.

        Raises:
            UnreachableError: one could not be removed.
        """
        for count, name in enumerate(names):
            with translated(f'schedule "{name}"', f"{count} of {len(names)} are removed"):
                try:
                    self._client.delete_schedule(GroupName=self._stack.group, Name=name)
                except self._client.exceptions.ResourceNotFoundException:
                    continue

    def _read(self, name: str) -> dict[str, Any] | None:
        """A schedule; None if it has deleted itself in the meantime."""
        try:
            return dict(self._client.get_schedule(GroupName=self._stack.group, Name=name))
        except self._client.exceptions.ResourceNotFoundException:
            return None

    def _build(self, entry: Entry) -> dict[str, Any]:
        begin = {"StartDate": entry.begins_at} if entry.begins_at else {}
        return begin | {
            "GroupName": self._stack.group,
            "Name": entry.name,
            "Description": _PREFIX + entry.selection_id,
            "ScheduleExpression": entry.expression,
            "ScheduleExpressionTimezone": "UTC",
            "FlexibleTimeWindow": {"Mode": "OFF"},
            "ActionAfterCompletion": "DELETE" if entry.at else "NONE",
            "State": "ENABLED",
            "Target": {
                "Arn": self._stack.state_machine,
                "RoleArn": self._stack.role,
                "Input": entry.event,
                "RetryPolicy": _RETRIES,
                "DeadLetterConfig": {"Arn": self._stack.dead_letters},
            },
        }


def read_instants(schedules: Sequence[Scheduled]) -> "dict[str, datetime]":
    """The instants of the schedules that run once, by name."""
    return {each.name: each.at for each in schedules if each.at is not None}


def _describe(found: dict[str, Any]) -> Scheduled:
    description = found.get("Description", "")
    selection_id = description.removeprefix(_PREFIX) if description.startswith(_PREFIX) else ""
    return Scheduled(
        found["Name"], found["ScheduleExpression"], found["State"], selection_id, found["Target"].get("Input", "")
    )


def _check_owners(entries: Sequence[Entry], existing: Mapping[str, Scheduled]) -> None:
    """Refuse to change a schedule of another selection."""
    for entry in entries:
        there = existing.get(entry.name)
        if there is not None and there.selection_id != entry.selection_id:
            owner = f"the selection {there.selection_id}" if there.selection_id else "an owner other than cinelake"
            raise UsageError(
                f'the schedule "{entry.name}" belongs to {owner}',
                hint="remove it first with `cinelake schedule delete`, or wait until it has run",
            )


def _matches(found: dict[str, Any] | None, wanted: dict[str, Any]) -> bool:
    return found is not None and all(found.get(name) == value for name, value in wanted.items())
