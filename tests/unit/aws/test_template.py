"""What stands on AWS is what is named here: each resource, each right, each alarm, each step of the state machine."""

import importlib
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.support.runs import CRIME, World
from tests.support.service import TODAY, build_sandbox
from tests.support.virtual import VirtualClock

from cinelake import errors
from cinelake.extract.planning import aws_prices as prices
from cinelake.extract.tracing.metrics import measure_process, measure_run, measure_verification, measure_watermark
from cinelake.lake.lease import TTL_S
from cinelake.tmdb.executor import RequestCounts

ROOT = Path(__file__).parents[3]
INFRA = ROOT / "infra"
Node = dict[str, Any]


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short forms, each read as its long form."""


def _read_short_form(loader: _Loader, suffix: str, node: yaml.Node) -> Node:
    match node:
        case yaml.ScalarNode():
            value: object = loader.construct_scalar(node)
        case yaml.SequenceNode():
            value = loader.construct_sequence(node, deep=True)
        case _:
            raise AssertionError(f"!{suffix} of a mapping")
    if suffix == "GetAtt":
        value = str(value).split(".", 1)
    return {suffix if suffix in {"Ref", "Condition"} else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _read_short_form)

TEMPLATE: Node = yaml.load((INFRA / "template.yaml").read_text(), Loader=_Loader)  # noqa: S506 - a safe loader, and our file
RESOURCES: dict[str, Node] = TEMPLATE["Resources"]
MACHINE: Node = json.loads((INFRA / "statemachine.asl.json").read_text())
STATES: dict[str, Node] = MACHINE["States"]
TASKS = {name: state for name, state in STATES.items() if state["Type"] == "Task"}
CALLS = {name: state for name, state in TASKS.items() if state["Resource"].endswith("lambda:invoke")}

FUNCTIONS = ("Plan", "Extract", "Verify", "Build")

EMITTED = {
    *measure_process(RequestCounts(), 0.0),
    *measure_watermark(TODAY, TODAY),
    *measure_run(World(build_sandbox(VirtualClock(), films=5)).extract(CRIME)),
    *measure_verification(0),
}
LAKE = [{"Name": "Lake", "Value": {"Fn::Sub": "s3://${LakeBucket}"}}]
LOG = ("logs:CreateLogStream", "logs:PutLogEvents")

GLUE = "arn:${AWS::Partition}:glue:${AWS::Region}:${AWS::AccountId}"
GLUE_LOGS = "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:/aws-glue/*"
BUILDING = {
    ("s3:ListBucket", "LakeBucket.Arn"),
    ("s3:GetObject", "${LakeBucket.Arn}/Raw/*"),
    ("s3:GetObject", "${LakeBucket.Arn}/_cinelake/*"),
    *(
        (f"s3:{action}Object", f"${{LakeBucket.Arn}}/{zone}/*")
        for action in ("Get", "Put", "Delete")
        for zone in ("Trusted", "Refined")
    ),
    ("s3:PutObject", "${LakeBucket.Arn}/_cinelake/refined/*"),
}

# Every right of every role. `*` at the end of a key is the folder's content; whatever else has a star is in WITH_STARS.
RIGHTS: dict[str, set[tuple[str, str]]] = {
    "PlanRole": {
        ("s3:ListBucket", "LakeBucket.Arn"),
        ("s3:GetObject", "${LakeBucket.Arn}/_cinelake/*"),
        ("s3:PutObject", "${LakeBucket.Arn}/_cinelake/lease.json"),
        ("s3:PutObject", "${LakeBucket.Arn}/_cinelake/runs/*"),
        ("s3:DeleteObject", "${LakeBucket.Arn}/_cinelake/lease.json"),
        ("secretsmanager:GetSecretValue", "TokenSecret"),
        *((action, "PlanLog.Arn") for action in LOG),
    },
    "ExtractRole": {
        ("s3:ListBucket", "LakeBucket.Arn"),
        ("s3:GetObject", "${LakeBucket.Arn}/Raw/TMDB/*"),
        ("s3:GetObject", "${LakeBucket.Arn}/_cinelake/*"),
        ("s3:PutObject", "${LakeBucket.Arn}/Raw/TMDB/*"),
        ("s3:PutObject", "${LakeBucket.Arn}/_cinelake/*"),
        ("s3:DeleteObject", "${LakeBucket.Arn}/Raw/TMDB/*"),
        ("s3:DeleteObject", "${LakeBucket.Arn}/_cinelake/lease.json"),
        *(
            ("s3:DeleteObject", f"${{LakeBucket.Arn}}/_cinelake/{folder}/*")
            for folder in ("listings", "runs", "snapshots", "windows")
        ),
        ("secretsmanager:GetSecretValue", "TokenSecret"),
        ("sqs:SendMessage", "DeadLetterQueue.Arn"),
        *((action, "ExtractLog.Arn") for action in LOG),
    },
    "VerifyRole": {
        ("s3:ListBucket", "LakeBucket.Arn"),
        ("s3:GetObject", "${LakeBucket.Arn}/Raw/TMDB/*"),
        ("s3:GetObject", "${LakeBucket.Arn}/_cinelake/*"),
        ("s3:PutObject", "${LakeBucket.Arn}/_cinelake/lease.json"),
        ("s3:DeleteObject", "${LakeBucket.Arn}/_cinelake/lease.json"),
        ("secretsmanager:GetSecretValue", "TokenSecret"),
        *((action, "VerifyLog.Arn") for action in LOG),
    },
    "StateMachineRole": {
        ("lambda:InvokeFunction", "PlanFunction.Arn"),
        ("lambda:InvokeFunction", "ExtractFunction.Arn"),
        ("lambda:InvokeFunction", "VerifyFunction.Arn"),
        ("lambda:InvokeFunction", "BuildFunction.Arn"),
        ("sns:Publish", "Topic"),
        ("logs:CreateLogDelivery", "*"),
        ("logs:GetLogDelivery", "*"),
        ("logs:UpdateLogDelivery", "*"),
        ("logs:DeleteLogDelivery", "*"),
        ("logs:ListLogDeliveries", "*"),
        ("logs:PutResourcePolicy", "*"),
        ("logs:DescribeResourcePolicies", "*"),
        ("logs:DescribeLogGroups", "*"),
    },
    "BuildRole": {
        ("s3:PutObject", "${LakeBucket.Arn}/Dashboard/index.html"),
        *BUILDING,
        ("s3:PutObject", "${LakeBucket.Arn}/_cinelake/catalog/*"),
        ("s3:DeleteObject", "${LakeBucket.Arn}/_cinelake/catalog/*"),
        *(
            (f"glue:{action}", f"{GLUE}:{place}")
            for action in ("GetTables", "CreateTable", "UpdateTable", "DeleteTable")
            for place in ("catalog", "database/${LakeDatabase}", "table/${LakeDatabase}/*")
        ),
        *((action, "BuildLog.Arn") for action in LOG),
    },
    "GlueRole": {
        *BUILDING,
        *(
            (f"s3:{action}", f"${{LakeBucket.Arn}}/_cinelake/{place}")
            for action in ("PutObject", "DeleteObject")
            for place in ("workbench/*", "workbench_$folder$")
        ),
        *((action, GLUE_LOGS) for action in (*LOG, "logs:CreateLogGroup")),
    },
    "SchedulerRole": {
        ("states:StartExecution", "StateMachine"),
        ("sqs:SendMessage", "DeadLetterQueue.Arn"),
    },
}
WITH_STARS = {
    ("StateMachineRole", "DeliverLogs"),  # AWS knows no resource for the delivery of logs
    ("LakeBucketPolicy", "RefuseWithoutTls"),  # a refusal, of everything
    ("BuildRole", "RegisterTables"),  # the tables of one database
    ("GlueRole", "WriteLogs"),  # Glue names its logs itself
}
_LISTED = ("listings", "snapshots", "windows")
OWN_FOLDERS = ("_cinelake", *(f"_cinelake/{name}" for name in ("runs", *_LISTED, "refined", "catalog", "workbench")))
FOLDERS = {f"${{LakeBucket.Arn}}/{folder}/*" for folder in ("Raw", "Raw/TMDB", "Trusted", "Refined", *OWN_FOLDERS)}


def _find(kind: str) -> dict[str, Node]:
    """The resources of a type."""
    return {name: resource for name, resource in RESOURCES.items() if resource["Type"] == kind}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _name(reference: object) -> str:
    """What a reference refers to, as a text."""
    match reference:
        case str() | int():
            return str(reference)
        case {"Ref": str(name)} | {"Fn::Sub": str(name)}:
            return name
        case {"Fn::GetAtt": [*parts]}:
            return ".".join(map(str, parts))
        case {"Fn::If": [_, there, absent]}:
            return f"{_name(there)} or {_name(absent)}"
        case _:
            raise AssertionError(f"no reference: {reference}")


def _list_statements() -> Iterator[tuple[str, Node]]:
    """Every statement that grants or refuses something, with the resource that it belongs to."""
    for name, resource in RESOURCES.items():
        properties = resource["Properties"]
        documents = [policy["PolicyDocument"] for policy in properties.get("Policies", [])]
        documents += [properties["PolicyDocument"]] if "PolicyDocument" in properties else []
        for document in documents:
            yield from ((name, statement) for statement in document["Statement"])


def _list_rights(statement: Node) -> set[tuple[str, str]]:
    return {(action, _name(resource)) for action in _list(statement["Action"]) for resource in _list(statement["Resource"])}


def test_each_resource_is_there_and_no_other() -> None:
    assert {name: resource["Type"] for name, resource in RESOURCES.items()} == {
        "LakeBucket": "AWS::S3::Bucket",
        "LakeBucketPolicy": "AWS::S3::BucketPolicy",
        "TokenSecret": "AWS::SecretsManager::Secret",
        **{f"{name}Function": "AWS::Serverless::Function" for name in FUNCTIONS},
        **{f"{name}Role": "AWS::IAM::Role" for name in (*FUNCTIONS, "StateMachine", "Scheduler", "Glue")},
        **{f"{name}Log": "AWS::Logs::LogGroup" for name in (*FUNCTIONS, "StateMachine")},
        "LakeDatabase": "AWS::Glue::Database",
        "Workgroup": "AWS::Athena::WorkGroup",
        "GlueJob": "AWS::Glue::Job",
        "GlueStart": "AWS::IAM::Policy",
        "StateMachine": "AWS::Serverless::StateMachine",
        "ScheduleGroup": "AWS::Scheduler::ScheduleGroup",
        "DeadLetterQueue": "AWS::SQS::Queue",
        "Topic": "AWS::SNS::Topic",
        "TopicPolicy": "AWS::SNS::TopicPolicy",
        "EmailSubscription": "AWS::SNS::Subscription",
        **{
            f"{name}Alarm": "AWS::CloudWatch::Alarm"
            for name in ("Failure", "Overdue", "Short", "Refusal", "Staleness", "Watermark", "DeadLetter")
        },
        "WatchBoard": "AWS::CloudWatch::Dashboard",
    }


def test_what_a_schedule_needs_to_know_is_put_out() -> None:
    assert {name: _name(output["Value"]) for name, output in TEMPLATE["Outputs"].items() if name != "DashboardUrl"} == {
        "LakeUrl": "s3://${LakeBucket}",
        "StateMachineArn": "StateMachine",
        "SchedulerRoleArn": "SchedulerRole.Arn",
        "ScheduleGroupName": "ScheduleGroup",
        "DeadLetterQueueArn": "DeadLetterQueue.Arn",
        "DatabaseName": "LakeDatabase",
        "WorkgroupName": "Workgroup",
        "GlueJobName": "GlueJob",
        "TokenSecretArn": "TokenSecret",
        "TopicArn": "Topic",
    }
    assert "${WatchBoard}" in _name(TEMPLATE["Outputs"]["DashboardUrl"]["Value"])


def test_the_bucket_is_private_encrypted_versioned_and_outlives_the_stack() -> None:
    bucket = RESOURCES["LakeBucket"]
    properties = bucket["Properties"]
    assert (bucket["DeletionPolicy"], bucket["UpdateReplacePolicy"]) == ("RetainExceptOnCreate", "Retain")
    public = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
    assert properties["PublicAccessBlockConfiguration"] == dict.fromkeys(public, True)
    assert properties["OwnershipControls"] == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    assert properties["VersioningConfiguration"] == {"Status": "Enabled"}
    (rule,) = properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule == {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}


def test_the_bucket_refuses_whoever_comes_without_tls() -> None:
    properties = RESOURCES["LakeBucketPolicy"]["Properties"]
    (statement,) = properties["PolicyDocument"]["Statement"]
    assert properties["Bucket"] == {"Ref": "LakeBucket"}
    assert (statement["Effect"], statement["Principal"], statement["Action"]) == ("Deny", "*", "s3:*")
    assert [_name(each) for each in statement["Resource"]] == ["LakeBucket.Arn", "${LakeBucket.Arn}/*"]
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def _find_rules() -> dict[str, Node]:
    rules = RESOURCES["LakeBucket"]["Properties"]["LifecycleConfiguration"]["Rules"]
    assert all(rule["Status"] == "Enabled" for rule in rules)
    return {rule.get("Prefix", ""): rule for rule in rules}


def test_whatever_comes_from_tmdb_expires_and_its_former_versions_a_day_later() -> None:
    rules = _find_rules()
    ages = {
        prefix: rule["ExpirationInDays"]["Fn::FindInMap"]
        for prefix, rule in rules.items()
        if "ExpirationInDays" in rule and prefix != "_cinelake/athena/"
    }
    kinds = {prefix: kind for prefix, (_, _, kind) in ages.items()}
    assert kinds == {
        **dict.fromkeys(("Raw/TMDB/", "Trusted/TMDB/", "Refined/", "Dashboard/"), "Content"),
        **dict.fromkeys(("_cinelake/runs/", "_cinelake/manifests/"), "Manifests"),
        **dict.fromkeys(("_cinelake/listings/", "_cinelake/snapshots/", "_cinelake/windows/"), "Listings"),
    }
    assert all(age[:2] == ["Expire", {"Ref": "CacheDays"}] for age in ages.values())
    assert rules["_cinelake/athena/"]["ExpirationInDays"] == 7
    for prefix in (*kinds, "_cinelake/athena/"):
        covering = [rule for other, rule in rules.items() if prefix.startswith(other)]
        assert {"NoncurrentDays": 1} in [rule.get("NoncurrentVersionExpiration") for rule in covering], prefix
    assert rules[""]["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 1}


def test_the_users_own_files_do_not_expire() -> None:
    key = "Raw/Local/CSV/Movies/2026/11/24/movies.csv"
    ending = [rule for prefix, rule in _find_rules().items() if key.startswith(prefix) and "Abort" not in str(rule)]
    assert ending == []


def test_nothing_is_left_after_the_days_and_no_manifest_outlives_its_batches() -> None:
    days = TEMPLATE["Parameters"]["CacheDays"]
    assert days["Default"] == "180"
    assert set(days["AllowedValues"]) == set(TEMPLATE["Mappings"]["Expire"])
    assert max(map(int, days["AllowedValues"])) <= 181  # the shortest six months
    for limit, expire in TEMPLATE["Mappings"]["Expire"].items():
        # S3 rounds up to midnight (1), keeps what expired as a former version for a day (1), and rounds up again (1).
        assert expire["Listings"] + 3 <= int(limit)
        assert expire["Manifests"] + 1 < expire["Content"] < expire["Listings"]


def test_a_weekly_refresh_keeps_no_record_that_the_bucket_removes_before_the_next_one() -> None:
    assert all(expire["Refresh"] + 7 <= expire["Manifests"] for expire in TEMPLATE["Mappings"]["Expire"].values())


def test_the_secret_is_made_without_a_value() -> None:
    assert set(RESOURCES["TokenSecret"]["Properties"]) == {"Description"}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_each_function_is_its_handler_with_its_role_and_its_log(name: str) -> None:
    function = RESOURCES[f"{name}Function"]
    properties = {**TEMPLATE["Globals"]["Function"], **function["Properties"]}
    assert properties["Handler"] == f"cinelake.aws.{'build_handler' if name == 'Build' else 'handlers'}.{name.lower()}"
    module, _, handler = properties["Handler"].rpartition(".")
    assert callable(getattr(importlib.import_module(module), handler))
    assert (properties["Runtime"], properties["Architectures"], properties["Timeout"]) == ("python3.13", ["arm64"], 900)
    assert properties["MemorySize"] == {"Verify": 1024, "Build": 3008}.get(name, 512)
    assert ("EphemeralStorage" in properties) == (name == "Build")
    assert _name(properties["Role"]) == f"{name}Role.Arn"
    assert properties["LoggingConfig"] == {"LogGroup": {"Ref": f"{name}Log"}}
    assert function["Metadata"] == {"BuildMethod": "makefile"}
    assert f"build-{name}Function" in (INFRA / "Makefile").read_text()


def test_one_extraction_and_one_build_at_a_time_and_calls_that_fail_are_kept() -> None:
    properties = RESOURCES["ExtractFunction"]["Properties"]
    for each in (properties, RESOURCES["BuildFunction"]["Properties"]):
        assert each["ReservedConcurrentExecutions"] == {"Fn::If": ["HasReserve", 1, {"Ref": "AWS::NoValue"}]}
    assert RESOURCES["GlueJob"]["Properties"]["ExecutionProperty"] == {"MaxConcurrentRuns": 1}
    assert TEMPLATE["Parameters"]["ReserveExtract"]["Default"] == "true"
    failed = properties["EventInvokeConfig"]["DestinationConfig"]["OnFailure"]
    assert failed == {"Type": "SQS", "Destination": {"Fn::GetAtt": ["DeadLetterQueue", "Arn"]}}


def test_no_environment_holds_a_token() -> None:
    asking: dict[str, Node] = {
        "CINELAKE_TOKEN_FROM": {"Fn::Sub": "secretsmanager:${TokenSecret}"},
        "CINELAKE_RATE": {"Ref": "Rate"},
    }
    for name, function in _find("AWS::Serverless::Function").items():
        others = {"CINELAKE_DATABASE": {"Ref": "LakeDatabase"}} if name == "BuildFunction" else asking
        if name in {"PlanFunction", "ExtractFunction"}:
            others = asking | {"CINELAKE_MAX_AGE": {"Fn::FindInMap": ["Expire", {"Ref": "CacheDays"}, "Refresh"]}}
        variables = function["Properties"]["Environment"]["Variables"]
        assert variables == {"CINELAKE_LAKE": {"Fn::Sub": "s3://${LakeBucket}"}, **others}, name
    assert "Environment" not in TEMPLATE["Globals"]["Function"]
    assert not [name for name in TEMPLATE["Parameters"] if re.search("token|secret|key", name, flags=re.IGNORECASE)]
    for path in INFRA.iterdir():
        if path.is_file():
            assert not re.search(
                r"TMDB_TOKEN\s*[:=]|resolve:secretsmanager", path.read_text().replace("TMDB_TOKEN=...", "")
            )


def test_each_role_may_do_what_is_named_and_nothing_else() -> None:
    roles = _find("AWS::IAM::Role")
    assert set(roles) == set(RIGHTS)
    for name, role in roles.items():
        statements = [statement for owner, statement in _list_statements() if owner == name]
        assert set(role["Properties"]) == {"AssumeRolePolicyDocument", "Policies"}, "no managed policies"
        assert all(statement["Effect"] == "Allow" for statement in statements)
        assert set().union(*map(_list_rights, statements)) == RIGHTS[name], name


def test_no_statement_has_a_star_but_those_named_with_their_reason() -> None:
    for owner, statement in _list_statements():
        rights = _list_rights(statement)
        starred = {right for right in rights if "*" in right[0] or ("*" in right[1] and right[1] not in FOLDERS)}
        assert bool(starred) == ((owner, statement["Sid"]) in WITH_STARS), (owner, starred)


@pytest.mark.parametrize(
    ("role", "service", "condition"),
    [
        *((f"{name}Role", "lambda", None) for name in FUNCTIONS),
        ("StateMachineRole", "states", {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}),
        ("GlueRole", "glue", {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}),
        (
            "SchedulerRole",
            "scheduler",
            {
                "aws:SourceAccount": {"Ref": "AWS::AccountId"},
                "aws:SourceArn": {"Fn::GetAtt": ["ScheduleGroup", "Arn"]},
            },
        ),
    ],
)
def test_each_role_is_for_one_service_of_this_account(role: str, service: str, condition: Node | None) -> None:
    (statement,) = RESOURCES[role]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": f"{service}.amazonaws.com"}
    assert statement["Action"] == "sts:AssumeRole"
    assert statement.get("Condition") == (None if condition is None else {"StringEquals": condition})


def test_dead_letters_are_encrypted_and_kept_for_two_weeks() -> None:
    properties = RESOURCES["DeadLetterQueue"]["Properties"]
    assert properties == {"MessageRetentionPeriod": 14 * 86_400, "SqsManagedSseEnabled": True}


def test_every_log_ends() -> None:
    logs = _find("AWS::Logs::LogGroup")
    assert {_name(log["Properties"]["RetentionInDays"]) for log in logs.values()} == {"LogDays"}
    names = {_name(log["Properties"]["LogGroupName"]) for log in logs.values()}
    functions = {
        f"/aws/lambda/{_name(f['Properties']['FunctionName'])}" for f in _find("AWS::Serverless::Function").values()
    }
    assert names == functions | {"/aws/vendedlogs/states/${AWS::StackName}"}
    machine = RESOURCES["StateMachine"]["Properties"]["Logging"]
    (destination,) = machine["Destinations"]
    assert _name(destination["CloudWatchLogsLogGroup"]["LogGroupArn"]) == "StateMachineLog.Arn"
    assert machine["Level"] == "ALL"


def _list_metrics(alarm: Node) -> list[Node]:
    """The metrics that an alarm looks at: namespace, name, dimensions, and over how many seconds."""
    single = [alarm] if "MetricName" in alarm else []
    several = [{**m["MetricStat"]["Metric"], **m["MetricStat"]} for m in alarm.get("Metrics", []) if "MetricStat" in m]
    return single + several


def test_every_alarm_speaks_to_the_topic_about_metrics_that_exist() -> None:
    found: dict[str, set[str]] = {}
    for name, resource in _find("AWS::CloudWatch::Alarm").items():
        alarm = resource["Properties"]
        assert alarm["AlarmActions"] == [{"Ref": "Topic"}], name
        assert alarm["AlarmDescription"]
        assert alarm["TreatMissingData"] == ("breaching" if name == "StalenessAlarm" else "notBreaching"), name
        for metric in _list_metrics(alarm):
            if metric["Namespace"] == "cinelake":
                assert metric["Dimensions"] == LAKE
                assert metric["MetricName"] in EMITTED
        found[name] = {f"{metric['Namespace']} {metric['MetricName']}" for metric in _list_metrics(alarm)}
    assert found == {
        "FailureAlarm": {"AWS/States ExecutionsFailed"},
        "OverdueAlarm": {"AWS/States ExecutionsTimedOut"},
        "ShortAlarm": {"cinelake RunIncomplete"},
        "RefusalAlarm": {"cinelake Refused", "cinelake Requests"},
        "StalenessAlarm": {"cinelake RunComplete"},
        "WatermarkAlarm": {"cinelake WatermarkAge"},
        "DeadLetterAlarm": {"AWS/SQS ApproximateNumberOfMessagesVisible"},
    }
    assert sum(map(len, found.values())) == prices.ALARM_METRICS
    assert len(EMITTED) == prices.METRICS


def test_more_than_one_refusal_in_a_hundred_is_told() -> None:
    alarm = RESOURCES["RefusalAlarm"]["Properties"]
    assert alarm["Metrics"][0]["Expression"] == "IF(requests > 0, 100 * FILL(refused, 0) / requests, 0)"
    assert (alarm["ComparisonOperator"], alarm["Threshold"]) == ("GreaterThanThreshold", 1)
    assert [metric.get("ReturnData", True) for metric in alarm["Metrics"]] == [True, False, False]


def test_days_without_a_complete_run_are_told_of_within_what_cloudwatch_allows() -> None:
    alarm, days = RESOURCES["StalenessAlarm"]["Properties"], TEMPLATE["Parameters"]["StaleAfterDays"]
    complete, runs = alarm["Metrics"]
    assert complete["Expression"] == "FILL(runs, 0)"
    assert (runs["MetricStat"]["Period"], runs["MetricStat"]["Stat"], runs["ReturnData"]) == (86_400, "Sum", False)
    assert alarm["EvaluationPeriods"] == {"Ref": "StaleAfterDays"}
    assert (alarm["ComparisonOperator"], alarm["Threshold"]) == ("LessThanThreshold", 1)
    assert (days["MinValue"], days["MaxValue"]) == (0, 7)  # an alarm looks back seven days at most; 0 leaves it out
    assert RESOURCES["StalenessAlarm"]["Condition"] == "HasStaleness"


def test_alarms_of_this_account_alone_may_speak_to_the_topic() -> None:
    (statement,) = RESOURCES["TopicPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert _list_rights(statement) == {("sns:Publish", "Topic")}
    assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
    assert RESOURCES["EmailSubscription"]["Condition"] == "HasEmail"


def test_the_dashboard_shows_each_metric_that_is_sent() -> None:
    body, extra = RESOURCES["WatchBoard"]["Properties"]["DashboardBody"]["Fn::Sub"]
    assert set(extra) == {"StalenessToo"}
    for staleness in ("", ', "arn"'):
        text = body.replace("${StalenessToo}", staleness).replace("${Rate}", "40")
        widgets = json.loads(re.sub(r"\$\{[\w:.]+\}", "x", text))["widgets"]
    metrics = [line for widget in widgets for line in widget["properties"].get("metrics", [])]
    named = {(line[0], line[1]) for line in metrics if isinstance(line[0], str)}
    assert {name for space, name in named if space == "cinelake"} == EMITTED
    assert {space for space, _ in named} == {"cinelake", "AWS/States", "AWS/Lambda", "AWS/SQS"}
    assert {alarm for alarm in _find("AWS::CloudWatch::Alarm") if f"${{{alarm}.Arn}}" in f"{body}{extra}"} == set(
        _find("AWS::CloudWatch::Alarm")
    )
    places = [(widget["x"], widget["y"]) for widget in widgets]
    assert len(set(places)) == len(places)


def _list_next(state: Node) -> set[str]:
    """The states that may follow."""
    choices = {choice["Next"] for choice in state.get("Choices", [])}
    caught = {catch["Next"] for catch in state.get("Catch", [])}
    return choices | caught | {state[key] for key in ("Next", "Default") if key in state}


def _find_reachable(start: str) -> set[str]:
    reached, ahead = set[str](), [start]
    while ahead:
        name = ahead.pop()
        if name not in reached:
            reached.add(name)
            ahead += _list_next(STATES[name])
    return reached


def test_every_state_is_reached_and_leads_to_an_end() -> None:
    assert _find_reachable(MACHINE["StartAt"]) == set(STATES)
    ends = {name for name, state in STATES.items() if state["Type"] in {"Succeed", "Fail"}}
    assert ends == {"Done", "Short", "Failed"}
    for name, state in STATES.items():
        assert _find_reachable(name) & ends, name
        assert bool(_list_next(state)) == (name not in ends), name


def test_a_run_takes_the_steps_in_their_order() -> None:
    follows = {name: _list_next(state) - {"ReportFailure"} for name, state in STATES.items()}
    assert MACHINE["StartAt"] == "Plan"
    assert follows == {
        "Plan": {"Extract"},
        "Extract": {"IsMoreLeft"},
        "IsMoreLeft": {"WaitForMore", "Verify"},
        "WaitForMore": {"Extract"},
        "Verify": {"IsAllThere"},
        "IsAllThere": {"ChooseBuild", "ReportShort"},
        "ChooseBuild": {"IsToBeBuilt"},
        "IsToBeBuilt": {"Build", "BuildOnGlue", "LaterSteps"},
        "Build": {"IsAllBuilt"},
        "BuildOnGlue": {"Register"},
        "Register": {"IsAllBuilt"},
        "IsAllBuilt": {"LaterSteps", "ReportShort"},
        "LaterSteps": {"Done"},
        "Done": set(),
        "ReportShort": {"Short"},
        "Short": set(),
        "ReportFailure": {"Failed"},
        "Failed": set(),
    }
    assert STATES["LaterSteps"]["Type"] == "Pass"
    assert "follow a build" in STATES["LaterSteps"]["Comment"]


def test_extraction_goes_on_while_it_says_so_and_ends_well_only_if_complete_and_sound() -> None:
    (more,) = STATES["IsMoreLeft"]["Choices"]
    assert more == {"Variable": "$.extract.answer.status", "StringEquals": "continue", "Next": "WaitForMore"}
    assert STATES["WaitForMore"]["SecondsPath"] == "$.extract.answer.wait_s"
    (well,) = STATES["IsAllThere"]["Choices"]
    assert {(c["Variable"], c["StringEquals"]) for c in well["And"]} == {
        ("$.extract.answer.status", "complete"),
        ("$.verify.answer.status", "verified"),
    }
    assert STATES["IsAllThere"]["Default"] == "ReportShort"
    assert STATES["Short"]["Error"] == "CinelakeShort"


def test_each_step_gets_the_event_that_the_plan_made_of_the_input() -> None:
    payloads = {name: call["Parameters"].get("Payload.$") for name, call in CALLS.items()}
    assert payloads == {"Plan": "$", "Extract": "$.event", "Verify": "$.event", "Build": None, "Register": None}
    assert CALLS["Build"]["Parameters"]["Payload"] == {}  # it is of the whole lake
    assert CALLS["Register"]["Parameters"]["Payload"] == {"register_only": True}
    assert CALLS["Plan"]["ResultSelector"]["event.$"] == "$.Payload.event"


def test_every_task_is_tried_again_and_every_failure_is_caught() -> None:
    for name, task in TASKS.items():
        assert task["Retry"], name
        (catch,) = task["Catch"]
        assert catch["ErrorEquals"] == ["States.ALL"], name
        if name in CALLS:
            assert catch["Next"] == "ReportFailure"
            assert task["Retry"] == CALLS["Plan"]["Retry"]
        elif name == "BuildOnGlue":
            assert catch["Next"] == "ReportFailure"
        else:
            assert task["Parameters"]["TopicArn"] == "${TopicArn}"


def test_what_builds_is_what_the_stack_was_told() -> None:
    told = TEMPLATE["Parameters"]["BuildWith"]
    assert (told["Default"], told["AllowedValues"]) == ("lambda", ["lambda", "glue", "none"])
    assert (STATES["ChooseBuild"]["Result"], STATES["ChooseBuild"]["ResultPath"]) == ("${BuildWith}", "$.build_with")
    choices = {choice["StringEquals"]: choice["Next"] for choice in STATES["IsToBeBuilt"]["Choices"]}
    assert choices == {"lambda": "Build", "glue": "BuildOnGlue"}
    assert STATES["IsToBeBuilt"]["Default"] == "LaterSteps"
    (complete,) = STATES["IsAllBuilt"]["Choices"]
    assert (complete["Variable"], complete["StringEquals"]) == ("$.build.answer.status", "complete")
    assert STATES["IsAllBuilt"]["Default"] == "ReportShort"


def test_what_glue_costs_is_there_only_where_it_was_asked_for() -> None:
    conditional = {name for name, resource in RESOURCES.items() if resource.get("Condition") == "HasGlue"}
    assert conditional == {"GlueJob", "GlueRole", "GlueStart"}
    assert TEMPLATE["Conditions"]["HasGlue"] == {"Fn::Equals": [{"Ref": "BuildWith"}, "glue"]}
    job = RESOURCES["GlueJob"]["Properties"]
    assert (job["GlueVersion"], job["WorkerType"], job["NumberOfWorkers"], job["Timeout"]) == ("5.0", "G.1X", 2, 60)
    assert STATES["BuildOnGlue"]["Resource"] == "arn:aws:states:::glue:startJobRun.sync"
    assert STATES["BuildOnGlue"]["TimeoutSeconds"] > 60 * job["Timeout"]
    assert job["DefaultArguments"]["--lake"] == {"Fn::Sub": "s3://${LakeBucket}"}
    assert job["DefaultArguments"]["--keep"] == "1"
    places = {_name(value) for value in (job["Command"]["ScriptLocation"], *job["DefaultArguments"].values())}
    put = {"build_job.py", "cinelake.zip", "requirements.txt"}
    assert {f"s3://${{LakeBucket}}/_cinelake/code/{name}" for name in put} <= places
    (statement,) = RESOURCES["GlueStart"]["Properties"]["PolicyDocument"]["Statement"]
    actions = ("StartJobRun", "GetJobRun", "GetJobRuns", "BatchStopJobRun")
    assert _list_rights(statement) == {(f"glue:{action}", f"{GLUE}:job/${{GlueJob}}") for action in actions}
    assert RESOURCES["GlueStart"]["Properties"]["Roles"] == [{"Ref": "StateMachineRole"}]


def test_questions_in_athena_are_bounded_and_their_answers_private() -> None:
    properties = RESOURCES["Workgroup"]["Properties"]["WorkGroupConfiguration"]
    assert properties["EnforceWorkGroupConfiguration"] is True
    assert properties["BytesScannedCutoffPerQuery"] == 10_000_000_000
    result = properties["ResultConfiguration"]
    assert result["OutputLocation"] == {"Fn::Sub": "s3://${LakeBucket}/_cinelake/athena/"}
    assert result["EncryptionConfiguration"] == {"EncryptionOption": "SSE_S3"}
    database = RESOURCES["LakeDatabase"]["Properties"]["DatabaseInput"]["Name"]
    assert database == {"Fn::Join": ["_", {"Fn::Split": ["-", {"Ref": "AWS::StackName"}]}]}


def _find_retry(error: str) -> Node | None:
    return next((retry for retry in CALLS["Plan"]["Retry"] if error in retry["ErrorEquals"]), None)


def _list_family(root: type[Exception]) -> set[str]:
    return {root.__name__}.union(*map(_list_family, root.__subclasses__()))


def _list_delays(retry: Node) -> list[float]:
    delays = (retry["IntervalSeconds"] * retry["BackoffRate"] ** n for n in range(retry["MaxAttempts"]))
    return [min(delay, retry.get("MaxDelaySeconds", delay)) for delay in delays]


def test_only_errors_that_pass_by_themselves_are_tried_again() -> None:
    unreachable = _list_family(errors.UnreachableError)
    retried = {error for retry in CALLS["Plan"]["Retry"] for error in retry["ErrorEquals"]}
    assert retried.isdisjoint({"States.ALL", "States.TaskFailed"})
    assert {error for error in retried if "." not in error} == unreachable
    assert {"UsageError", "CredentialsError", "DamagedError", "IncompleteError"} <= _list_family(
        errors.CinelakeError
    ) - unreachable


def test_an_outage_of_an_hour_is_outlasted() -> None:
    retry = _find_retry("ServiceError")
    assert retry is not None
    assert 3_000 <= sum(_list_delays(retry)) <= 4_000


def test_after_a_kill_the_lease_is_waited_for() -> None:
    for error in ("Sandbox.Timedout", "Runtime.ExitError", "Lambda.Unknown", "States.Timeout"):
        retry = _find_retry(error)
        assert retry is not None
        assert TTL_S < min(_list_delays(retry)) == max(_list_delays(retry)) < TTL_S + 10


def test_a_second_execution_waits_for_the_first_one() -> None:
    retry = _find_retry("Lambda.TooManyRequestsException")
    assert retry is not None
    assert retry["JitterStrategy"] == "FULL"
    assert sum(_list_delays(retry)) / 2 > 86_400  # half, since jitter takes any part of each delay


def test_times_are_bounded_from_within() -> None:
    function = TEMPLATE["Globals"]["Function"]["Timeout"]
    assert {call["TimeoutSeconds"] for call in CALLS.values()} == {960}
    assert function < 960 < MACHINE["TimeoutSeconds"] == 2 * 86_400


def test_the_definition_gets_each_address_that_it_names() -> None:
    given = RESOURCES["StateMachine"]["Properties"]["DefinitionSubstitutions"]
    named = set(re.findall(r"\$\{(\w+)\}", (INFRA / "statemachine.asl.json").read_text()))
    assert named == set(given)
    assert {name: _name(value) for name, value in given.items()} == {
        "PlanFunctionArn": "PlanFunction.Arn",
        "ExtractFunctionArn": "ExtractFunction.Arn",
        "VerifyFunctionArn": "VerifyFunction.Arn",
        "BuildFunctionArn": "BuildFunction.Arn",
        "BuildWith": "BuildWith",
        "GlueJobName": "GlueJob or none",
        "TopicArn": "Topic",
    }


def test_cfn_lint_finds_nothing() -> None:
    lint = Path(sys.executable).with_name("cfn-lint")
    if not lint.exists():
        pytest.skip("needs cfn-lint in this environment: make setup")
    command = [str(lint), "--format", "parseable", str(INFRA / "template.yaml")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr


def _read_versions(lock: Path) -> dict[str, str]:
    return dict(re.findall(r"^([\w.-]+)==([^ ;\\]+)", lock.read_text(), flags=re.MULTILINE))


@pytest.mark.parametrize("name", ["requirements.lock", "build.lock", "glue.lock", "image.lock"])
def test_what_is_deployed_is_locked_to_the_versions_that_are_tested(name: str) -> None:
    text, tested = (INFRA / name).read_text(), _read_versions(ROOT / "requirements-dev.lock")
    versions = _read_versions(INFRA / name)
    assert not re.findall(r"^--|https?:|--(?:extra-)?index-url|--find-links|\bfile:", text, flags=re.MULTILINE)
    assert all(re.search(rf"^{re.escape(n)}==[^\n]+\\\n +--hash=sha256:", text, flags=re.MULTILINE) for n in versions)
    assert {n: v for n, v in versions.items() if tested.get(n, v) != v} == {}
    assert {"aiohttp", "msgspec", "obstore"} <= set(versions)


@pytest.fixture
def commands(tmp_path: Path) -> Path:
    """A folder of commands that say how they were called, and of the few that a script cannot do without."""
    for name in ("cinelake", "python"):
        (tmp_path / name).write_text(f'#!/bin/sh\necho {name} "$@"\n')
        (tmp_path / name).chmod(0o755)
    (tmp_path / "dirname").symlink_to(str(shutil.which("dirname")))
    return tmp_path


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({}, "cinelake extract --genre Crime"),
        ({"AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9001"}, "python -m awslambdaric extract --genre Crime"),
    ],
)
def test_the_image_is_a_command_and_on_lambda_a_function(commands: Path, variables: dict[str, str], said: str) -> None:
    words = ["/bin/sh", str(INFRA / "entrypoint.sh"), "extract", "--genre", "Crime"]
    done = subprocess.run(words, env={"PATH": str(commands), **variables}, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == said


def test_no_image_is_promised_where_there_is_no_docker(commands: Path) -> None:
    script = ["/bin/bash", str(INFRA / "image.sh")]
    done = subprocess.run(script, env={"PATH": str(commands)}, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "there is no docker command" in done.stderr


def test_no_query_engine_gets_into_the_package_but_into_the_one_that_builds() -> None:
    builder = _read_versions(INFRA / "build.lock")
    assert "duckdb" in builder
    assert set(builder).isdisjoint({"boto3", "botocore", "pandas", "polars", "pyarrow", "pyspark"})
    versions = _read_versions(INFRA / "requirements.lock")
    assert set(versions).isdisjoint({"boto3", "botocore", "duckdb", "pandas", "polars", "pyarrow", "pyspark"})
