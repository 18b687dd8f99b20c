"""The client: every result is complete and valid, every failure is reported."""

import asyncio
import gzip
from collections.abc import Callable, Iterator, Mapping
from itertools import chain, pairwise, repeat

import pytest
from tests.support.tmdb.service import build_client, build_sandbox
from tests.support.tmdb.virtual import VirtualClock, run_virtual

from cinelake.errors import CredentialsError, ServiceError
from cinelake.log import Log
from cinelake.media import Media
from cinelake.tmdb.client import Client
from cinelake.tmdb.endpoints import Query
from cinelake.tmdb.executor import Attempt, Outcome
from cinelake.tmdb.outage import OUTAGE_S
from cinelake.tmdb.rate_limiter import RateLimiter
from cinelake.tmdb.responses import FailedRequest, Gone
from cinelake.tmdb.retry import ATTEMPTS
from cinelake.tmdb.transport import NoConnectionError, Reply, Transport, TransportError
from cinelake.tmdb.validation import Page, parse_page

GOOD = Reply(200, b'{"id":680,"title":"x"}')
PROBE = "/3/authentication"
RESET = TransportError("reset")
Answer = Reply | TransportError


class _Script:
    """Sends scripted responses for title 680 and valid ones for all else; while `is_down`, there is no connection."""

    def __init__(self, *answers: Answer, then: Answer = GOOD) -> None:
        self._answers: Iterator[Answer] = chain(answers, repeat(then))
        self.paths: list[str] = []
        self.sent_at: list[float] = []
        self.is_down: Callable[[float], bool] = lambda _now: False
        self.now: Callable[[], float] = VirtualClock().monotonic

    async def send(self, path: str, params: Mapping[str, str]) -> Reply:
        _ = params
        self.paths.append(path)
        self.sent_at.append(self.now())
        if self.is_down(self.now()):
            raise NoConnectionError("connection refused")
        answer = next(self._answers) if path == "/3/movie/680" else Reply(200, b'{"success":true}')
        if isinstance(answer, TransportError):
            raise answer
        return answer


def _client(transport: Transport, *, rate: float = float("inf"), connections: int = 20) -> Client:
    return Client(transport, RateLimiter(rate), VirtualClock(), Log(level="warning"), connections=connections)


def _fetch(script: _Script) -> bytes | Gone | FailedRequest:
    return run_virtual(_client(script).fetch_detail(Media.MOVIE, 680, ""))


@pytest.mark.parametrize(
    "bad",
    [
        Reply(500, b"{}"),
        Reply(502, b"<html>"),
        Reply(503, b""),
        Reply(504, b"{}"),
        Reply(408, b""),
        Reply(301, b""),
        RESET,
        Reply(200, b""),
        Reply(200, b'{"id":680,"ti'),
        Reply(200, b"<!doctype html>"),
        Reply(200, b'{"id":681}'),
        Reply(200, b'{"id":"680"}'),
        Reply(200, b'{"id":680,"title":"\xff"}'),
        Reply(200, gzip.compress(GOOD.body, mtime=0)[:20]),  # no timestamp: all workers need the same test id
    ],
    ids=lambda bad: str(bad)[:60],
)
def test_transient_failure_is_retried_until_it_succeeds(bad: Answer) -> None:
    script = _Script(bad, bad, bad)
    assert _fetch(script) == GOOD.body
    assert script.paths.count("/3/movie/680") == 4


def test_undeclared_gzip_is_decompressed() -> None:
    body = '{"id":680,"title":"Am\u00e9lie"}'.encode()
    assert _fetch(_Script(Reply(200, gzip.compress(body)))) == body


@pytest.mark.parametrize("status", [400, 405, 410, 422])
def test_rejection_is_final_and_reported(status: int) -> None:
    script = _Script(then=Reply(status, b'{"status_code":22}'))
    assert _fetch(script) == FailedRequest(f"{status} on /3/movie/680: '{{\"status_code\":22}}'")
    assert script.paths == ["/3/movie/680"]


def test_404_is_data() -> None:
    script = _Script(then=Reply(404, b'{"status_code":34}'))
    assert _fetch(script) == Gone()
    assert script.paths == ["/3/movie/680"]


@pytest.mark.parametrize("body", [b"<html>not found</html>", b"{}", b""])
def test_404_of_a_proxy_is_retried(body: bytes) -> None:
    assert _fetch(_Script(Reply(404, body), Reply(404, body))) == GOOD.body
    answer = _fetch(_Script(then=Reply(404, body)))
    assert isinstance(answer, FailedRequest)
    assert "404 on /3/movie/680 with an invalid body" in answer.reason


@pytest.mark.parametrize(("status", "body"), [(401, b"{}"), (401, b"<html>"), (403, b'{"status_code":45}')])
def test_refused_token_stops_the_client(status: int, body: bytes) -> None:
    with pytest.raises(CredentialsError, match=f"TMDB refused the token \\({status}"):
        _fetch(_Script(then=Reply(status, body)))


def test_403_of_a_firewall_is_retried() -> None:
    assert _fetch(_Script(Reply(403, b"<html>Request blocked</html>"))) == GOOD.body


def test_each_attempt_is_reported_with_its_outcome() -> None:
    attempts: list[Attempt] = []
    bad: list[Answer] = [Reply(500, b""), RESET, Reply(200, b"{"), Reply(429, b""), Reply(404, b"<html>")]
    client = Client(_Script(*bad), RateLimiter(float("inf")), VirtualClock(), Log(), on_attempt=attempts.append)
    assert run_virtual(client.fetch_detail(Media.MOVIE, 680, "")) == GOOD.body
    outcomes = [each.outcome for each in attempts]
    assert len(attempts) == client.tally.requests
    assert (outcomes.count(Outcome.REFUSED), outcomes.count(Outcome.FAILED)) == (1, 4)
    assert outcomes[-1] is Outcome.ANSWERED


def test_title_that_always_fails_is_abandoned_while_others_succeed() -> None:
    script = _Script(then=Reply(500, b"{}"))
    answer = _fetch(script)
    assert isinstance(answer, FailedRequest)
    assert "500 on /3/movie/680" in answer.reason
    assert ATTEMPTS <= script.paths.count("/3/movie/680") <= ATTEMPTS + 2
    assert PROBE in script.paths


def test_outage_costs_time_and_no_title() -> None:
    script = _Script()
    script.is_down = lambda now: 1 <= now < OUTAGE_S - 5

    async def main() -> list[object]:
        client = _client(script)
        await client.check_connection()
        await VirtualClock().sleep(2)
        return await asyncio.gather(*(client.fetch_detail(Media.MOVIE, 680, "") for _ in range(30)))

    assert run_virtual(main()) == [GOOD.body] * 30


@pytest.mark.parametrize(("seen_before", "most_s"), [(False, 10), (True, OUTAGE_S + 40)])
def test_outage_is_reported_sooner_without_first_contact(seen_before: bool, most_s: float) -> None:
    script = _Script()
    script.is_down = lambda now: not seen_before or now >= 1

    async def main() -> float:
        client = _client(script)
        if seen_before:
            await client.check_connection()
            await VirtualClock().sleep(2)
        began = VirtualClock().monotonic()
        with pytest.raises(ServiceError, match="connection refused"):
            await client.fetch_detail(Media.MOVIE, 680, "")
        return VirtualClock().monotonic() - began

    assert run_virtual(main()) <= most_s


class _Everywhere:
    """Sends the same response to every request until some second, and valid ones from then on."""

    def __init__(self, answer: Answer, until_s: float = float("inf")) -> None:
        self._answer = answer
        self._until_s = until_s

    async def send(self, path: str, params: Mapping[str, str]) -> Reply:
        _ = path, params
        if VirtualClock().monotonic() >= self._until_s:
            return Reply(200, b'{"success":true}')
        if isinstance(self._answer, TransportError):
            raise self._answer
        return self._answer


def _greet(transport: Transport, log: Log) -> float:
    """Seconds that the first contact takes."""

    async def main() -> float:
        await Client(transport, RateLimiter(float("inf")), VirtualClock(), log).check_connection()
        return VirtualClock().monotonic()

    return run_virtual(main())


@pytest.mark.parametrize(
    "failure", [Reply(502, b"<html>"), Reply(503, b""), Reply(429, b"{}"), RESET], ids=lambda each: str(each)[:20]
)
def test_first_request_has_the_full_retry_budget_once_a_server_was_seen(
    failure: Answer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert 60 <= _greet(_Everywhere(failure, until_s=60), Log(level="warning")) < 100
    assert capsys.readouterr().err.count("api_unavailable") == 1
    with pytest.raises(ServiceError, match=r"no valid response from TMDB for 12\d s"):
        _greet(_Everywhere(failure), Log(level="warning"))


def test_restarting_server_gets_the_full_retry_budget() -> None:
    class Restarting(_Everywhere):
        async def send(self, path: str, params: Mapping[str, str]) -> Reply:
            if 0.1 < VirtualClock().monotonic() < 40:
                raise NoConnectionError("refused")
            return await super().send(path, params)

    assert 40 <= _greet(Restarting(Reply(502, b""), until_s=1), Log(level="warning")) < 100


@pytest.mark.parametrize(
    "answer",
    [Reply(200, b"<html>portal</html>"), Reply(200, b""), Reply(404, b"<html>"), Reply(301, b""), Reply(403, b"<html>")],
)
def test_wrong_address_is_reported_soon(answer: Reply) -> None:
    with pytest.raises(ServiceError, match=r"no valid response from TMDB for \d s"):
        _greet(_Everywhere(answer), Log(level="warning"))


def test_server_without_the_path_is_not_tmdb() -> None:
    class Empty:
        async def send(self, path: str, params: Mapping[str, str]) -> Reply:
            _ = path, params
            return Reply(404, b'{"status_code":34}')

    with pytest.raises(ServiceError, match="is not TMDB"):
        run_virtual(_client(Empty()).check_connection())


def test_429_never_fails_a_title_and_retry_after_is_honoured() -> None:
    refused = Reply(429, b'{"status_code":25}', "3")
    script = _Script(*([refused] * 10))
    assert _fetch(script) == GOOD.body
    times = [at for at, path in zip(script.sent_at, script.paths, strict=True) if path == "/3/movie/680"]
    assert all(b - a >= 3 for a, b in pairwise(times))


def test_retries_and_probes_pass_the_rate_limiter() -> None:
    script = _Script(then=Reply(500, b"{}"))

    async def main() -> None:
        client = _client(script, rate=10)
        await asyncio.gather(*(client.fetch_detail(Media.MOVIE, 680, "") for _ in range(20)))
        assert client.tally.requests == len(script.sent_at)

    run_virtual(main())
    assert len(script.sent_at) > 20 * ATTEMPTS
    assert all(b - a >= 1 for a, b in zip(script.sent_at, script.sent_at[10:], strict=False))


def test_connections_stay_within_the_limit() -> None:
    open_now, most = 0, 0

    class Slow:
        async def send(self, path: str, params: Mapping[str, str]) -> Reply:
            nonlocal open_now, most
            _ = path, params
            open_now += 1
            most = max(most, open_now)
            await VirtualClock().sleep(1)
            open_now -= 1
            return GOOD

    async def main() -> None:
        client = _client(Slow(), connections=7)
        await asyncio.gather(*(client.fetch_detail(Media.MOVIE, 680, "") for _ in range(50)))

    run_virtual(main())
    assert most == 7


@pytest.mark.parametrize(("allowed", "least", "most_refused"), [(40, 0.97, 0.0), (25, 0.9, 0.01)])
def test_rate_adapts_to_what_tmdb_admits(allowed: int, least: float, most_refused: float) -> None:
    """Two minutes against a sliding-window limit, with 40 requests per second configured."""

    async def main() -> None:
        clock = VirtualClock()
        sandbox = build_sandbox(clock, films=50, rate=allowed)
        client = build_client(sandbox, clock, rate=40, round_trip_s=0.06)
        refused_early = 0

        async def work() -> None:
            nonlocal refused_early
            while clock.monotonic() < 120:
                page = await client.fetch_page(Query(Media.MOVIE))
                assert isinstance(page, Page)
                if clock.monotonic() < 30:
                    refused_early = client.tally.refused

        await asyncio.gather(*(work() for _ in range(20)))
        report = sandbox.meter.report()
        admitted = report.requests - client.tally.refused
        assert admitted >= least * allowed * report.seconds_first_to_last
        assert client.tally.refused - refused_early <= most_refused * report.requests

    run_virtual(main())


def test_rate_recovers_when_a_limit_is_lifted() -> None:
    async def main() -> float:
        clock = VirtualClock()
        sandbox = build_sandbox(clock, films=50, rate=20)
        client = build_client(sandbox, clock, rate=40, round_trip_s=0.06)

        async def work() -> None:
            while clock.monotonic() < 200:
                if clock.monotonic() > 60:
                    sandbox.meter.rate = 0
                await client.fetch_page(Query(Media.MOVIE))

        await asyncio.gather(*(work() for _ in range(20)))
        return client.rate

    assert run_virtual(main()) == 40


def test_languages_are_empty_if_the_request_fails() -> None:
    async def main() -> None:
        clock = VirtualClock()
        assert "en" in await build_client(build_sandbox(clock), clock).fetch_languages()
        assert await _client(_Script()).fetch_languages() == []

    run_virtual(main())


def test_decompression_bomb_is_a_failed_attempt() -> None:
    bomb = gzip.compress(b" " * 100_000_000)
    assert _fetch(_Script(Reply(200, bomb))) == GOOD.body


@pytest.mark.parametrize("body", [b'{"id":680,"id_tmdb":680}', b'{"id":680,"a":' + b"[" * 200_000])
def test_detail_that_would_break_its_batch_is_refused(body: bytes) -> None:
    assert isinstance(_fetch(_Script(then=Reply(200, body))), FailedRequest)


@pytest.mark.parametrize("title_id", [0, -5, 2**63, 2**31])
def test_page_with_an_impossible_id_is_invalid(title_id: int) -> None:
    body = b'{"results":[{"id":%d}],"total_pages":1,"total_results":1}' % title_id
    with pytest.raises(ValueError, match="id"):
        parse_page(body)
