"""Owns what can be wrong with a lake: kinds of problems as data, each with what to do about it. Pure."""

from collections.abc import Iterable

import msgspec

_NAMED = 10


class Problem(msgspec.Struct, frozen=True):
    """Something that is not as it should be: its kind, where it is, and what is wrong; `ids` where titles are concerned."""

    kind: str
    where: str
    detail: str
    ids: tuple[int, ...] = ()


_MEND = "remove what it names, the slice's manifest and the run's report, then extract with --run-date of that run"
_REPEAT = "run the same extract command again: it goes on from here"
_INGEST = "remove the file and its document, then ingest the file with --run-date of that day"
_ADVICE = {
    **dict.fromkeys(
        (
            "missing object",
            "altered object",
            "truncated object",
            "not a batch",
            "duplicate id",
            "count mismatch",
            "missing ids",
            "unexpected ids",
            "damaged manifest",
            "damaged listing",
            "missing listing",
        ),
        _MEND,
    ),
    **dict.fromkeys(("quarantined", "incomplete listing", "unfinished run", "missing slice", "damaged run"), _REPEAT),
    "unknown object": "run an interrupted extraction again; else move it out of Raw/TMDB, which readers take for complete",
    "missing manifest": "if the first version wrote them, nothing: build takes them as they are; for a proof extract anew",
    "incomplete run": "the service was out of order: extract on another day, when a new run begins",
    "damaged watermark": "remove it: the next complete run writes it anew",
    "not in the lake": "extract with --fresh, or on another day: a new run takes it in",
    "report mismatch": "remove the run's report, then extract with --run-date of that run: it is written anew from the manifests",
    "not in TMDB": "nothing to mend: it was removed, or moved out of the selection, since the run",
    "not in the export": "ask with --api: the export is of one instant of a day, and lists nothing that came after it",
    "only in the export": "refresh the lake; what stays was removed since the export, or is asked for by no run",
    **dict.fromkeys(("missing file", "altered file", "truncated file", "damaged document"), _INGEST),
    "file without document": "run an interrupted ingest again; else move it out of Raw/Local, which readers take for whole",
    "unproven count": "nothing to mend: the service disagrees with itself; ask again later",
}


def list_hints(problems: Iterable[Problem]) -> list[tuple[str, str]]:
    """What to do about each kind of problem that occurs: (kinds, advice)."""
    kinds = dict.fromkeys(problem.kind for problem in problems)
    advice: dict[str, list[str]] = {}
    for kind in kinds:
        advice.setdefault(_ADVICE[kind], []).append(kind)
    return [(", ".join(which), what) for what, which in advice.items()]


def format_ids(ids: Iterable[int]) -> str:
    """The first few of some ids, and how many more."""
    known = list(ids)
    more = f" and {len(known) - _NAMED} more" if len(known) > _NAMED else ""
    return f"id{'s' * (len(known) != 1)} {', '.join(map(str, known[:_NAMED]))}{more}"
