"""`verify`, `build` and `status` of a lake on an S3 server whose every request takes 50 ms, against one that takes none."""

import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from tests.support.servers import free_port, serving

from benchmarks.delay import Proxy, delay_requests
from benchmarks.harness import COMMAND, Api, Line, Outcome, run, start_replay, temporary_lake
from cinelake.lake.store import Store
from cinelake.lake.stores.opening import open_store

_KEY, _SECRET = "benchmark-key", "benchmark-secret"
_DELAY_S = 0.05
_RUNS = 3
_MOST_TIMES = 2.5
_BUCKET = "s3://bucket/lake"
_NOWHERE = Api("http://127.0.0.1:9", "none")
_DERIVED = ("Trusted", "Refined", "Versions", "_cinelake/refined/")
_MOST_STATUS_REQUESTS = 5


@contextmanager
def _serve_bucket() -> Iterator[int]:
    """The port of an S3 server with an empty bucket."""
    port = free_port()
    with serving([str(Path(sys.executable).with_name("moto_server")), "-p", str(port)], f"http://127.0.0.1:{port}") as url:
        request = urllib.request.Request(f"{url}/bucket", method="PUT")  # noqa: S310 - our own address
        urllib.request.urlopen(request).close()  # noqa: S310
        yield port


def _name_store(port: int) -> dict[str, str]:
    """The variables of a store at a port."""
    return {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_ACCESS_KEY_ID": _KEY,
        "AWS_SECRET_ACCESS_KEY": _SECRET,
        "AWS_REGION": "us-east-1",
    }


def _remove_tables(store: Store) -> None:
    for zone in _DERIVED:
        for entry in list(store.list_entries(zone)):
            store.delete(entry.key)


def _run(command: str, proxy: Proxy) -> Outcome:
    """A command on the lake in the bucket, through the proxy."""
    outcome = run([COMMAND, command, "--lake", _BUCKET, "--json"], _NOWHERE, _name_store(proxy.port))
    if outcome.code:
        raise SystemExit(f"benchmarks: {command} ended with {outcome.code}: {outcome.stderr}")
    return outcome


def _measure(command: str, store: Store, proxy: Proxy, delay_s: float) -> tuple[float, int]:
    """Seconds of a command (the median of several), and its requests to the store."""
    seconds = []
    proxy.delay_s = delay_s
    for _ in range(_RUNS):
        if command == "build":
            _remove_tables(store)
        proxy.requests = 0
        seconds.append(_run(command, proxy).wall_s)
    return median(seconds), proxy.requests


def measure_latency() -> Iterator[Line]:
    """`verify`, `build` and `status` of an extraction and a refresh in a bucket that is 50 ms away."""
    words = ("--genre", "80,10752", "--rate", "unlimited", "--append", "none", "--json")
    with temporary_lake() as lake, _serve_bucket() as port:
        with start_replay() as api:
            for command in ("extract", "refresh"):
                outcome = run([COMMAND, command, *words, "--lake", str(lake)], api)
                if outcome.code:
                    raise SystemExit(f"benchmarks: {command} ended with {outcome.code}: {outcome.stderr}")
                api.ask("/__evolve?days=1", "POST")
        store = open_store(_BUCKET, _name_store(port))
        files = [path for path in lake.rglob("*") if path.is_file()]
        for path in files:
            store.write_file(path.relative_to(lake).as_posix(), path)
        with delay_requests(port, 0) as proxy:
            for command in ("verify", "build", "status"):
                near_s, _ = _measure(command, store, proxy, 0)
                far_s, requests = _measure(command, store, proxy, _DELAY_S)
                ratio = far_s / near_s
                yield Line(
                    f"{command}, {len(files):,} objects, 50 ms a request",
                    f"at most {_MOST_TIMES} times",
                    f"0 ms: {near_s:.2f} s",
                    f"{far_s:.2f} s, {ratio:.2f} times, {requests:,} requests",
                    ratio <= _MOST_TIMES,
                )
        most = _MOST_STATUS_REQUESTS
        yield Line("requests of status", f"at most {most}", "", f"{requests:,}", requests <= most)
