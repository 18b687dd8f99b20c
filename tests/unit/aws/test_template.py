"""The CloudFormation template: a snapshot of all of it, and the rules that a change of the snapshot must not break.

`pytest --update-snapshots` renews the snapshot; its diff then shows what a change of the template does.
"""

import importlib
import json
import re

import pytest
from tests.support.aws.template import INFRA, RESOURCES, TEMPLATE, Node, draw, find, list_rights, list_statements, name
from tests.support.runs import CRIME, World
from tests.support.snapshots import Snapshots
from tests.support.tmdb.service import TODAY, build_sandbox
from tests.support.tmdb.virtual import VirtualClock

from cinelake.extract.planning import aws_prices as prices
from cinelake.extract.tracing.metrics import measure_process, measure_run, measure_verification, measure_watermark
from cinelake.tmdb.executor import RequestCounts

FUNCTIONS = ("Plan", "Extract", "Verify", "Build")
ROLES = find("AWS::IAM::Role")
PARAMETERS: dict[str, Node] = TEMPLATE["Parameters"]
EXPIRE: dict[str, dict[str, int]] = TEMPLATE["Mappings"]["Expire"]
LAKE = "s3://${LakeBucket}"
EMITTED = {
    *measure_process(RequestCounts(), 0.0),
    *measure_watermark(TODAY, TODAY),
    *measure_run(World(build_sandbox(VirtualClock(), films=5)).extract(CRIME)),
    *measure_verification(0),
}
WILDCARDS = {
    ("StateMachineRole", "*"),  # log delivery supports no resource
    (
        "GlueRole",
        "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:/aws-glue/*",
    ),  # Glue names its logs
    ("BuildRole", "arn:${AWS::Partition}:glue:${AWS::Region}:${AWS::AccountId}:table/${LakeDatabase}/*"),  # of one database
}
"""The only resources with a wildcard that are not a folder of the lake."""


def _rights(role: str, service: str = "s3") -> dict[str, set[str]]:
    """The resources of a role by action of a service."""
    found: dict[str, set[str]] = {}
    for action, resource in list_rights(*list_statements(role)):
        if action.startswith(f"{service}:"):
            found.setdefault(action.partition(":")[2], set()).add(resource)
    return found


def test_template_matches_its_snapshot(snapshots: Snapshots) -> None:
    snapshots.check("aws/template", draw(TEMPLATE))


# ---- what is stored


def test_bucket_is_private_and_outlives_the_stack() -> None:
    bucket = RESOURCES["LakeBucket"]
    assert (bucket["DeletionPolicy"], bucket["UpdateReplacePolicy"]) == ("RetainExceptOnCreate", "Retain")
    properties = bucket["Properties"]
    assert list(properties["PublicAccessBlockConfiguration"].values()) == [True] * 4
    assert properties["VersioningConfiguration"] == {"Status": "Enabled"}
    assert "AES256" in draw(properties["BucketEncryption"])


def test_bucket_refuses_requests_without_tls() -> None:
    (statement,) = list_statements("LakeBucketPolicy")
    assert (statement["Effect"], statement["Principal"]) == ("Deny", "*")
    assert list_rights(statement) == {("s3:*", "${LakeBucket.Arn}"), ("s3:*", "*")}
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def _find_expiry() -> dict[str, str]:
    """The kind of each prefix that expires, as in the map of days; or its days."""
    rules = RESOURCES["LakeBucket"]["Properties"]["LifecycleConfiguration"]["Rules"]
    assert {rule["Status"] for rule in rules} == {"Enabled"}
    ages = {rule["Prefix"]: rule["ExpirationInDays"] for rule in rules if "ExpirationInDays" in rule}
    old_versions = tuple(
        rule["Prefix"] for rule in rules if rule.get("NoncurrentVersionExpiration") == {"NoncurrentDays": 1}
    )
    assert all(prefix.startswith(old_versions) for prefix in ages)
    return {prefix: name(age).removeprefix("map Expire/${CacheDays}/") for prefix, age in ages.items()}


def test_all_content_of_tmdb_expires() -> None:
    expiry = _find_expiry()
    assert {prefix for prefix, kind in expiry.items() if kind == "Content"} == {
        "Raw/TMDB/",
        "Trusted/TMDB/",
        "Versions/",
        "Refined/",
        "Dashboard/",
    }
    output = name(
        find("AWS::Athena::WorkGroup")["Workgroup"]["WorkGroupConfiguration"]["ResultConfiguration"]["OutputLocation"]
    )
    assert expiry[output.removeprefix(f"{LAKE}/")] == "7"


def test_files_of_the_user_never_expire() -> None:
    keys = ("Raw/Local/CSV/Movies/2026/11/24/movies.csv", "Trusted/Local/Parquet/Movies/dt=2026-11-24/a.parquet")
    assert not [key for key in keys if key.startswith(tuple(_find_expiry()))]


def test_documents_expire_in_the_order_of_the_lifecycle() -> None:
    """No manifest outlives its batches, no batch its listing; S3 keeps an expired object for up to three days."""
    expiry = _find_expiry()
    assert {expiry[f"_cinelake/{folder}/"] for folder in ("runs", "manifests")} == {"Manifests"}
    assert {expiry[f"_cinelake/{folder}/"] for folder in ("listings", "snapshots", "windows")} == {"Listings"}
    assert set(PARAMETERS["CacheDays"]["AllowedValues"]) == set(EXPIRE)
    assert max(map(int, EXPIRE)) <= 181, "TMDB's terms allow six months"
    for limit, days in EXPIRE.items():
        assert days["Refresh"] + 7 <= days["Manifests"], "a weekly refresh is in time"
        assert days["Manifests"] + 1 < days["Content"] < days["Listings"] <= int(limit) - 3


# ---- the token


def test_secret_is_created_without_a_value() -> None:
    assert set(RESOURCES["TokenSecret"]["Properties"]) == {"Description"}


def test_token_is_in_no_environment_and_no_parameter() -> None:
    functions = find("AWS::Serverless::Function")
    variables = [variable for each in functions.values() for variable in each["Environment"]["Variables"].items()]
    secret = {key: name(value) for key, value in variables if re.search("token|secret|key", key, re.IGNORECASE)}
    assert secret == {"CINELAKE_TOKEN_FROM": "secretsmanager:${TokenSecret}"}
    assert "Environment" not in TEMPLATE["Globals"]["Function"]
    assert not [each for each in PARAMETERS if re.search("token|secret|key", each, re.IGNORECASE)]
    texts = "".join(path.read_text() for path in INFRA.iterdir() if path.is_file())
    assert not re.search(r"resolve:secretsmanager|TMDB_TOKEN\s*[:=](?!<the v4 read access token)", texts)


def test_only_functions_that_ask_tmdb_read_the_token() -> None:
    readers = {role for role in ROLES if _rights(role, "secretsmanager")}
    assert readers == {"PlanRole", "ExtractRole", "VerifyRole"}
    assert all(_rights(role, "secretsmanager") == {"GetSecretValue": {"${TokenSecret}"}} for role in readers)


# ---- rights


def test_roles_have_only_their_own_statements() -> None:
    for role, properties in ROLES.items():
        assert set(properties) == {"AssumeRolePolicyDocument", "Policies"}, f"{role}: no managed policies"
        assert {statement["Effect"] for statement in list_statements(role)} == {"Allow"}


def test_no_right_has_a_wildcard_without_a_reason() -> None:
    owners = [owner for owner in RESOURCES if owner != "LakeBucketPolicy"]  # which denies
    rights = [
        (owner, right) for owner in owners for statement in list_statements(owner) for right in list_rights(statement)
    ]
    assert not [action for _, (action, _) in rights if "*" in action]
    starred = {(owner, resource) for owner, (_, resource) in rights if "*" in resource}
    assert {(owner, resource) for owner, resource in starred if not re.fullmatch(r"[\w/]+/\*", resource)} == WILDCARDS


def test_each_zone_is_written_by_its_step_only() -> None:
    writers = {
        role: {resource for action in ("PutObject", "DeleteObject") for resource in _rights(role).get(action, ())}
        for role in ROLES
    }
    zones = {
        role: {resource.partition("/")[0] for resource in resources} - {"_cinelake"} for role, resources in writers.items()
    }
    assert {role: found for role, found in zones.items() if found} == {
        "ExtractRole": {"Raw"},
        "BuildRole": {"Trusted", "Versions", "Refined", "Dashboard"},
        "GlueRole": {"Trusted", "Versions", "Refined"},
    }
    assert {role for role, resources in writers.items() if "_cinelake/*" in resources} == {"ExtractRole"}
    assert "_cinelake/*" not in _rights("ExtractRole")["DeleteObject"]
    assert writers["VerifyRole"] == {"_cinelake/lease.json", "_cinelake/numbers/*"}


@pytest.mark.parametrize("role", ROLES)
def test_role_can_be_assumed_by_one_service_of_this_account(role: str) -> None:
    (statement,) = ROLES[role]["AssumeRolePolicyDocument"]["Statement"]
    services = {"StateMachineRole": "states", "GlueRole": "glue", "SchedulerRole": "scheduler"}
    assert statement["Principal"] == {"Service": f"{services.get(role, 'lambda')}.amazonaws.com"}
    assert statement["Action"] == "sts:AssumeRole"
    condition = statement.get("Condition", {}).get("StringEquals", {})
    assert ("aws:SourceAccount" in condition) == (role in services)  # Lambda does not support it


# ---- functions and logs


@pytest.mark.parametrize("function", FUNCTIONS)
def test_function_has_its_handler_role_log_and_package(function: str) -> None:
    properties = RESOURCES[f"{function}Function"]["Properties"]
    module, _, handler = properties["Handler"].rpartition(".")
    assert callable(getattr(importlib.import_module(module), handler))
    assert handler == function.lower()
    assert name(properties["Role"]) == f"${{{function}Role.Arn}}"
    assert name(properties["LoggingConfig"]["LogGroup"]) == f"${{{function}Log}}"
    rights = _rights(f"{function}Role", "logs")
    assert rights == {key: {f"${{{function}Log.Arn}}"} for key in ("CreateLogStream", "PutLogEvents")}
    group = name(RESOURCES[f"{function}Log"]["Properties"]["LogGroupName"])
    assert group == f"/aws/lambda/{name(properties['FunctionName'])}"
    assert f"build-{function}Function" in (INFRA / "Makefile").read_text()


def test_failed_calls_and_schedules_are_kept_in_an_encrypted_queue() -> None:
    target = RESOURCES["ExtractFunction"]["Properties"]["EventInvokeConfig"]["DestinationConfig"]["OnFailure"]
    assert name(target["Destination"]) == "${DeadLetterQueue.Arn}"
    for role in ("ExtractRole", "SchedulerRole"):
        assert _rights(role, "sqs") == {"SendMessage": {"${DeadLetterQueue.Arn}"}}
    assert RESOURCES["DeadLetterQueue"]["Properties"]["SqsManagedSseEnabled"] is True


def test_every_log_has_a_retention() -> None:
    logs = find("AWS::Logs::LogGroup")
    assert set(logs) == {f"{owner}Log" for owner in (*FUNCTIONS, "StateMachine")}
    assert {name(log["RetentionInDays"]) for log in logs.values()} == {"${LogDays}"}


def test_glue_exists_only_where_it_builds() -> None:
    glue = {key for key, resource in RESOURCES.items() if key.startswith("Glue")}
    assert {key for key, resource in RESOURCES.items() if resource.get("Condition") == "HasGlue"} == glue
    assert _rights("GlueRole")["GetObject"] == _rights("BuildRole")["GetObject"]
    arguments = RESOURCES["GlueJob"]["Properties"]["DefaultArguments"].values()
    script = RESOURCES["GlueJob"]["Properties"]["Command"]["ScriptLocation"]
    uploaded = {f"{LAKE}/_cinelake/code/{file}" for file in ("build_job.py", "cinelake.zip", "requirements.txt")}
    assert uploaded <= {name(value) for value in (script, *arguments)}


def test_outputs_hold_what_commands_read() -> None:
    sources = [*INFRA.glob("*.py"), INFRA.parent / "src" / "cinelake" / "aws" / "scheduler.py"]
    read = {key for path in sources for key in re.findall(r'outputs\["(\w+)"\]', path.read_text())}
    assert {"StateMachineArn", "TokenSecretArn", "LakeUrl"} <= read <= set(TEMPLATE["Outputs"])


# ---- alarms and the dashboard


def _list_metrics(alarm: Node) -> list[Node]:
    several = [each["MetricStat"]["Metric"] for each in alarm.get("Metrics", []) if "MetricStat" in each]
    return several or [alarm]


def test_alarms_use_metrics_that_are_emitted() -> None:
    alarms = find("AWS::CloudWatch::Alarm")
    metrics = [metric for alarm in alarms.values() for metric in _list_metrics(alarm)]
    own = [metric for metric in metrics if metric["Namespace"] == "cinelake"]
    used = {metric["MetricName"] for metric in own}
    assert {"RunComplete", "RunIncomplete", "Refused", "Requests", "WatermarkAge"} == used <= EMITTED
    assert {draw(metric["Dimensions"]) for metric in own} == {f'[0].Name: "Lake"\n[0].Value: {LAKE}'}
    others = {(metric["Namespace"], metric["MetricName"]) for metric in metrics} - {("cinelake", each) for each in used}
    assert others == {
        ("AWS/States", "ExecutionsFailed"),
        ("AWS/States", "ExecutionsTimedOut"),
        ("AWS/SQS", "ApproximateNumberOfMessagesVisible"),
    }
    assert (len(metrics), len(EMITTED)) == (prices.ALARM_METRICS, prices.METRICS)


def test_alarms_publish_to_the_topic() -> None:
    alarms = find("AWS::CloudWatch::Alarm")
    assert {name(action) for alarm in alarms.values() for action in alarm["AlarmActions"]} == {"${Topic}"}
    assert {key for key, alarm in alarms.items() if alarm["TreatMissingData"] == "breaching"} == {"StalenessAlarm"}
    assert TEMPLATE["Parameters"]["StaleAfterDays"]["MaxValue"] == 7, "CloudWatch looks back seven days at most"


def test_dashboard_shows_every_metric_and_every_alarm() -> None:
    body, extra = RESOURCES["WatchBoard"]["Properties"]["DashboardBody"]["Fn::Sub"]
    for staleness in ("", ', "arn"'):
        text = body.replace("${StalenessAlarms}", staleness).replace("${Rate}", "40")
        widgets = json.loads(re.sub(r"\$\{[\w:.]+\}", "x", text))["widgets"]
    metrics = [line for widget in widgets for line in widget["properties"].get("metrics", [])]
    assert {line[1] for line in metrics if line[0] == "cinelake"} == EMITTED
    shown = set(re.findall(r"\$\{(\w+Alarm)\.Arn\}", f"{body}{extra}"))
    assert shown == set(find("AWS::CloudWatch::Alarm"))
    slots = [(widget["x"], widget["y"]) for widget in widgets]
    assert len(set(slots)) == len(slots)
