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
    """Return a port that is free now; another process may take it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def program(name: str) -> str:
    """Return the path of a program of this environment."""
    return str(Path(sys.executable).with_name(name))


def wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    """Wait until a server responds, with any status."""
    for _ in range(300):
        assert process.poll() is None, f"the server of {url} ended"
        try:
            urllib.request.urlopen(url, timeout=1).close()
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)  # noqa: TID251 - the process is still starting
        else:
            return
    raise AssertionError(f"no response from {url}")


@contextmanager
def serving(command: list[str], url: str, **variables: str) -> Iterator[str]:
    """Like `serve_process`, for a with statement."""
    yield from serve_process(command, url, **variables)


def serve_process(command: list[str], url: str, **variables: str) -> Iterator[str]:
    """Start a server, wait until it responds, yield its address, and stop it."""
    environment = {**os.environ, **variables}  # noqa: TID251 - passed on unchanged
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
    try:
        wait_for(url, process)
        yield url
    finally:
        process.terminate()
        process.wait()
