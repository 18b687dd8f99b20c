"""Small tables that come with cinelake: consumer prices, rules for themes, names of genres.

They are read from `reference_data/`, where README.md lists the sources, and become rows that an engine can load.
"""

import csv
from dataclasses import dataclass
from decimal import Decimal
from importlib.resources import files

from cinelake.media import Media
from cinelake.selection.genres import genre_name, list_genre_ids

_FACTOR = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class Rows:
    """A small table: name, columns with their SQL types, and rows."""

    name: str
    columns: dict[str, str]
    rows: list[tuple[object, ...]]


def read_reference() -> list[Rows]:
    """All small tables."""
    return [_read_prices(), _read_themes(), _name_genres()]


def _read_prices() -> Rows:
    """By year, the factor from dollars of that year to dollars of the last year of the table."""
    rows = [(int(row["year"]), Decimal(row["cpi"])) for row in _read("cpi_us.csv")]
    real_year, base = max(rows)
    columns = {"year": "BIGINT", "factor": "DECIMAL(12, 6)", "real_year": "BIGINT"}
    return Rows("cpi", columns, [(year, str((base / cpi).quantize(_FACTOR)), real_year) for year, cpi in rows])


def _read_themes() -> Rows:
    columns = {
        "theme": "VARCHAR",
        "tag": "VARCHAR",
        "source": "VARCHAR",
        "words": "VARCHAR",
        "first_word": "VARCHAR",
        "confidence": "DECIMAL(3, 2)",
    }
    rules = [{**row, "first_word": row["words"].split()[0]} for row in _read("theme_rule.csv")]
    return Rows("theme_rule", columns, [tuple(rule[name] for name in columns) for rule in rules])


def _name_genres() -> Rows:
    names = {each: genre_name(media, each) for media in Media for each in list_genre_ids(media)}
    return Rows("genre_name", {"genre_id": "BIGINT", "name": "VARCHAR"}, sorted(names.items()))


def _read(name: str) -> list[dict[str, str]]:
    text = (files("cinelake.refine") / "reference_data" / name).read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))
