"""Owns the keys of a lake: value to key and back, pure. The Raw grammar is a promise: other people's jobs read it.

Dashboard/index.html                                            what Refined says, as a page (its key: dashboard/build)
Raw/TMDB/JSON/<kind>/<yyyy>/<mm>/<dd>/<slice>-<number>.json     <zone>/<origin>/<format>/<kind>/<date>/<file>
_cinelake/listings/<kind>/<yyyy>/<mm>/<dd>/<slice>.json         a slice's ids, once listed whole
_cinelake/windows/<kind>/<yyyy>/<mm>/<dd>/<slice>/<window>.json a window's ids, while a slice is being listed
_cinelake/snapshots/<kind>/<yyyy>/<mm>/<dd>/<slice>.json       popularity and votes of a slice's titles, as listed
_cinelake/manifests/<kind>/<yyyy>/<mm>/<dd>/<slice>.<revision>.json
_cinelake/runs/<selection>/<date>/{plan,changes,report}.json
_cinelake/runs/<selection>/<date>/traces/<process>.json         requests, refusals and latencies, second by second
_cinelake/ingests/<kind>/<yyyy>/<mm>/<dd>/<file>.json           what was ingested (its keys: imdb/ingests)
_cinelake/refined/current.json                                  the version that is current (its keys: refine/publish)
_cinelake/workbench/<token>/…                                   what a cluster passes on while it builds (refine/place)
_cinelake/catalog/<table>/v=<version>/addresses                 where Athena finds a Trusted table (its keys: aws/catalog)
_cinelake/watermarks/<selection>.json
_cinelake/lease.json
"""

import re
from dataclasses import dataclass
from datetime import date

RAW = "Raw/TMDB/JSON"
OWN = "_cinelake"
LEASE = f"{OWN}/lease.json"
RUNS = f"{OWN}/runs"
LISTINGS = f"{OWN}/listings"
MANIFESTS = f"{OWN}/manifests"
SNAPSHOTS = f"{OWN}/snapshots"
WINDOWS = f"{OWN}/windows"
WATERMARKS = f"{OWN}/watermarks"

_PLACE_PARTS = 5
_DAY = r"(?P<year>\d{4})/(?P<month>\d{2})/(?P<day>\d{2})"
_RAW_KEY = re.compile(rf"{RAW}/(?P<kind>\w+)/{_DAY}/(?P<slice>[\w-]+)-(?P<number>\d{{1,9}})\.json")
_MANIFEST_KEY = re.compile(rf"{MANIFESTS}/(?P<kind>\w+)/{_DAY}/(?P<slice>[\w-]+)\.(?P<revision>\d{{1,9}})\.json")
_RUN_KEY = re.compile(rf"{RUNS}/(?P<selection>[\w-]+)/(?P<on>\d{{4}}-\d{{2}}-\d{{2}})/(?P<name>plan|report)\.json")


@dataclass(frozen=True, slots=True, order=True)
class SliceKey:
    """Where a slice of one run date stands: `kind` is Movies or Series, `name` such as genre-80-2020-2024."""

    kind: str
    run_on: date
    name: str

    def raw(self, number: int) -> str:
        """Key of Raw batch `number` (from 1)."""
        return f"{raw_folder(self.kind, self.run_on)}/{self.name}-{number}.json"

    def listing(self) -> str:
        """Key of the listing."""
        return f"{LISTINGS}/{self._place()}.json"

    def snapshot(self) -> str:
        """Key of what the listing's rows said: a JSON list of {id_tmdb, popularity, vote_average, vote_count}."""
        return f"{SNAPSHOTS}/{self._place()}.json"

    def windows(self) -> str:
        """Prefix of the windows listed so far."""
        return f"{WINDOWS}/{self._place()}/"

    def window(self, name: str) -> str:
        """Key of one listed window."""
        return f"{self.windows()}{name}.json"

    def manifest(self, revision: int) -> str:
        """Key of manifest `revision` (from 1)."""
        return f"{MANIFESTS}/{self._place()}.{revision}.json"

    def _place(self) -> str:
        return f"{self.kind}/{_day(self.run_on)}/{self.name}"


@dataclass(frozen=True, slots=True)
class RunKey:
    """Where a run stands: the id of its selection and its date."""

    selection_id: str
    run_on: date

    def plan(self) -> str:
        """Key of the plan."""
        return f"{RUNS}/{self.selection_id}/{self.run_on}/plan.json"

    def report(self) -> str:
        """Key of the report."""
        return f"{RUNS}/{self.selection_id}/{self.run_on}/report.json"

    def changes(self) -> str:
        """Key of what the service said has changed before the run."""
        return f"{RUNS}/{self.selection_id}/{self.run_on}/changes.json"

    def traces(self) -> str:
        """Prefix of the traces of the processes that worked on the run."""
        return f"{RUNS}/{self.selection_id}/{self.run_on}/traces/"

    def trace(self, name: str) -> str:
        """Key of the trace of the process of that name."""
        return f"{self.traces()}{name}.json"


def raw_folder(kind: str, run_on: date) -> str:
    """The folder of one day's Raw batches, without a slash at the end."""
    return f"{RAW}/{kind}/{_day(run_on)}"


def manifests_folder(kind: str, run_on: date) -> str:
    """The folder of one day's manifests, without a slash at the end."""
    return f"{MANIFESTS}/{kind}/{_day(run_on)}"


def listings_folder(kind: str, run_on: date) -> str:
    """The folder of one day's listings, without a slash at the end."""
    return f"{LISTINGS}/{kind}/{_day(run_on)}"


def watermark(selection_id: str) -> str:
    """Key of a selection's watermark."""
    return f"{WATERMARKS}/{selection_id}.json"


def parse_raw_key(key: str) -> tuple[SliceKey, int] | None:
    """Slice and batch number of a Raw key; None when it is not one."""
    found = _RAW_KEY.fullmatch(key)
    place = _slice_key(found) if found else None
    return (place, int(found["number"])) if found and place else None


def parse_manifest_key(key: str) -> tuple[SliceKey, int] | None:
    """Slice and revision of a manifest key; None when it is not one."""
    found = _MANIFEST_KEY.fullmatch(key)
    place = _slice_key(found) if found else None
    return (place, int(found["revision"])) if found and place else None


def parse_run_key(key: str) -> tuple[RunKey, str] | None:
    """Run and name (plan or report) of a run's key; None when it is not one."""
    found = _RUN_KEY.fullmatch(key)
    on = _date(found["on"]) if found else None
    return (RunKey(found["selection"], on), found["name"]) if found and on else None


def parse_kind_and_day(key: str, root: str) -> tuple[str, date] | None:
    """Kind and day of a key below `root` that has them as folders, <root>/<kind>/<yyyy>/<mm>/<dd>/…; None otherwise."""
    parts = key.removeprefix(f"{root}/").split("/", 4)
    if not key.startswith(f"{root}/") or len(parts) < _PLACE_PARTS:
        return None
    on = _date("-".join(parts[1:4]))
    return (parts[0], on) if on else None


def parse_listing_key(key: str) -> SliceKey | None:
    """Slice of a listing's key; None when it is not one."""
    place = parse_kind_and_day(key, LISTINGS)
    name = key.rpartition("/")[2]
    return SliceKey(*place, name.removesuffix(".json")) if place and name.endswith(".json") else None


def _slice_key(found: re.Match[str]) -> SliceKey | None:
    on = _date(f"{found['year']}-{found['month']}-{found['day']}")
    return SliceKey(found["kind"], on, found["slice"]) if on else None


def _date(text: str) -> date | None:
    """A day, or None where the digits name none: anybody may put a file anywhere."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _day(day: date) -> str:
    """A day as folders: strftime would not fill up the years before 1000."""
    return day.isoformat().replace("-", "/")
