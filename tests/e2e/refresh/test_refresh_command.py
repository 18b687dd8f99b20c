"""The command `cinelake refresh`."""

import json
import time
import urllib.request
from datetime import date, timedelta

from tests.e2e.conftest import Serve, Served, Shell, finish
from tests.support.tmdb.service import TODAY

from cinelake.lake.keys import LEASE

NEXT = TODAY + timedelta(days=1)
WORDS = ("--genre", "Drama", "--append", "none")


def let_pass(served: Served, days: int) -> None:
    """Advance the clock of the sandbox."""
    request = urllib.request.Request(f"{served.running.url}/__evolve?days={days}", method="POST")
    urllib.request.urlopen(request).close()


def list_truth(served: Served) -> set[int]:
    """The ids of all dramas in the sandbox."""
    with urllib.request.urlopen(f"{served.running.url}/__truth?media=movie&with_genres=18") as reply:
        return set(json.load(reply)["ids"])


def run_on(shell: Shell, command: str, day: date, *words: str) -> dict[str, object]:
    """The report of a run, which gets the date of the sandbox."""
    done = shell.run(command, *WORDS, "--rate", "unlimited", "--json", *words)
    assert done.returncode == 0, done.stderr
    report = dict(json.loads(done.stdout))
    assert report["run_on"] == str(day)
    return report


def test_refreshes_follow_tmdb_with_few_requests(online: tuple[Shell, Served]) -> None:
    shell, served = online
    extraction = run_on(shell, "extract", TODAY)
    for day in (NEXT, NEXT + timedelta(days=1)):
        let_pass(served, 1)
        report = run_on(shell, "refresh", day, "--allow-removals")
        assert int(str(report["records"])) < int(str(extraction["records"])) / 2
    assert shell.run("verify", "--api", "--rate", "unlimited").returncode == 0
    assert shell.run("build").returncode == 0
    asked = shell.run("sql", "SELECT id_tmdb FROM title", "--csv").stdout.split()[1:]
    assert set(map(int, asked)) == list_truth(served)


def test_refresh_of_an_empty_lake_names_extract(online: tuple[Shell, Served]) -> None:
    shell, _ = online
    for words in (("refresh",), ("plan", "--refresh")):
        done = shell.run(*words, *WORDS, "--rate", "unlimited")
        assert done.returncode == 2
        assert "this lake has no complete extraction of Drama (--append none)" in done.stderr
        assert "run `cinelake extract --genre Drama --append none`" in done.stderr


def test_second_refresh_of_a_day_only_asks_for_the_date(online: tuple[Shell, Served]) -> None:
    shell, served = online
    run_on(shell, "extract", TODAY)
    before = served.requests
    done = shell.run("refresh", *WORDS, "--rate", "unlimited")
    assert done.returncode == 0
    assert "nothing was fetched" in done.stderr
    assert served.requests == before + 1


def test_two_refreshes_at_once_do_the_work_once(shell: Shell, serve: Serve) -> None:
    served = serve(latency_s=0.001)
    shell.point_at(served)
    run_on(shell, "extract", TODAY)
    let_pass(served, 1)
    words = ("refresh", *WORDS, "--rate", "unlimited")
    served.gate.is_shut = True
    first = shell.start(*words)
    while not (shell.lake / LEASE).exists():
        assert first.poll() is None
        time.sleep(0.01)  # noqa: TID251 - a process needs its time
    second = shell.run(*words)
    assert second.returncode == 75
    assert f"process {first.pid} on" in second.stderr
    assert "using the rate limit of this lake" in second.stderr
    served.gate.is_shut = False
    assert finish(first).returncode == 0
    before = served.requests
    assert shell.run(*words).returncode == 0
    assert served.requests == before + 1  # for the date
    assert shell.run("verify", "--api", "--rate", "unlimited").returncode == 0


def test_plan_estimates_a_refresh(online: tuple[Shell, Served]) -> None:
    shell, served = online
    run_on(shell, "extract", TODAY)
    let_pass(served, 1)
    words = ("plan", "--refresh", *WORDS, "--rate", "unlimited")
    planned, shown = json.loads(shell.run(*words, "--json").stdout), shell.run(*words).stdout
    report = run_on(shell, "refresh", NEXT)
    refresh = planned["estimate"]["refresh"]
    assert planned["decision"] == "refresh"
    assert refresh["since"] == str(TODAY)
    assert abs(planned["requests"] - int(str(report["requests"]))) <= 3
    assert "the day up to which the lake is complete" in shown


def test_plan_of_a_complete_run_only_asks_for_the_date(online: tuple[Shell, Served]) -> None:
    shell, served = online
    run_on(shell, "extract", TODAY)
    before = served.requests
    for words in (("plan",), ("plan", "--refresh")):
        words = (*words, *WORDS, "--rate", "unlimited")  # noqa: PLW2901 - with the options
        planned = json.loads(shell.run(*words, "--json").stdout)
        assert (planned["decision"], planned["run_on"], planned["requests"]) == ("up_to_date", str(TODAY), 0)
        assert "Up to date: nothing to fetch." in shell.run(*words).stdout
    assert served.requests == before + 4
