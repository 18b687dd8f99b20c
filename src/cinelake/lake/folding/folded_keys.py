"""Build and parse the keys of folded documents. Pure.

_cinelake/manifests/<kind>/<yyyy>/<mm>/<dd>/<selection>.folded-<number>.json.gz    the newest manifests of a run's slices
_cinelake/listings/<kind>/…/<selection>.folded-<number>.json.gz                    their listings
_cinelake/snapshots/<kind>/…/<selection>.folded-<number>.json.gz                   their listed scores

They are below the roots of the documents of single slices, so that one listing of a prefix shows both.
"""

import re
from dataclasses import dataclass
from datetime import date

from cinelake.lake.keys import LISTINGS, MANIFESTS, SNAPSHOTS, SliceKey, format_day, parse_kind_and_day, parse_manifest_key

ROOTS = (MANIFESTS, LISTINGS, SNAPSHOTS)
"""The roots whose documents are folded."""
_NAME = re.compile(r"(?P<selection>[\w-]+)\.folded-(?P<number>\d{1,18})\.json\.gz")
_SLICE = re.compile(r"[\w-]+")


@dataclass(frozen=True, slots=True)
class FoldedKey:
    """A folded document: its root, the day and selection of the run, and the highest run number in it."""

    root: str
    kind: str
    run_on: date
    selection_id: str
    number: int

    def key(self) -> str:
        """Return the key."""
        return f"{day_folder(self.root, self.kind, self.run_on)}{self.selection_id}.folded-{self.number}.json.gz"


def day_folder(root: str, kind: str, run_on: date) -> str:
    """Return the folder of one day's documents below a root, with a trailing slash."""
    return f"{root}/{kind}/{format_day(run_on)}/"


def parse_folded_key(key: str) -> FoldedKey | None:
    """Parse the key of a folded document; None if it is not one."""
    root = next((each for each in ROOTS if key.startswith(f"{each}/")), None)
    found = _NAME.fullmatch(key.rpartition("/")[2])
    where = parse_kind_and_day(key, root) if root and found else None
    if root is None or found is None or where is None:
        return None
    folded = FoldedKey(root, *where, found["selection"], int(found["number"]))
    return folded if folded.key() == key else None


def parse_loose_key(key: str, root: str) -> tuple[SliceKey, int] | None:
    """Parse the key of the document of one slice into the slice and the revision (0 below other roots than manifests)."""
    if root == MANIFESTS:
        return parse_manifest_key(key)
    where, name = parse_kind_and_day(key, root), key.rpartition("/")[2]
    if where is None or not name.endswith(".json") or not _SLICE.fullmatch(name.removesuffix(".json")):
        return None
    found = SliceKey(*where, name.removesuffix(".json"))
    return (found, 0) if key == f"{day_folder(root, found.kind, found.run_on)}{name}" else None
