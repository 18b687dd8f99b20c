"""The sandbox on a real socket of the loopback interface."""

import asyncio
import gzip
import json

import aiohttp
import pytest
from tests.support.tmdb.sandbox_client import BEARER, build_catalogue

from cinelake.sandbox import Faults, Sandbox
from cinelake.sandbox.app import Behaviour
from cinelake.sandbox.server import serve, start_in_thread


class SleepLog:
    """Sleeps that return at once and are recorded."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        """Return at once."""
        self.seconds.append(seconds)


def build_sandbox(faults: str = "", latency_s: float = 0.0) -> Sandbox:
    """A sandbox with these faults."""
    behaviour = Behaviour(latency_s=latency_s)
    return Sandbox(build_catalogue(300, 30), now=lambda: 0.0, faults=Faults.parse(faults), behaviour=behaviour)


async def test_server_answers_until_it_is_cancelled() -> None:
    sandbox, address = build_sandbox(), asyncio.get_running_loop().create_future()
    task = asyncio.create_task(serve(sandbox, port=0, ready=address.set_result, sleep=SleepLog()))
    await asyncio.wait({task, address}, timeout=10, return_when=asyncio.FIRST_COMPLETED)
    url = address.result()
    assert url.startswith("http://127.0.0.1:")
    async with aiohttp.ClientSession(headers=BEARER) as session:
        async with session.get(f"{url}/3/discover/movie", params={"with_genres": "80|18"}) as response:
            assert response.status == 200
            assert response.headers["Content-Type"] == "application/json;charset=utf-8"
            expected = sandbox.answer("GET", "/3/discover/movie", {"with_genres": "80|18"}, BEARER).body
            assert await response.read() == expected
        async with session.get(f"{url}/3/movie/0") as response:
            assert response.status == 404
        async with session.get(f"{url}/__stats") as response:
            stats = await response.json()
    assert stats["by_status"] == {"200": 2, "404": 1}
    assert stats["peak_open_connections"] == 1
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.ClientConnectionError):
            await session.get(url)


@pytest.mark.parametrize(
    ("fault", "error"), [("reset", aiohttp.ServerDisconnectedError), ("truncate", aiohttp.ClientPayloadError)]
)
async def test_server_cuts_connections(fault: str, error: type[Exception]) -> None:
    with start_in_thread(build_sandbox(f"{fault}=1"), sleep=SleepLog()) as running:
        async with aiohttp.ClientSession(headers=BEARER, connector=aiohttp.TCPConnector(force_close=True)) as session:
            for _ in range(3):
                with pytest.raises((error, aiohttp.ClientOSError)):
                    async with session.get(f"{running.url}/3/discover/movie") as response:
                        await response.read()


async def test_gzip_without_header_reaches_the_client_unchanged() -> None:
    with start_in_thread(build_sandbox("gzip=1"), sleep=SleepLog()) as running:
        async with (
            aiohttp.ClientSession(headers=BEARER) as session,
            session.get(f"{running.url}/3/authentication") as response,
        ):
            assert json.loads(gzip.decompress(await response.read())) == {"success": True}


async def test_late_answer_waits_by_the_given_sleep() -> None:
    sleep = SleepLog()
    with start_in_thread(build_sandbox(latency_s=5), sleep=sleep) as running:
        async with (
            aiohttp.ClientSession(headers=BEARER) as session,
            session.get(f"{running.url}/3/authentication") as response,
        ):
            assert response.status == 200
    assert len(sleep.seconds) == 1
    assert 1 < sleep.seconds[0] < 25


def test_stopping_twice_frees_the_port() -> None:
    running = start_in_thread(build_sandbox(), sleep=SleepLog())
    port = int(running.url.rpartition(":")[2])
    running.stop()
    running.stop()
    with start_in_thread(build_sandbox(), sleep=SleepLog(), port=port) as again:
        assert again.url == running.url


def test_port_in_use_is_raised_in_the_caller() -> None:
    with start_in_thread(build_sandbox(), sleep=SleepLog()) as running:
        port = int(running.url.rpartition(":")[2])
        with pytest.raises(OSError, match=str(port)):
            start_in_thread(build_sandbox(), sleep=SleepLog(), port=port)
