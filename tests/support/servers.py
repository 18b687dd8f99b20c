"""Servers on loopback that tests start and stop."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def program(name: str) -> str:
    """A program of this environment."""
    return str(Path(sys.executable).with_name(name))


def wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    """Wait until a server answers."""
    for _ in range(300):
        assert process.poll() is None, f"the server of {url} ended"
        try:
            urllib.request.urlopen(url, timeout=1).close()
        except urllib.error.HTTPError:
            return  # it answers, if only with a refusal
        except OSError:
            time.sleep(0.1)  # noqa: TID251 - a process needs its time to start
        else:
            return
    raise AssertionError(f"no answer from {url}")


@contextmanager
def serving(command: list[str], url: str, **variables: str) -> Iterator[str]:
    """As `serve_process`, for a with statement."""
    yield from serve_process(command, url, **variables)


def serve_process(command: list[str], url: str, **variables: str) -> Iterator[str]:
    """Start a server, wait until it answers, hand out its address, and stop it."""
    environment = {**os.environ, **variables}  # noqa: TID251 - handed on as it is
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
    try:
        wait_for(url, process)
        yield url
    finally:
        process.terminate()
        process.wait()
