"""Completeness: the ids of the lake against those of the API, with drift, bursts of 502, resets and invalid responses."""

from contextlib import AbstractContextManager

from benchmarks.harness import (
    COMMAND,
    CRIME_AND_WAR,
    Api,
    Extraction,
    Line,
    build_command,
    read_ids,
    read_manifests,
    run,
    start_replay,
    temporary_lake,
)

GENRES = CRIME_AND_WAR.words
_FAULTS = "drift=1,burst502=1,reset=.002,truncate=.002,garbage=.001,gone=12"
_UNDATED = 177


def measure_completeness() -> list[Line]:
    """Crime and War, all dates, with faults: the ids of the lake against those of the API."""
    with start_replay("--faults", _FAULTS) as api, temporary_lake() as lake:
        outcome = run(build_command(lake, *GENRES), api)
        truth = api.ask("/__truth?media=movie&with_genres=80%7C10752")
        by_genre = {genre: set(api.ask(f"/__truth?media=movie&with_genres={genre}")["ids"]) for genre in (80, 10752)}
        slices, manifests = read_ids(lake), read_manifests(lake)
        stored = {i for ids in slices.values() for i in ids}
        differing = sum(
            len(ids ^ {i for name, found in slices.items() if name.startswith(f"genre-{genre}-") for i in found})
            for genre, ids in by_genre.items()
        )
        twice = sum(len(ids) - len(set(ids)) for ids in slices.values())
        undated = {i for name, ids in slices.items() if name.endswith("undated") for i in ids}
        gone = {i for manifest in manifests.values() for i in manifest["gone"]}
        verified = run([COMMAND, "verify", "--lake", str(lake)], api)
        compared = run([COMMAND, "verify", "--api", "--lake", str(lake), "--rate", "unlimited"], api)
    missing, surplus = len(set(truth["ids"]) - stored), len(stored - set(truth["ids"]))
    return [
        Line("ids that the lake lacks", "0", f"{len(truth['ids']):,} in the API", str(missing), missing == 0),
        Line("ids that the API lacks", "0", f"{len(stored):,} in the lake", str(surplus), surplus == 0),
        Line("ids that one genre's slices lack or add", "0", "each genre alone", str(differing), differing == 0),
        Line("ids twice in a slice", "0", f"{len(slices)} slices", str(twice), twice == 0),
        Line("undated films", f"{_UNDATED}", "version 1: 0", str(len(undated)), len(undated) == _UNDATED),
        Line("gone, in manifests", "12", f"{len(truth['gone'])} planted", str(len(gone)), gone == set(truth["gone"])),
        Line("exit code of extract", "0", "-", str(outcome.code), outcome.code == 0),
        Line("exit code of verify", "0", "-", str(verified.code), verified.code == 0),
        Line("exit code of verify --api", "0", "-", str(compared.code), compared.code == 0),
    ]


def measure_failing_titles() -> list[Line]:
    """Two films whose requests always fail: all others are kept, and only these two are requested again."""
    return measure_failing(start_replay("--faults", "poison=2"), CRIME_AND_WAR, "films")


def measure_failing(started: AbstractContextManager[Api], extraction: Extraction, name: str) -> list[Line]:
    """The same for any extraction, with an API that refuses two of its titles."""
    with started as api, temporary_lake() as lake:
        first = run(build_command(lake, *extraction.words), api)
        truth = extraction.ask_truth(api)
        named = {i for line in first.report["slices"] for i in line["quarantined"]}
        stored = {i for ids in read_ids(lake, extraction.folder).values() for i in ids}
        before = {path: path.stat().st_mtime_ns for path in lake.glob("Raw/**/*.json")}
        api.reset()
        second = run(build_command(lake, *extraction.words), api)
        stats = api.ask("/__stats")
        untouched = all(path.stat().st_mtime_ns == at for path, at in before.items())
    failing = truth["poison"]
    others = truth["ids"] - failing
    codes = (first.code, second.code)
    asked = sum(count for kind, count in stats["by_kind"].items() if kind == "discover" or kind.endswith("detail"))
    probes = stats["by_kind"].get("small", 0)
    only, sent = asked == 0 and probes <= 10, str(stats["requests"])
    return [
        Line(f"exit code with 2 failing {name}", "3", "-", f"{first.code}, {second.code}", codes == (3, 3)),
        Line(
            "ids named as quarantined", str(sorted(failing)), "-", str(sorted(named)), named == failing and len(named) == 2
        ),
        Line("other titles kept", f"{len(others):,}", "-", f"{len(stored):,}", stored == others),
        Line("requests of the second run", "only those two", f"{probes} probes", sent, only),
        Line("unchanged files", "all", f"{len(before)}", str(untouched), untouched),
    ]
