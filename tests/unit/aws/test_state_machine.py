"""The state machine: a snapshot of all of it, and the rules that a change of the snapshot must not break."""

import itertools
import re

import pytest
from tests.support.aws.template import (
    INFRA,
    MACHINE,
    RESOURCES,
    STATES,
    TEMPLATE,
    Node,
    draw,
    list_rights,
    list_statements,
    name,
)
from tests.support.snapshots import Snapshots

from cinelake import errors
from cinelake.lake.lease import TTL_S

ENDS = {"Done", "Incomplete", "Failed"}
TASKS = {key: state for key, state in STATES.items() if state["Type"] == "Task"}
CALLS = {key: state for key, state in TASKS.items() if state["Resource"].endswith("lambda:invoke")}
RETRIES: list[Node] = CALLS["Plan"]["Retry"]


def _list_next(state: Node) -> set[str]:
    """The states that may follow."""
    branches = [*state.get("Choices", []), *state.get("Catch", [])]
    return {each["Next"] for each in branches} | {state[key] for key in ("Next", "Default") if key in state}


def _find_reachable(start: str) -> set[str]:
    reached, ahead = set[str](), [start]
    while ahead:
        key = ahead.pop()
        if key not in reached:
            reached.add(key)
            ahead += _list_next(STATES[key])
    return reached


def test_state_machine_matches_its_snapshot(snapshots: Snapshots) -> None:
    snapshots.check("aws/statemachine", draw(MACHINE))


def test_every_state_is_reachable_and_leads_to_an_end() -> None:
    assert _find_reachable(MACHINE["StartAt"]) == set(STATES)
    assert {key for key, state in STATES.items() if state["Type"] in {"Succeed", "Fail"}} == ENDS
    for key, state in STATES.items():
        assert _find_reachable(key) & ENDS
        assert bool(_list_next(state)) == (key not in ENDS)


def test_steps_run_in_order() -> None:
    steps = ["Plan", "Extract", "Verify", "Build", "LaterSteps", "Done"]
    for before, after in itertools.pairwise(steps):
        assert after in _find_reachable(before)
        assert before not in _find_reachable(after)
    assert "Extract" in _find_reachable("WaitForMore"), "an extraction continues"


def test_success_needs_a_complete_and_verified_run() -> None:
    (choice,) = STATES["IsAllThere"]["Choices"]
    statuses = {each["Variable"]: each["StringEquals"] for each in choice["And"]}
    assert statuses == {"$.extract.answer.status": "complete", "$.verify.answer.status": "verified"}
    assert STATES["IsAllThere"]["Default"] == STATES["IsAllBuilt"]["Default"] == "ReportIncomplete"
    assert STATES["Incomplete"]["Error"] == "CinelakeIncomplete"


def test_every_end_but_success_is_reported() -> None:
    for report, end in (("ReportIncomplete", "Incomplete"), ("ReportFailure", "Failed")):
        assert TASKS[report]["Parameters"]["TopicArn"] == "${TopicArn}"
        assert _list_next(TASKS[report]) == {end}
        assert {key for key, state in STATES.items() if end in _list_next(state)} == {report}


def test_every_failure_is_caught() -> None:
    for key, task in TASKS.items():
        (catch,) = task["Catch"]
        assert catch["ErrorEquals"] == ["States.ALL"]
        assert task["Retry"], key
        assert catch["Next"] == "ReportFailure" or key.startswith("Report")


def test_every_call_is_retried_in_the_same_way_within_the_time_of_its_function() -> None:
    for call in CALLS.values():
        assert call["Retry"] == RETRIES
        assert TEMPLATE["Globals"]["Function"]["Timeout"] < call["TimeoutSeconds"] < MACHINE["TimeoutSeconds"]


def test_every_engine_of_the_parameter_has_its_branch() -> None:
    branches = {each["StringEquals"]: each["Next"] for each in STATES["IsToBeBuilt"]["Choices"]}
    assert branches == {"lambda": "Build", "glue": "BuildOnGlue"}
    assert TEMPLATE["Parameters"]["BuildWith"]["AllowedValues"] == [*branches, "none"]
    assert STATES["IsToBeBuilt"]["Default"] == "LaterSteps"
    assert STATES["BuildOnGlue"]["TimeoutSeconds"] > 60 * RESOURCES["GlueJob"]["Properties"]["Timeout"]


def test_definition_gets_each_value_that_it_names() -> None:
    given = RESOURCES["StateMachine"]["Properties"]["DefinitionSubstitutions"]
    named = set(re.findall(r"\$\{(\w+)\}", (INFRA / "statemachine.asl.json").read_text()))
    assert named == set(given)


def test_role_may_call_what_the_machine_calls_and_nothing_else() -> None:
    given = RESOURCES["StateMachine"]["Properties"]["DefinitionSubstitutions"]
    called = {name(given[call["Parameters"]["FunctionName"].strip("${}")]) for call in CALLS.values()}
    rights = list_rights(*list_statements("StateMachineRole"))
    assert {resource for action, resource in rights if action == "lambda:InvokeFunction"} == called
    assert {right for right in rights if right[0].startswith(("sns:", "glue:"))} == {("sns:Publish", "${Topic}")}
    actions = {action for action, _ in list_rights(*list_statements("GlueStart"))}
    assert actions == {f"glue:{action}" for action in ("StartJobRun", "GetJobRun", "GetJobRuns", "BatchStopJobRun")}


# ---- retries


def _find_delays(error: str) -> list[float]:
    """The seconds before each retry of an error."""
    (retry,) = (each for each in RETRIES if error in each["ErrorEquals"])
    delays = (retry["IntervalSeconds"] * retry["BackoffRate"] ** n for n in range(retry["MaxAttempts"]))
    return [min(delay, retry.get("MaxDelaySeconds", delay)) for delay in delays]


def _list_family(root: type[Exception]) -> set[str]:
    return {root.__name__}.union(*map(_list_family, root.__subclasses__()))


def test_only_errors_that_pass_by_themselves_are_retried() -> None:
    retried = {error for retry in RETRIES for error in retry["ErrorEquals"]}
    assert retried.isdisjoint({"States.ALL", "States.TaskFailed"})
    assert {error for error in retried if "." not in error} == _list_family(errors.UnreachableError)


def test_an_outage_of_an_hour_is_survived() -> None:
    assert 3_000 <= sum(_find_delays("ServiceError")) <= 4_000


@pytest.mark.parametrize("error", ["Sandbox.Timedout", "Runtime.ExitError", "Lambda.Unknown", "States.Timeout"])
def test_a_killed_call_waits_for_the_lease_to_expire(error: str) -> None:
    assert all(TTL_S < delay < TTL_S + 10 for delay in _find_delays(error))


def test_a_second_execution_waits_a_day_for_the_first() -> None:
    (retry,) = (each for each in RETRIES if "Lambda.TooManyRequestsException" in each["ErrorEquals"])
    assert retry["JitterStrategy"] == "FULL"  # takes any part of each delay, half on average
    assert sum(_find_delays("Lambda.TooManyRequestsException")) / 2 > 86_400
