"""Run the main job of cinelake without the system calls that Windows lacks. A test starts this module as a process.

`python -m tests.support.without_posix FOLDER` imports every module, then interrupts an extraction, continues it, verifies
and builds its lake. It ends with exit code 0 if every command ended with the expected code.
"""

import _thread
import asyncio
import importlib
import json
import os
import pkgutil
import shutil
import signal
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NoReturn

_INTERRUPT_AFTER = 25
"""Requests after which the first extraction receives a signal."""


def remove_system_calls() -> None:
    """Make the calls that Windows lacks fail as they fail there, or more loudly."""
    open_file = os.open

    def open_only_files(path: str | Path, *args: int, **options: int) -> int:
        if Path(path).is_dir():
            raise PermissionError(f"Permission denied: {path}")
        return open_file(path, *args, **options)

    def refuse(*_: object) -> NoReturn:
        raise AssertionError("os.kill is Ctrl-C on Windows")

    def not_implemented(*_: object) -> NoReturn:
        raise NotImplementedError

    for name in ("fcntl", "uvloop"):
        sys.modules[name] = None  # type: ignore[assignment] # an import fails
    del os.sysconf
    shutil._use_fd_functions = False  # type: ignore[attr-defined] # as on Windows, where it opens no folder
    os.open = open_only_files  # type: ignore[assignment]
    os.kill = refuse
    for name in ("add_signal_handler", "remove_signal_handler"):
        setattr(asyncio.SelectorEventLoop, name, not_implemented)


def import_all() -> None:
    """Import every module of the package."""
    package = importlib.import_module("cinelake")
    for module in pkgutil.walk_packages(package.__path__, "cinelake."):
        if not module.name.endswith(".__main__"):
            importlib.import_module(module.name)


def run(*arguments: str) -> int:
    """Run one command in this process and return its exit code."""
    from cinelake.cli.app import main  # noqa: PLC0415 - after the system calls are removed

    sys.argv = ["cinelake", *arguments]
    try:
        main()
    except SystemExit as ending:
        return int(ending.code or 0)
    return 0


def run_main_job(folder: Path) -> list[tuple[str, int, int]]:
    """Return (command, exit code, expected exit code) of each step."""
    from cinelake.clock import SystemClock  # noqa: PLC0415
    from cinelake.lake.keys import LEASE  # noqa: PLC0415
    from cinelake.lake.lease import this_machine  # noqa: PLC0415
    from cinelake.sandbox import Catalogue, Sandbox  # noqa: PLC0415
    from cinelake.sandbox.api.replies import Reply  # noqa: PLC0415
    from cinelake.sandbox.server import start_in_thread  # noqa: PLC0415

    class InterruptingSandbox(Sandbox):
        requests = 0

        def answer(self, method: str, path: str, query: Mapping[str, str], headers: Mapping[str, str]) -> Reply:
            self.requests += 1
            if self.requests == _INTERRUPT_AFTER:
                _thread.interrupt_main(signal.SIGTERM)
            return super().answer(method, path, query, headers)

    clock = SystemClock()
    today = clock.now().date()
    sandbox = InterruptingSandbox(Catalogue(150, 0, 1, today), now=clock.monotonic)
    with start_in_thread(sandbox, sleep=clock.sleep) as served:
        os.environ |= {"TMDB_BASE_URL": served.url, "TMDB_TOKEN": Sandbox.TOKEN, "CINELAKE_LAKE": str(folder / "lake")}  # noqa: TID251
        extract = ("extract", "--genre", "Drama,Comedy,Action", "--rate", "200", "--connections", "2")
        steps = [("interrupted extract", run(*extract), 75), ("extract", run(*extract), 0)]
        lease = folder / "lake" / LEASE
        now = datetime.now(UTC)  # noqa: TID251 - the lease is compared with the clock of this machine
        for age, expected in ((timedelta(0), 75), (timedelta(minutes=5), 0)):
            holder = {"host": this_machine().host, "pid": 1, "token": "t", "since": str(now), "renewed_at": str(now - age)}
            lease.write_text(json.dumps(holder))
            steps.append(("verify --api", run("verify", "--api", "--rate", "200"), expected))
        steps += [(command, run(command), 0) for command in ("verify", "build", "status")]
    return steps


if __name__ == "__main__":
    remove_system_calls()
    import_all()
    results = run_main_job(Path(sys.argv[1]))
    for name, code, expected in results:
        print(f"{name}: exit code {code}, expected {expected}")  # noqa: T201 - the result of this program
    sys.exit(any(code != expected for _, code, expected in results))
