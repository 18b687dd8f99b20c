"""How long does the dashboard of the replay's lake take, and how large is it?"""

from pathlib import Path

from benchmarks.harness import COMMAND, Line, Outcome, Service, build_command, run, start_replay, temporary_lake

_NOBODY = Service("http://127.0.0.1:9", "none")


def run_offline(*words: str, lake: Path) -> Outcome:
    """A command that asks no service, and must not fail."""
    outcome = run([COMMAND, *words, "--lake", str(lake), "--json"], _NOBODY)
    if outcome.code:
        raise SystemExit(f"benchmarks: {words[0]} ended with {outcome.code}: {outcome.stderr}")
    return outcome


def build_replay(lake: Path) -> None:
    """The replay's films of crime and war, extracted with cast and keywords, and built."""
    with start_replay() as service:
        extracted = run(build_command(lake, "--genre", "80", "--genre", "10752", append="credits,keywords"), service)
    if extracted.code:
        raise SystemExit(f"benchmarks: the extraction ended with {extracted.code}: {extracted.stderr}")
    run_offline("build", lake=lake)


def measure_dashboard() -> list[Line]:
    """`cinelake dashboard` of the replay's 45,704 films, with cast and keywords."""
    with temporary_lake() as lake:
        build_replay(lake)
        first = run_offline("dashboard", lake=lake)
        page = (lake / "Dashboard/index.html").read_bytes()
        again = run_offline("dashboard", lake=lake)
        is_same = (lake / "Dashboard/index.html").read_bytes() == page
    size, titles = len(page) / 1e6, first.report["titles"]
    return [
        Line(f"dashboard, {titles:,} films", "under 10 s", "", f"{first.wall_s:.2f} s", first.wall_s < 10),
        Line("its peak memory", "under 1,500 MB", "", f"{first.peak_mb:.0f} MB", first.peak_mb < 1500),
        Line("its file", "under 6 MB", "", f"{size:.2f} MB", size < 6),
        Line("the same again", "the same bytes", "", f"{again.wall_s:.2f} s", is_same),
    ]


if __name__ == "__main__":
    for line in measure_dashboard():
        print(f"{line.name:44} {line.target:18} {line.anchor:26} {line.ours}{'' if line.is_met else '  << NOT MET'}")
