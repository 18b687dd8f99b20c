"""The share of the rate limit that is used, and the share of requests that is refused."""

import threading

from benchmarks.harness import Api, Line, build_command, run, start_replay, temporary_lake

_LATENCY_MS = "58"
_SELECTION = ("--genre", "Crime", "--from", "2010", "--to", "2016")
_STEADY_AFTER_S = 30.0


class _RefusedSoFar:
    """The refused requests after some seconds, counted by a timer."""

    def __init__(self, api: Api, after_s: float) -> None:
        self.requests = 0
        self.refused = 0
        self._service = api
        self._timer = threading.Timer(after_s, self._count)
        self._timer.start()

    def _count(self) -> None:
        stats = self._service.ask("/__stats")
        self.requests, self.refused = stats["requests"], stats["by_status"].get("429", 0)

    def cancel(self) -> None:
        self._timer.cancel()


def measure_full_rate(runs: int = 3, words: tuple[str, ...] = _SELECTION, least: int = 4000) -> list[Line]:
    """An API that allows 40 a second, as documented."""
    used, refused, titles, connections = [], [], [], []
    for _ in range(runs):
        with start_replay("--rate", "40", "--latency-ms", _LATENCY_MS) as api, temporary_lake() as lake:
            outcome = run(build_command(lake, *words, rate="40"), api)
            stats = api.ask("/__stats")
        sent, no = stats["requests"], stats["by_status"].get("429", 0)
        used.append((sent - no) / (40 * stats["seconds_first_to_last"]))
        refused.append(no / sent)
        titles.append(outcome.report["records"])
        connections.append(stats["peak_open_connections"])
    each = " ".join(f"{share:.1%}" for share in used)
    return [
        Line("titles", f"at least {least:,}", "-", f"{titles[0]:,}", titles[0] >= least),
        Line(
            "used of 40 a second, the worst run", "at least 98 %", "100 %", f"{min(used):.2%} ({each})", min(used) >= 0.98
        ),
        Line("refused", "at most 0.05 %", f"{sent:,} sent", f"{max(refused):.3%}", max(refused) <= 0.0005),
        Line("connections", "at most 20", "-", str(max(connections)), max(connections) <= 20),
    ]


def measure_slower_api(runs: int = 1) -> list[Line]:
    """An API that allows 25 a second while 40 is configured, without and with Retry-After."""
    lines = []
    for name, extra in (("without Retry-After", ()), ("with Retry-After", ("--retry-after",))):
        used, late, films = [], [], []
        for _ in range(runs):
            with start_replay("--rate", "25", "--latency-ms", _LATENCY_MS, *extra) as api, temporary_lake() as lake:
                early = _RefusedSoFar(api, _STEADY_AFTER_S)
                outcome = run(build_command(lake, *_SELECTION, rate="40"), api)
                early.cancel()
                stats = api.ask("/__stats")
            sent, no = stats["requests"], stats["by_status"].get("429", 0)
            used.append((sent - no) / (25 * stats["seconds_first_to_last"]))
            films.append(outcome.report["records"] if outcome.code == 0 else 0)
            late.append((no - early.refused) / (sent - early.requests))
        lines += [
            Line(f"films, {name}", "at least 4,000", "-", f"{min(films):,}", min(films) >= 4000),
            Line(f"used of 25 a second, {name}", "at least 90 %", "100 %", f"{min(used):.1%}", min(used) >= 0.9),
            Line(f"refused after 30 s, {name}", "at most 1 %", "-", f"{max(late):.2%}", max(late) <= 0.01),
        ]
    return lines
