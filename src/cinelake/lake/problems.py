"""The kinds of problems that verify finds in a lake, each with what to do about it. Pure."""

from collections.abc import Iterable

import msgspec

_NAMED = 10


class Problem(msgspec.Struct, frozen=True):
    """One problem: its kind, the key that it is about, what is wrong, and the ids of the titles concerned."""

    kind: str
    where: str
    detail: str
    ids: tuple[int, ...] = ()


_FETCH_AGAIN = (
    "remove the object, the manifest of its slice and the report of its run; "
    "then run the same `cinelake extract` with --run-date DATE, the date of that run"
)
_CONTINUE = "run the same `cinelake extract` again: it continues from here"
_INGEST = "remove the file and its document; then run `cinelake ingest FILE --run-date DATE` with the date of that day"
_HINTS = {
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
        _FETCH_AGAIN,
    ),
    **dict.fromkeys(("quarantined", "incomplete listing", "unfinished run", "missing slice", "damaged run"), _CONTINUE),
    "unknown object": "if an extraction was interrupted, run it again; otherwise move the object out of Raw/TMDB, "
    "because readers treat every file there as complete",
    "missing manifest": "if version 1 of the lake wrote these objects, do nothing: `cinelake build` reads them; "
    "to verify the titles, extract them again",
    "incomplete run": "TMDB was unreliable during the run: extract again on another day, which starts a new run",
    "damaged watermark": "remove it: the next complete run writes it again",
    "not in the lake": "run `cinelake extract --fresh`, or extract on another day: a new run includes these titles",
    "report mismatch": "remove the report of the run; then run the same `cinelake extract` with --run-date DATE, "
    "the date of that run: it writes the report from the manifests",
    "not in TMDB": "nothing to repair: since the run, these titles were removed or left the selection",
    "not in the export": "compare with `cinelake verify --api`: an export contains no title that was added after it",
    "only in the export": "run `cinelake refresh`; titles that remain were removed after the export, "
    "or no selection includes them",
    **dict.fromkeys(("missing file", "altered file", "truncated file", "damaged document"), _INGEST),
    "file without document": "if an ingest was interrupted, run it again; otherwise move the file out of Raw/Local, "
    "because readers treat every file there as complete",
    "unproven count": "nothing to repair: TMDB's totals and lists disagree; compare again later",
}


def list_hints(problems: Iterable[Problem]) -> list[tuple[str, str]]:
    """Return (kinds, hint) for the kinds of problems that occur; kinds with the same hint are joined by commas."""
    kinds = dict.fromkeys(problem.kind for problem in problems)
    by_hint: dict[str, list[str]] = {}
    for kind in kinds:
        by_hint.setdefault(_HINTS[kind], []).append(kind)
    return [(", ".join(which), hint) for hint, which in by_hint.items()]


def format_ids(ids: Iterable[int]) -> str:
    """Format the first ten ids, and how many more there are."""
    known = list(ids)
    more = f" and {len(known) - _NAMED} more" if len(known) > _NAMED else ""
    return f"id{'s' * (len(known) != 1)} {', '.join(map(str, known[:_NAMED]))}{more}"
