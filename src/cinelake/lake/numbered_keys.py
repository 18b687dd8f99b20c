"""Build and parse the keys that contain a run number: of the counter, and of the documents of processes. Pure."""

import re
from datetime import date

from cinelake.lake.keys import DAY_PATTERN, NUMBERS, PROCESSES, format_day, parse_date

_NUMBER_KEY = re.compile(rf"{NUMBERS}/(?P<number>\d{{8,18}})\.json")
_PROCESS_KEY = re.compile(rf"{PROCESSES}/(?P<kind>\w+)/{DAY_PATTERN}/(?P<number>\d{{8,18}})\.json")


def processes_folder(kind: str, run_on: date) -> str:
    """Return the folder of the documents of a day's processes, without a trailing slash."""
    return f"{PROCESSES}/{kind}/{format_day(run_on)}"


def process_key(kind: str, run_on: date, number: int) -> str:
    """Return the key of the document of the process with a run number."""
    return f"{processes_folder(kind, run_on)}/{number:08}.json"


def parse_process_key(key: str) -> tuple[date, int] | None:
    """Parse the key of the document of a process into day and run number; None if it is not one."""
    found = _PROCESS_KEY.fullmatch(key)
    on = parse_date(f"{found['year']}-{found['month']}-{found['day']}") if found else None
    return (on, int(found["number"])) if found and on else None


def number_key(number: int) -> str:
    """Return the key that takes a run number; keys sort as numbers do."""
    return f"{NUMBERS}/{number:08}.json"


def parse_number_key(key: str) -> int | None:
    """Parse a key that takes a run number; None if it is not one."""
    found = _NUMBER_KEY.fullmatch(key)
    return int(found["number"]) if found else None
