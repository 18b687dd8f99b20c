"""Build and parse the keys of a lake. Pure. The Raw grammar is a promise: other people's jobs read these keys.

Dashboard/index.html                                            the dashboard (dashboard/writer)
Raw/TMDB/JSON/<kind>/<yyyy>/<mm>/<dd>/<slice>-<number>.json     <zone>/<origin>/<format>/<kind>/<date>/<file>
_cinelake/listings/<kind>/<yyyy>/<mm>/<dd>/<slice>.json         the ids of a slice, once it is listed
_cinelake/windows/<kind>/<yyyy>/<mm>/<dd>/<slice>/<window>.json the ids of a window, while its slice is being listed
_cinelake/snapshots/<kind>/<yyyy>/<mm>/<dd>/<slice>.json        popularity and votes of a slice's titles, as listed
_cinelake/manifests/<kind>/<yyyy>/<mm>/<dd>/<slice>.<revision>.json
_cinelake/{manifests,listings,snapshots}/<kind>/<yyyy>/<mm>/<dd>/<selection>.folded-<number>.json.gz
                                                                the same of all slices of a finished run (lake/folding)
_cinelake/runs/<selection>/<date>/{plan,changes,proof,report}.json
_cinelake/runs/<selection>/<date>/traces/<process>.json         requests, refusals and latencies, second by second
_cinelake/runs/<selection>/<date>/traces/all.json.gz            the same of all processes, once the run is finished
_cinelake/ingests/<kind>/<yyyy>/<mm>/<dd>/<file>.json           what was ingested (imdb/ingested)
_cinelake/refined/current.json                                  the current version of the tables (refine/publish)
_cinelake/refined/{copies,views}.json                           what shows the current version (refine/publication)
_cinelake/iceberg/…                                             the Iceberg catalog (refine/iceberg)
_cinelake/workbench/<token>/…                                   what the processes of a cluster exchange (refine/engines)
_cinelake/catalog/<table>/v=<version>/addresses                 where Athena finds several objects (aws/glue_tables)
_cinelake/runs/<selection>/<date>/feed-<number>.json            the report of a feed-only refresh (extract/feed)
_cinelake/watermarks/<selection>.json
_cinelake/feeds/<selection>.json                                what the change feed had named at the last such refresh
_cinelake/status.json                                           runs and zones as last recorded (extract/status)
_cinelake/processes/<kind>/<yyyy>/<mm>/<dd>/<number>.json       what a process found when it began (extract/processes)
_cinelake/numbers/<number>.json                                 the run number that was taken last (lake/numbers)
_cinelake/lake.json                                             the format of the lake (lake/lake_format)
_cinelake/upgrade/format-1/<key>                                what a lake of format 1 had under that key (upgrade)
_cinelake/lease.json

`Slice.name` in selection/slices.py defines what <slice> is, such as genre-80-2020-2024 or all-ids-100000-199999.

Invariant: each part of a key is a valid file name on Linux, macOS and Windows, since a lake may be a folder.
"""

import re
from dataclasses import dataclass
from datetime import date

RAW = "Raw/TMDB/JSON"
OWN = "_cinelake"
LAKE_FORMAT = f"{OWN}/lake.json"
LEASE = f"{OWN}/lease.json"
POINTER = f"{OWN}/refined/current.json"
TRUSTED = "Trusted"
REFINED = "Refined"
VERSIONS = "Versions"
INGESTS = f"{OWN}/ingests"
NUMBERS = f"{OWN}/numbers"
PROCESSES = f"{OWN}/processes"
RUNS = f"{OWN}/runs"
LISTINGS = f"{OWN}/listings"
MANIFESTS = f"{OWN}/manifests"
SNAPSHOTS = f"{OWN}/snapshots"
WINDOWS = f"{OWN}/windows"
WATERMARKS = f"{OWN}/watermarks"
FEEDS = f"{OWN}/feeds"
STATUS = f"{OWN}/status.json"
UPGRADE = f"{OWN}/upgrade"
KEPT_ASIDE = f"{UPGRADE}/format-1"

FEED_PREFIX = "feed-"
"""Slices whose names begin so hold newer records of titles of other slices. They never decide what a slice contains."""

_DATED_PARTS = 5
"""Parts of <kind>/<yyyy>/<mm>/<dd>/<rest>."""
DAY_PATTERN = r"(?P<year>\d{4})/(?P<month>\d{2})/(?P<day>\d{2})"
"""A date as folders, in a regular expression."""
_RAW_KEY = re.compile(rf"{RAW}/(?P<kind>\w+)/{DAY_PATTERN}/(?P<slice>[\w-]+)-(?P<number>\d{{1,9}})\.json")
_MANIFEST_KEY = re.compile(rf"{MANIFESTS}/(?P<kind>\w+)/{DAY_PATTERN}/(?P<slice>[\w-]+)\.(?P<revision>\d{{1,9}})\.json")
_RUN_KEY = re.compile(rf"{RUNS}/(?P<selection>[\w-]+)/(?P<on>\d{{4}}-\d{{2}}-\d{{2}})/(?P<name>plan|report)\.json")
_NOT_PORTABLE = re.compile(
    r'.*[<>:"/\\|?*\x00-\x1f].*|.*[ .]|(?:CON|PRN|AUX|NUL|COM\d|LPT\d)(?:\..*)?', re.IGNORECASE | re.DOTALL
)


@dataclass(frozen=True, slots=True, order=True)
class SliceKey:
    """The keys of a slice on one run date: `kind` is Movies or Series, `name` such as genre-80-2020-2024."""

    kind: str
    run_on: date
    name: str

    def raw(self, number: int) -> str:
        """Return the key of Raw batch `number` (from 1)."""
        return f"{raw_folder(self.kind, self.run_on)}/{self.name}-{number}.json"

    def listing(self) -> str:
        """Return the key of the listing."""
        return f"{LISTINGS}/{self._path()}.json"

    def snapshot(self) -> str:
        """Return the key of the listed scores: a JSON list of {id_tmdb, popularity, vote_average, vote_count}."""
        return f"{SNAPSHOTS}/{self._path()}.json"

    def windows(self) -> str:
        """Return the prefix of the windows listed so far."""
        return f"{WINDOWS}/{self._path()}/"

    def window(self, name: str) -> str:
        """Return the key of one listed window."""
        return f"{self.windows()}{name}.json"

    def manifest(self, revision: int) -> str:
        """Return the key of manifest `revision` (from 1)."""
        return f"{MANIFESTS}/{self._path()}.{revision}.json"

    def _path(self) -> str:
        return f"{self.kind}/{format_day(self.run_on)}/{self.name}"


@dataclass(frozen=True, slots=True)
class RunKey:
    """The keys of a run, which is identified by its selection and its date."""

    selection_id: str
    run_on: date

    def plan(self) -> str:
        """Return the key of the plan."""
        return f"{RUNS}/{self.selection_id}/{self.run_on}/plan.json"

    def report(self) -> str:
        """Return the key of the report."""
        return f"{RUNS}/{self.selection_id}/{self.run_on}/report.json"

    def changes(self) -> str:
        """Return the key of the changes that TMDB listed for the run."""
        return f"{RUNS}/{self.selection_id}/{self.run_on}/changes.json"

    def proof(self) -> str:
        """Return the key of the comparison of id export and discover."""
        return f"{RUNS}/{self.selection_id}/{self.run_on}/proof.json"

    def feed(self, number: int) -> str:
        """Return the key of the report of a feed-only refresh of that number."""
        return f"{RUNS}/{self.selection_id}/{self.run_on}/{FEED_PREFIX}{number}.json"

    def traces(self) -> str:
        """Return the prefix of the traces of the processes that worked on the run."""
        return f"{RUNS}/{self.selection_id}/{self.run_on}/traces/"

    def trace(self, name: str) -> str:
        """Return the key of the trace of one process."""
        return f"{self.traces()}{name}.json"

    def folded_traces(self) -> str:
        """Return the key of the traces of a finished run in one object."""
        return f"{self.traces()}all.json.gz"


def raw_folder(kind: str, run_on: date) -> str:
    """Return the folder of one day's Raw batches, without a trailing slash."""
    return f"{RAW}/{kind}/{format_day(run_on)}"


def manifests_folder(kind: str, run_on: date) -> str:
    """Return the folder of one day's manifests, without a trailing slash."""
    return f"{MANIFESTS}/{kind}/{format_day(run_on)}"


def listings_folder(kind: str, run_on: date) -> str:
    """Return the folder of one day's listings, without a trailing slash."""
    return f"{LISTINGS}/{kind}/{format_day(run_on)}"


def watermark(selection_id: str) -> str:
    """Return the key of a selection's watermark."""
    return f"{WATERMARKS}/{selection_id}.json"


def feed_key(selection_id: str) -> str:
    """Return the key of what a selection's feed-only refreshes know of the change feed."""
    return f"{FEEDS}/{selection_id}.json"


def parse_raw_key(key: str) -> tuple[SliceKey, int] | None:
    """Parse a Raw key into slice and batch number; None if it is not one."""
    found = _RAW_KEY.fullmatch(key)
    slice_key = _slice_key(found) if found else None
    return (slice_key, int(found["number"])) if found and slice_key else None


def parse_manifest_key(key: str) -> tuple[SliceKey, int] | None:
    """Parse the key of a manifest into slice and revision; None if it is not one."""
    found = _MANIFEST_KEY.fullmatch(key)
    slice_key = _slice_key(found) if found else None
    return (slice_key, int(found["revision"])) if found and slice_key else None


def parse_run_key(key: str) -> tuple[RunKey, str] | None:
    """Parse the key of a plan or report into run and name (plan or report); None if it is not one."""
    found = _RUN_KEY.fullmatch(key)
    on = parse_date(found["on"]) if found else None
    return (RunKey(found["selection"], on), found["name"]) if found and on else None


def parse_kind_and_day(key: str, root: str) -> tuple[str, date] | None:
    """Parse kind and day of a key of the form <root>/<kind>/<yyyy>/<mm>/<dd>/…; None if it has another form."""
    parts = key.removeprefix(f"{root}/").split("/", _DATED_PARTS - 1)
    if not key.startswith(f"{root}/") or len(parts) < _DATED_PARTS:
        return None
    on = parse_date("-".join(parts[1:4]))
    return (parts[0], on) if on else None


def parse_listing_key(key: str) -> SliceKey | None:
    """Parse the key of a listing into its slice; None if it is not one."""
    kind_and_day = parse_kind_and_day(key, LISTINGS)
    name = key.rpartition("/")[2]
    return SliceKey(*kind_and_day, name.removesuffix(".json")) if kind_and_day and name.endswith(".json") else None


def is_feed_slice(name: str) -> bool:
    """Whether a slice holds what a feed-only refresh fetched, rather than the titles of a part of a selection."""
    return name.startswith(FEED_PREFIX)


def is_portable(name: str) -> bool:
    """Whether a part of a key is a valid file name on every system; Windows refuses the most."""
    return not _NOT_PORTABLE.fullmatch(name)


def parse_date(text: str) -> date | None:
    """Return the date, or None: a file that someone else put there may have any name."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def format_day(day: date) -> str:
    """Return a date as folders. `strftime` would not pad years before 1000."""
    return day.isoformat().replace("-", "/")


def _slice_key(found: re.Match[str]) -> SliceKey | None:
    on = parse_date(f"{found['year']}-{found['month']}-{found['day']}")
    return SliceKey(found["kind"], on, found["slice"]) if on else None
