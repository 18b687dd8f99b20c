"""The deployed state machine in moto's interpreter, with the real handlers in the real Lambda runtime."""

import json
import re
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import boto3
import pytest
from tests.e2e.aws.test_lambda import UNAWARE, UNAWARE_SOURCE
from tests.e2e.conftest import Served, open_service
from tests.support.aws.gateway import Gateway, start_gateway
from tests.support.aws.lambdas import start_function
from tests.support.refine.lakes import commit, encode, film
from tests.support.servers import free_port, program, serving
from tests.support.stores import read_all

from cinelake.lake.batches import parse_batch
from cinelake.lake.keys import RAW
from cinelake.lake.stores.local_store import LocalStore
from cinelake.sandbox import Sandbox
from cinelake.verify.runs import verify_lake

ROOT = Path(__file__).parents[3]
_ACCOUNT = "123456789012"
_SECONDS = 120
_ROLE = f"arn:aws:iam::{_ACCOUNT}:role/machine"


@dataclass(slots=True)
class Aws:
    """An instance of moto whose interpreter calls the real functions."""

    url: str
    gateway: Gateway

    def client(self, service: str) -> Any:  # noqa: ANN401 - each service has a type of its own
        """A client of a service."""
        keys = {"aws_access_key_id": "key", "aws_secret_access_key": "secret"}
        return boto3.client(service, "us-east-1", endpoint_url=self.url, **keys)  # type: ignore[call-overload]

    def open_topic(self) -> tuple[str, Callable[[], list[str]]]:
        """A topic, and a reader of the messages published to it."""
        name = f"reports-{uuid4()}"
        topic = self.client("sns").create_topic(Name=name)["TopicArn"]
        queue = self.client("sqs").create_queue(QueueName=name)["QueueUrl"]
        self.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=f"arn:aws:sqs:us-east-1:{_ACCOUNT}:{name}")

        def read() -> list[str]:
            found = self.client("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
            return [json.loads(message["Body"])["Message"] for message in found]

        return topic, read

    def run(self, event: object, topic: str, build_with: str = "lambda") -> dict[str, Any]:
        """Run the deployed definition to its end."""
        definition = (ROOT / "infra" / "statemachine.asl.json").read_text().replace("${TopicArn}", topic)
        # A test cannot wait for the intervals of the retries.
        definition = re.sub(r'"(IntervalSeconds|MaxDelaySeconds)": \d+', r'"\1": 1', definition)
        definition = definition.replace('"MaxAttempts": 8', '"MaxAttempts": 1')
        definition = definition.replace("${BuildWith}", build_with).replace("${GlueJobName}", "spark")
        for name in ("Plan", "Extract", "Verify", "Build"):
            arn = f"arn:aws:lambda:us-east-1:{_ACCOUNT}:function:{name.lower()}"
            definition = definition.replace(f"${{{name}FunctionArn}}", arn)
        steps = self.client("stepfunctions")
        name = f"machine-{time.monotonic_ns()}"
        machine = steps.create_state_machine(name=name, definition=definition, roleArn=_ROLE)["stateMachineArn"]
        execution = steps.start_execution(stateMachineArn=machine, input=json.dumps(event))["executionArn"]
        for _ in range(_SECONDS * 5):
            found = dict(steps.describe_execution(executionArn=execution))
            if found["status"] != "RUNNING":
                return found
            time.sleep(0.2)  # noqa: TID251 - another process runs the machine
        raise AssertionError("the execution did not end")


@pytest.fixture(scope="module")
def aws() -> Iterator[Aws]:
    """An instance of moto whose interpreter calls the gateway."""
    port, entrance = free_port(), free_port()
    url = f"http://127.0.0.1:{port}"
    command = [program("moto_server"), "-H", "127.0.0.1", "-p", str(port)]
    with serving(command, url, MOTO_PORT=str(entrance)), start_gateway(url, entrance) as gateway:
        _configure(url)
        yield Aws(url, gateway)


def _configure(url: str) -> None:
    body = json.dumps({"stepfunctions": {"execute_state_machine": True}}).encode()
    urllib.request.urlopen(urllib.request.Request(f"{url}/moto-api/config", body, method="POST")).close()


@dataclass(slots=True)
class Deployed:
    """The functions behind the gateway, on one lake and one API."""

    aws: Aws
    served: Served
    lake: LocalStore
    logs: list[Path]


@pytest.fixture
def deploy(aws: Aws, emulator: Path, tmp_path: Path) -> Iterator[Callable[..., Deployed]]:
    """Starts an API and the four functions; all are stopped after the test."""
    with ExitStack() as stack:

        def start(
            films: int, *, timeout_s: int, extract: str = "cinelake.aws.handlers.extract", **options: object
        ) -> Deployed:
            served = open_service(films, **options)  # type: ignore[arg-type]
            stack.callback(served.running.stop)
            environment = {
                "CINELAKE_LAKE": str(tmp_path / "lake"),
                "TMDB_TOKEN": Sandbox.TOKEN,
                "TMDB_BASE_URL": served.running.url,
                "CINELAKE_RATE": "unlimited",
            }
            logs = []
            for name in ("plan", "extract", "verify", "build"):
                module = "build_handler" if name == "build" else "handlers"
                handler = extract if name == "extract" else f"cinelake.aws.{module}.{name}"
                limit = timeout_s if name == "extract" else 60
                function = stack.enter_context(start_function(emulator, handler, tmp_path, environment, timeout_s=limit))
                aws.gateway.functions[name] = function.url
                logs.append(function.log)
            aws.gateway.invoked.clear()
            aws.gateway.failed.clear()
            return Deployed(aws, served, LocalStore(tmp_path / "lake"), logs)

        yield start
    aws.gateway.functions.clear()


def _count_ids(lake: LocalStore) -> int:
    return sum(len(parse_batch(data)) for data in read_all(lake, RAW).values())


def test_run_of_several_calls_goes_through_every_step(deploy: Callable[..., Deployed]) -> None:
    deployed = deploy(1500, timeout_s=4, rate=60)
    topic, read = deployed.aws.open_topic()
    found = deployed.aws.run({"genre": ["Crime", "Guerra"], "append": "none"}, topic)
    assert found["status"] == "SUCCEEDED", found
    output = json.loads(found["output"])
    assert output["extract"]["answer"]["status"] == "complete"
    assert output["verify"]["answer"]["status"] == "verified"
    invoked = deployed.aws.gateway.invoked
    assert (invoked[0], invoked[-2:], invoked.count("plan"), invoked.count("verify")) == ("plan", ["verify", "build"], 1, 1)
    assert invoked.count("extract") >= 2  # the loop
    assert _count_ids(deployed.lake) == output["extract"]["answer"]["records"] == output["verify"]["answer"]["records"]
    assert verify_lake(deployed.lake).problems == ()
    built = output["build"]["answer"]
    assert (built["status"], built["is_unchanged"]) == ("complete", False)
    assert built["records"] == output["verify"]["answer"]["records"]
    assert read() == []
    again = json.loads(deployed.aws.run(output["event"], topic)["output"])
    assert (again["extract"]["answer"]["status"], again["extract"]["answer"]["requests"]) == ("complete", 0)
    assert (again["build"]["answer"]["is_unchanged"], again["build"]["answer"]["version"]) == (True, built["version"])


def test_build_that_fails_a_check_is_reported(deploy: Callable[..., Deployed]) -> None:
    deployed = deploy(100, timeout_s=60)
    topic, read = deployed.aws.open_topic()
    other = commit(deployed.lake, "genre-18-1990-1994", [encode([film(7)])])  # of another run, and damaged since
    deployed.lake.write(other.raw(1), encode([film(8)]))
    found = deployed.aws.run({"slice": "genre-80-2020-2024", "append": "none"}, topic)
    assert (found["status"], found["error"]) == ("FAILED", "IncompleteError")
    assert deployed.aws.gateway.invoked == ["plan", "extract", "verify", "build"]  # not retried
    (message,) = read()
    assert "nothing was published" in message
    assert f"{other.raw(1)} its SHA-256 differs from the one in its manifest" in message


def test_build_with_quarantined_records_is_incomplete(deploy: Callable[..., Deployed]) -> None:
    deployed = deploy(100, timeout_s=60)
    topic, read = deployed.aws.open_topic()
    commit(deployed.lake, "genre-18-1990-1994", [encode([film(7, revenue="much")])])
    found = deployed.aws.run({"slice": "genre-80-2020-2024", "append": "none"}, topic)
    assert (found["status"], found["error"]) == ("FAILED", "CinelakeIncomplete")
    (message,) = read()
    assert "genre-18-1990-1994-1.json 1: " in message


def test_parameter_chooses_the_engine(deploy: Callable[..., Deployed]) -> None:
    """There is no Glue job in moto: the machine asks for it and reports that it does not exist."""
    deployed = deploy(100, timeout_s=60)
    topic, read = deployed.aws.open_topic()
    for build_with, status in (("none", "SUCCEEDED"), ("glue", "FAILED")):
        found = deployed.aws.run({"slice": "genre-80-2020-2024", "append": "none"}, topic, build_with)
        assert deployed.aws.gateway.invoked[-1] == "verify"
        assert found["status"] == status
    (message,) = read()
    assert "Glue" in message


def test_incomplete_run_is_verified_and_reported(deploy: Callable[..., Deployed]) -> None:
    deployed = deploy(300, timeout_s=60, faults="poison=300")
    topic, read = deployed.aws.open_topic()
    found = deployed.aws.run({"slice": "genre-80-2020-2024"}, topic)
    assert (found["status"], found["error"]) == ("FAILED", "CinelakeIncomplete")
    assert deployed.aws.gateway.invoked == ["plan", "extract", "verify"]
    (message,) = read()
    assert "is incomplete" in message
    assert "quarantined" in message
    assert "genre-80-2020-2024" in message
    assert Sandbox.TOKEN not in message


def test_invalid_input_is_reported(deploy: Callable[..., Deployed]) -> None:
    deployed = deploy(100, timeout_s=60)
    topic, read = deployed.aws.open_topic()
    for event in ({"genre": ["Krimi"]}, "Crime"):
        assert deployed.aws.run(event, topic)["status"] == "FAILED"
    assert deployed.aws.gateway.invoked == ["plan"] * 2
    messages = read()
    assert len(messages) == 2
    assert all("UsageError" in message and "genre" in message for message in messages)


def test_refused_token_is_not_retried(deploy: Callable[..., Deployed]) -> None:
    deployed = deploy(100, timeout_s=60)
    deployed.served.sandbox.TOKEN = "another"  # the API expects another one from now on
    topic, read = deployed.aws.open_topic()
    found = deployed.aws.run({"genre_id": 80, "start_year": 2020}, topic)
    assert found["status"] == "FAILED"
    assert deployed.aws.gateway.invoked == ["plan"]
    assert "CredentialsError" in read()[0]


def test_killed_call_is_retried_and_continues(deploy: Callable[..., Deployed], tmp_path: Path) -> None:
    (tmp_path / "unaware.py").write_text(UNAWARE_SOURCE)
    deployed = deploy(1000, timeout_s=4, extract=UNAWARE, rate=40)
    topic, read = deployed.aws.open_topic()
    found = deployed.aws.run({"genre": ["Crime"], "append": "none"}, topic)
    assert found["status"] == "SUCCEEDED", (found, read())
    assert deployed.aws.gateway.invoked.count("extract") >= 2
    assert "Sandbox.Timedout" in deployed.aws.gateway.failed
    assert verify_lake(deployed.lake).problems == ()


def test_call_is_retried_while_the_api_is_down(deploy: Callable[..., Deployed]) -> None:
    deployed = deploy(100, timeout_s=60)
    deployed.served.running.stop()
    topic, read = deployed.aws.open_topic()
    found = deployed.aws.run({"slice": "genre-80-2020-2024"}, topic)
    assert found["status"] == "FAILED"
    assert deployed.aws.gateway.invoked == ["plan"] * 2  # once, and one retry
    assert deployed.aws.gateway.failed == ["ServiceError"] * 2
    assert "ServiceError" in read()[0]
