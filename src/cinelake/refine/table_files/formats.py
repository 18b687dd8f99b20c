"""The formats of files, the locales of spreadsheets, and the SQL that converts each column for them. Pure.

Invariant: a text never becomes a formula in a spreadsheet. In CSV for a locale, a text that begins like a formula gets an
apostrophe; plain CSV keeps every text exactly as it is.
"""

from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from typing import Final

from cinelake.errors import UsageError

FORMULA: Final = r"^[=+\-@\t\r]"
"""Beginnings that spreadsheets read as a formula."""
_NESTED: Final = ("STRUCT", "MAP")


class Format(StrEnum):
    """A kind of file, by its extension."""

    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"
    XLSX = "xlsx"


@dataclass(frozen=True, slots=True)
class Locale:
    """How Excel reads and shows values in a language and country.

    Attributes:
        separator: between the columns of CSV; decimal: the separator of decimals.
        date: a date for strftime, and `excel_date` as a format of cells.
    """

    name: str
    separator: str
    decimal: str
    date: str
    excel_date: str
    true: str = "TRUE"
    false: str = "FALSE"


_LOCALES = (
    Locale("en-US", ",", ".", "%m/%d/%Y", "mm/dd/yyyy"),
    Locale("en-GB", ",", ".", "%d/%m/%Y", "dd/mm/yyyy"),
    Locale("pt-BR", ";", ",", "%d/%m/%Y", "dd/mm/yyyy", "VERDADEIRO", "FALSO"),
    Locale("pt-PT", ";", ",", "%d/%m/%Y", "dd/mm/yyyy", "VERDADEIRO", "FALSO"),
    Locale("es-ES", ";", ",", "%d/%m/%Y", "dd/mm/yyyy", "VERDADERO", "FALSO"),
    Locale("fr-FR", ";", ",", "%d/%m/%Y", "dd/mm/yyyy", "VRAI", "FAUX"),
    Locale("de-DE", ";", ",", "%d.%m.%Y", "dd.mm.yyyy", "WAHR", "FALSCH"),
    Locale("it-IT", ";", ",", "%d/%m/%Y", "dd/mm/yyyy", "VERO", "FALSO"),
)
LOCALES: Final = tuple(locale.name for locale in _LOCALES)


def parse_format(name: str) -> Format:
    """The format that the extension of a file name means.

    Raises:
        UsageError: it has no extension, or one that means no format.
    """
    extension = name.rpartition(".")[2].casefold() if "." in name.rpartition("/")[2] else ""
    known = [each.value for each in Format]
    if extension in known:
        return Format(extension)
    near = get_close_matches(extension, known, 1) or (["xlsx"] if extension in {"xls", "excel"} else [])
    begin = f"did you mean .{near[0]}? Use" if near else "use"
    raise UsageError(
        f'no format for the file "{name}"',
        hint=f"{begin} a name that ends with {', '.join(f'.{each}' for each in known[:-1])} or .{known[-1]}",
    )


def parse_locale(name: str) -> Locale:
    """A locale by its name, such as pt-BR or pt_br.

    Raises:
        UsageError: it is unknown.
    """
    wanted = name.replace("_", "-").casefold()
    for locale in _LOCALES:
        if locale.name.casefold() == wanted:
            return locale
    near = [each for each in LOCALES if each.casefold().startswith(wanted[:2])] if wanted else []
    begin = f"did you mean {' or '.join(near)}? Use" if near else "use"
    raise UsageError(f'unknown locale "{name}"', hint=f"{begin} one of {', '.join(LOCALES)}")


def convert_column(name: str, kind: str, target: Format, locale: Locale | None) -> str:
    """The SQL expression of a column in a file; `kind` is its type in DuckDB's notation."""
    column = f'"{name}"'
    if target in {Format.JSON, Format.PARQUET}:
        return column
    expression = _convert_value(column, kind, locale if target is Format.CSV else None)
    return f"{expression} AS {column}"


def is_text(kind: str) -> bool:
    """Whether a column holds texts that others wrote."""
    return kind == "VARCHAR"


def _convert_value(column: str, kind: str, locale: Locale | None) -> str:
    if kind.endswith("]") or kind.startswith(_NESTED):
        return f"CAST(to_json({column}) AS VARCHAR)"
    if kind == "TIMESTAMP WITH TIME ZONE":
        column, kind = f"timezone('UTC', {column})", "TIMESTAMP"
    if locale is None:
        return column
    localized = f"replace(CAST({column} AS VARCHAR), '.', '{locale.decimal}')"
    by_kind = {
        "VARCHAR": f"CASE WHEN regexp_matches({column}, '{FORMULA}') THEN '''' || {column} ELSE {column} END",
        "BOOLEAN": f"CASE {column} WHEN TRUE THEN '{locale.true}' WHEN FALSE THEN '{locale.false}' END",
        "DATE": f"strftime({column}, '{locale.date}')",
        "TIMESTAMP": f"strftime({column}, '{locale.date} %H:%M:%S')",
        **dict.fromkeys(("FLOAT", "DOUBLE", "DECIMAL"), localized),
    }
    return by_kind.get(kind.partition("(")[0], column)
