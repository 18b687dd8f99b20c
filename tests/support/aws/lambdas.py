"""The real Lambda runtime on this machine: the emulator of AWS with the handlers of this environment."""

import importlib.util
import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.servers import free_port

_SECONDS = 240


def find_emulator(folder: Path) -> Path | None:
    """An executable copy of the emulator, or None if there is none for this machine."""
    spec = importlib.util.find_spec("samcli")
    machine = {"x86_64": "x86_64", "aarch64": "arm64"}.get(platform.machine())
    if spec is None or spec.origin is None or machine is None or sys.platform != "linux":
        return None
    found = Path(spec.origin).parent / "local" / "rapid" / f"aws-lambda-rie-{machine}"
    if not found.exists():
        return None
    copy = folder / "emulator"
    if not copy.exists():
        shutil.copy(found, copy)
        copy.chmod(0o755)
    return copy


@dataclass(frozen=True, slots=True)
class Answer:
    """The result of an invocation: the document or error of the handler or runtime, and the body as text."""

    document: Any
    text: str

    @property
    def error(self) -> str:
        """The class of the handler's error, or the runtime's message; empty if there was none."""
        if isinstance(self.document, dict):
            return str(self.document.get("errorType", ""))
        return self.text


@dataclass(slots=True)
class Function:
    """A function that listens on a port."""

    url: str
    process: "subprocess.Popen[bytes]"
    log: Path

    def invoke(self, event: object) -> Answer:
        """Call the function and wait for its answer."""
        request = urllib.request.Request(self.url, json.dumps(event).encode(), method="POST")
        with urllib.request.urlopen(request, timeout=_SECONDS) as reply:
            text = reply.read().decode()
        try:
            return Answer(json.loads(text), text)
        except ValueError:
            return Answer(None, text)

    def read_log(self) -> str:
        """The log so far."""
        return self.log.read_text(errors="replace")

    def read_events(self) -> list[dict[str, Any]]:
        """The events of the log so far."""
        lines = (line for line in self.read_log().splitlines() if line.startswith("{"))
        return [json.loads(line) for line in lines if '"event"' in line]


@contextmanager
def start_function(
    emulator: Path, handler: str, folder: Path, environment: Mapping[str, str], *, timeout_s: int = 900
) -> Iterator[Function]:
    """Run a function in its own process group, which is killed when the block ends."""
    port, inner = free_port(), free_port()
    log = folder / f"{handler.rpartition('.')[2]}-{port}.log"
    command = [str(emulator), "--runtime-interface-emulator-address", f"127.0.0.1:{port}"]
    command += ["--runtime-api-address", f"127.0.0.1:{inner}", sys.executable, "-m", "awslambdaric", handler]
    variables = {
        "AWS_LAMBDA_FUNCTION_TIMEOUT": str(timeout_s),
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
        "AWS_LAMBDA_FUNCTION_NAME": "cinelake-test",
        "PATH": os.environ["PATH"],  # noqa: TID251 - passed on unchanged
        **environment,
    }
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, cwd=folder, env=variables, stdout=out, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        _wait_for(port, process)
        yield Function(f"http://127.0.0.1:{port}/2015-03-31/functions/function/invocations", process, log)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(300):
        assert process.poll() is None, "the emulator ended"
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=1).close()
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.05)  # noqa: TID251 - the process is starting
        else:
            return
    raise AssertionError("the emulator does not respond")
