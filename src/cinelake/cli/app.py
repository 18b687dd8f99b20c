"""Owns the commands: their words, their help, their exit codes. stdout carries results, stderr everything else.

Invariant: `--help` starts fast, so each command imports what it needs when it runs.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cinelake.errors import CinelakeError
from cinelake.exits import Exit, classify_error

if TYPE_CHECKING:
    from cinelake.cli.session import Options
    from cinelake.extract.slices import Selection
    from cinelake.settings import Settings

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Build a data lake of films and series from TMDB that can prove that it is complete.",
    epilog="Exit codes: 0 done and complete, 2 usage, 3 short (something is missing or a check failed), 4 credentials "
    "refused, 5 service or store not reachable, 75 stopped in good order: run the same command again. "
    "Environment (or .env): TMDB_TOKEN or TMDB_API_KEY, TMDB_BASE_URL, CINELAKE_LAKE, CINELAKE_LOG=json. "
    "Start with `cinelake demo`, which needs no account.",
)

Genres = Annotated[
    list[str] | None, typer.Option("--genre", help="Name (English or Portuguese) or id; repeat for more; none: all.")
]
MediaKind = Annotated[str, typer.Option("--media", help="movie or series.")]
Since = Annotated[
    str | None, typer.Option("--from", help="First release day, YYYY-MM-DD or YYYY. Leaves undated titles out.")
]
Until = Annotated[str | None, typer.Option("--to", help="Last release day, YYYY-MM-DD or YYYY. Leaves undated titles out.")]
Append = Annotated[
    str | None,
    typer.Option("--append", help="Parts of each record, or none [default: credits,keywords,release_dates,external_ids]."),
]
Adult = Annotated[bool, typer.Option("--include-adult", help="Include adult titles.")]
Video = Annotated[bool, typer.Option("--include-video", help="Include titles marked as video.")]
Lake = Annotated[str | None, typer.Option("--lake", help="A folder or s3://bucket/prefix [default: CINELAKE_LAKE].")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of tables.")]
Rate = Annotated[str, typer.Option("--rate", help="Requests a second; unlimited only for a service on this machine.")]
Connections = Annotated[int, typer.Option("--connections", help="Connections at a time, at most 20.")]
RunDate = Annotated[str | None, typer.Option("--run-date", help="Date of the run, YYYY-MM-DD [default: today, UTC].")]
TakeOver = Annotated[bool, typer.Option("--take-over", help="Take the lease from a process that is known to be dead.")]


@app.command()
def plan(
    genre: Genres = None,
    media: MediaKind = "movie",
    since: Since = None,
    until: Until = None,
    append: Append = None,
    include_adult: Adult = False,
    include_video: Video = False,
    lake: Lake = None,
    json: Json = False,
    rate: Rate = "40",
    connections: Connections = 20,
    run_date: RunDate = None,
) -> None:
    """Tell what an extraction would take; sends counting requests only."""
    with _answering(json) as answer:
        from cinelake.cli.render import render_plan
        from cinelake.cli.session import open_lake, run_async, run_plan
        from cinelake.clock import SystemClock
        from cinelake.extract.plan import estimate_plan

        settings, selection = _settings(), _selection(genre, media, since, until, append, include_adult, include_video)
        options = _options(settings, rate, connections, run_date)
        store = open_lake(settings, lake) if lake or settings.lake else None
        planned = run_async(run_plan(settings, selection, options, SystemClock(), store))
        estimate = estimate_plan(planned, options.rate)
        answer(
            {"plan": planned, "rate": options.rate, "estimate": estimate, "requests": estimate.requests},
            lambda console: render_plan(console, planned, estimate, options.rate),
        )


@app.command()
def extract(
    genre: Genres = None,
    media: MediaKind = "movie",
    since: Since = None,
    until: Until = None,
    append: Append = None,
    include_adult: Adult = False,
    include_video: Video = False,
    lake: Lake = None,
    json: Json = False,
    rate: Rate = "40",
    connections: Connections = 20,
    run_date: RunDate = None,
    deadline: Annotated[str | None, typer.Option(help="Stop in good order before this time is over, such as 14m.")] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Begin a new run though one is unfinished.")] = False,
    take_over: TakeOver = False,
    tolerance: Annotated[str, typer.Option(help="Share of a slice that may stay unproven.")] = "0.1%",
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log each slice.")] = False,
) -> None:
    """Get every title of the selection into Raw; goes on by itself where a former run was stopped."""
    with _answering(json) as answer:
        from cinelake.cli.options import parse_duration, parse_tolerance
        from cinelake.cli.render import render_report
        from cinelake.cli.session import open_lake, run_async, run_extract
        from cinelake.clock import SystemClock
        from cinelake.log import Log

        settings, selection = _settings(), _selection(genre, media, since, until, append, include_adult, include_video)
        deadline_s = parse_duration(deadline) if deadline else None
        options = _options(
            settings,
            rate,
            connections,
            run_date,
            deadline_s=deadline_s,
            is_fresh=fresh,
            takes_over=take_over,
            tolerance=parse_tolerance(tolerance),
        )
        log = Log(log_format=settings.log_format, level="info" if verbose or settings.log_format == "json" else "warning")
        store = open_lake(settings, lake)
        report = run_async(run_extract(settings, selection, options, SystemClock(), store, log))
        answer(report, lambda console: render_report(console, report))
        if not report.is_complete:
            raise typer.Exit(Exit.SHORT)


@app.command()
def verify(
    lake: Lake = None,
    api: Annotated[bool, typer.Option("--api", help="Compare with the service as it is now, too.")] = False,
    json: Json = False,
    rate: Rate = "40",
    connections: Connections = 20,
    take_over: TakeOver = False,
) -> None:
    """Tell whether the lake is what it says it is: objects, counts, hashes, ids, slices."""
    with _answering(json) as answer:
        import msgspec

        from cinelake.cli.render import render_verification
        from cinelake.cli.session import open_lake, run_async, run_verify_api
        from cinelake.clock import SystemClock
        from cinelake.extract.verify import verify_lake

        settings = _settings()
        store = open_lake(settings, lake)
        result = verify_lake(store)
        if api:
            options = _options(settings, rate, connections, None, takes_over=take_over)
            found = run_async(run_verify_api(settings, options, SystemClock(), store))
            result = msgspec.structs.replace(result, problems=(*result.problems, *found))
        answer(result, lambda console: render_verification(console, result))
        if not result.is_sound:
            raise typer.Exit(Exit.SHORT)


@app.command()
def status(lake: Lake = None, json: Json = False) -> None:
    """Show runs, zones, freshness, and what is unresolved."""
    with _answering(json) as answer:
        from cinelake.cli.render import render_status
        from cinelake.cli.session import open_lake
        from cinelake.extract.status import read_status

        result = read_status(open_lake(_settings(), lake))
        answer(result, lambda console: render_status(console, result))


@app.command()
def demo(
    films: Annotated[int, typer.Option(help="Films in the invented catalogue.")] = 2000,
    keep: Annotated[str | None, typer.Option("--keep", help="Keep the lake in this folder.")] = None,
) -> None:
    """Plan, extract and verify in a temporary lake, against the built-in sandbox; needs no account."""
    with _answering(json=False):
        from cinelake.cli.demo import run_demo

        code = run_demo(films, keep)
        if code is not Exit.DONE:
            raise typer.Exit(code)


@app.command()
def sandbox(
    port: Annotated[int, typer.Option(help="Port on loopback; 0 picks a free one.")] = 0,
    films: Annotated[int, typer.Option(help="Films in the invented catalogue.")] = 2000,
    series: Annotated[int, typer.Option(help="Series in the invented catalogue.")] = 200,
    seed: Annotated[int, typer.Option(help="Another seed is another catalogue.")] = 1,
    rate: Annotated[int, typer.Option(help="Requests allowed in any second; 0 for no limit.")] = 40,
    latency_ms: Annotated[float, typer.Option(help="Delay of each answer.")] = 0,
    faults: Annotated[str, typer.Option(help="Such as drift=1,burst502=1,reset=.002,gone=12.")] = "",
) -> None:
    """Serve an offline TMDB with an invented catalogue until it is interrupted."""
    with _answering(json=False):
        from cinelake.cli.demo import run_sandbox

        run_sandbox(port=port, films=films, series=series, seed=seed, rate=rate, latency_ms=latency_ms, faults=faults)


def main() -> None:
    """The command `cinelake`."""
    app(prog_name="cinelake")


@contextmanager
def _answering(json: bool) -> Iterator[Callable[[Any, Callable[[Any], None]], None]]:  # noqa: FBT001 - the flag as given
    """Hand out the way to answer, and turn errors into messages and exit codes."""

    def answer(document: Any, draw: Callable[[Any], None]) -> None:  # noqa: ANN401 - whatever msgspec encodes
        if json:
            import msgspec

            text = msgspec.json.format(msgspec.json.encode(document), indent=2)
            sys.stdout.write(text.decode() + "\n")
        else:
            from rich.console import Console

            draw(Console())

    try:
        yield answer
    except CinelakeError as error:
        code = classify_error(error)
        if json:
            parts = {"thing": error.thing, "happened": error.happened, "expected": error.expected, "todo": error.todo}
            answer({"error": parts, "exit_code": int(code)}, lambda _: None)
        sys.stderr.write(f"cinelake: {error}\n")
        raise typer.Exit(code) from error
    except KeyboardInterrupt:
        sys.stderr.write("cinelake: interrupted: stopped at once; everything written so far is kept\n")
        raise typer.Exit(Exit.TRY_AGAIN) from None


def _settings() -> "Settings":
    from cinelake.settings import read_settings

    return read_settings(Path.cwd())


def _selection(
    genre: list[str] | None,
    media: str,
    since: str | None,
    until: str | None,
    append: str | None,
    include_adult: bool,  # noqa: FBT001
    include_video: bool,  # noqa: FBT001
) -> "Selection":
    from cinelake.cli.options import parse_selection

    return parse_selection(
        genre or [], media, since, until, append=append, include_adult=include_adult, include_video=include_video
    )


def _options(settings: "Settings", rate: str, connections: int, run_date: str | None, **others: Any) -> "Options":  # noqa: ANN401
    from cinelake.cli.options import check_connections, parse_date, parse_rate
    from cinelake.cli.session import Options

    run_on = parse_date("--run-date", run_date, is_end=False)
    return Options(parse_rate(rate, settings.base_url), check_connections(connections), run_on, **others)
