"""The lake follows the API through faults, killed processes and missed days."""

import asyncio
import json
import random
import signal
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import aiohttp
import msgspec
import pytest
from tests.e2e.conftest import Serve, Shell
from tests.support.refine.present import merge_slices, read_present
from tests.support.servers import free_port, program, serving
from tests.support.tmdb.fake_world import list_genre
from tests.support.tmdb.service import TODAY

from cinelake.lake.batches import splice_record
from cinelake.lake.store import Store
from cinelake.lake.stores.local_store import LocalStore
from cinelake.lake.stores.opening import open_store
from cinelake.media import Media
from cinelake.sandbox import Sandbox
from cinelake.selection.selection import Selection

CRIME_AND_WAR = Selection(Media.MOVIE, (80, 10752), append=())
WORDS = ("--genre", "Crime", "--genre", "War", "--append", "none", "--rate", "unlimited")
FAULTS = "drift=1,burst502=1,reset=.01,truncate=.01,garbage=.005,gone=12"
_TRIES = 60


@dataclass(slots=True)
class Follower:
    """A lake that follows a sandbox day by day, and the ids whose records may be old: no feed named them."""

    shell: Shell
    url: str
    store: Store
    unnamed: set[int] = field(default_factory=set)
    kills: int = 0
    luck: random.Random = field(default_factory=lambda: random.Random(20261123))  # noqa: S311 - spreads kills

    def let_pass(self, days: int) -> None:
        """Advance the sandbox, whose date the next runs get."""
        answer = self._ask(f"/__evolve?days={days}", "POST")
        self.unnamed |= set(answer["unnamed"]["movie"])

    def kill(self, command: str, requests: int) -> None:
        """Start a command, and kill it with SIGKILL once it has sent so many requests, if it still runs."""
        limit = self._ask("/__stats")["requests"] + requests
        process = self.shell.start(command, *self._words())
        while process.poll() is None and self._ask("/__stats")["requests"] < limit:
            time.sleep(0.005)  # noqa: TID251 - a process needs its time
        time.sleep(self.luck.uniform(0, 0.05))  # noqa: TID251 - the kill also hits the writes after the last request
        process.kill()
        process.communicate()
        self.kills += process.returncode == -signal.SIGKILL

    def run(self, command: str, *words: str) -> dict[str, object]:
        """Run a command to its end, and return its report."""
        done = self.shell.run(command, *self._words(), "--json", *words)
        assert done.returncode == 0, done.stderr
        return dict(json.loads(done.stdout))

    def check(self) -> None:
        """Check that the lake has the ids of each genre, and that every record is current or unnamed by a feed."""
        present = read_present(self.store, CRIME_AND_WAR)
        for genre_id in CRIME_AND_WAR.genre_ids:
            truth = self._ask(f"/__truth?media=movie&with_genres={genre_id}")["ids"]
            assert sorted(list_genre(present, genre_id)) == truth
        records = merge_slices(present)
        assert len(records) > 50
        differing = asyncio.run(list_differing(self.url, records))
        assert differing <= self.unnamed

    def _words(self) -> tuple[str, ...]:
        return (*WORDS, "--allow-removals")

    def _ask(self, path: str, method: str = "GET") -> dict[str, Any]:
        request = urllib.request.Request(self.url + path, method=method)
        with urllib.request.urlopen(request) as reply:
            return dict(json.load(reply))


async def list_differing(url: str, records: dict[int, bytes]) -> set[int]:
    """List the ids whose record differs from the API's answer. Requests that fail are repeated."""
    slots, headers = asyncio.Semaphore(10), {"Authorization": f"Bearer {Sandbox.TOKEN}"}

    async def ask(session: aiohttp.ClientSession, title_id: int) -> bytes:
        for _ in range(_TRIES):
            try:
                async with slots, session.get(f"/3/movie/{title_id}") as reply:
                    body = await reply.read()
                    if reply.status < 500:
                        assert msgspec.json.decode(body)["id"] == title_id
                        return splice_record(body, title_id)
            except (aiohttp.ClientError, msgspec.DecodeError):
                continue
        raise AssertionError(f"no answer for {title_id}")

    async with aiohttp.ClientSession(url, headers=headers) as session:
        now = await asyncio.gather(*(ask(session, title_id) for title_id in records))
    return {title_id for title_id, body in zip(records, now, strict=True) if body != records[title_id]}


@pytest.fixture(scope="module")
def rough_url() -> Iterator[str]:
    """The sandbox, served by its command with faults, forty days ago."""
    port, day = free_port(), TODAY - timedelta(days=40)
    words = [
        "--films",
        "1200",
        "--series",
        "0",
        "--rate",
        "0",
        "--latency-ms",
        "5",
        "--faults",
        FAULTS,
        "--today",
        str(day),
    ]
    with serving([program("cinelake"), "sandbox", "--port", str(port), *words], f"http://127.0.0.1:{port}") as url:
        yield url


def test_lake_follows_the_api_through_several_kills_a_day(shell: Shell, rough_url: str) -> None:
    shell.environment |= {"TMDB_BASE_URL": rough_url, "TMDB_TOKEN": Sandbox.TOKEN}
    follower = Follower(shell, rough_url, LocalStore(shell.lake))
    follower.kill("extract", 150)
    extraction = follower.run("extract")
    follower.check()
    today = TODAY - timedelta(days=40)
    for days in (1, 1, 20):
        follower.let_pass(days)
        for _ in range(3):
            follower.kill("refresh", follower.luck.randrange(1, 90))
        report = follower.run("refresh")
        today += timedelta(days=days)
        assert report["run_on"] == str(today)
        assert int(str(report["records"])) < int(str(extraction["records"])) / 2
        follower.check()
    assert follower.unnamed
    assert follower.kills
    follower.let_pass(1)
    follower.run("refresh", "--oldest", "100000")
    follower.unnamed.clear()
    follower.check()
    assert shell.run("verify").returncode == 0


def test_lake_in_a_bucket_follows_the_api(
    shell: Shell, serve: Serve, moto_url: str, make_bucket: Callable[[str, str], None]
) -> None:
    served = serve(600)
    shell.point_at(served)
    make_bucket(moto_url, "days")
    keys = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": "us-east-1"}
    shell.environment |= keys | {"AWS_ENDPOINT_URL": moto_url, "CINELAKE_LAKE": "s3://days/lake"}
    store = open_store("s3://days/lake", keys | {"AWS_ENDPOINT_URL": moto_url})
    follower = Follower(shell, served.running.url, store)
    follower.run("extract")
    follower.let_pass(1)
    follower.kill("refresh", 80)
    follower.run("refresh")
    follower.check()
    assert shell.run("verify").returncode == 0
