"""Write a table as a workbook of Excel, row by row in constant memory.

Invariant: every text is written as a text, so none becomes a formula, a link or a number.
"""

import math
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cinelake.errors import UsageError
from cinelake.installation import suggest_extra
from cinelake.refine.query import Tables
from cinelake.refine.table_files.formats import Locale

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_ROWS: Final = 1_048_575
"""The rows of a sheet, without the header."""
_MOST_TEXT: Final = 32_767
_MOST_INTEGER: Final = 10**15
"""Excel keeps 15 digits."""
_FIRST_YEAR: Final = 1901
"""Excel's calendar begins in 1900, a year in which it has a 29 February."""
_NOTICE: Final = (
    "This product uses TMDB and the TMDB APIs but is not endorsed, certified, or otherwise approved by TMDB. "
    "Information courtesy of IMDb (https://www.imdb.com). Used with permission."
)


def write_excel(tables: Tables, table: str, sql: str, path: Path, locale: Locale | None) -> tuple[int, tuple[str, ...]]:
    """Write the rows of a SELECT to a workbook. Returns their number, and notes about values that Excel cannot hold.

    Raises:
        UsageError: the library is not installed, or a sheet cannot hold so many rows.
    """
    try:
        import xlsxwriter  # noqa: PLC0415 - an optional dependency
    except ImportError as error:
        raise UsageError("cannot write Excel files", cause=str(error), hint=suggest_extra("excel")) from error
    ((count,),) = tables.query(f"SELECT COUNT(*) FROM {table}").rows  # noqa: S608 - our own names
    if int(str(count)) > MOST_ROWS:
        raise UsageError(
            f"{table} has {count:,} rows, and a sheet of Excel has at most {MOST_ROWS:,}",
            hint=f"write CSV: --output {table}.csv",
        )
    excel_date = locale.excel_date if locale else "yyyy-mm-dd"
    options = {"constant_memory": True, "tmpdir": str(path.parent), "default_date_format": excel_date}
    with xlsxwriter.Workbook(str(path), options) as workbook:
        workbook.set_properties({"title": table, "comments": _NOTICE, "created": tables.built_at.replace(tzinfo=None)})
        sheet = _Sheet(workbook, table[:31], workbook.add_format({"num_format": f"{excel_date} hh:mm:ss"}))
        rows = tables.stream(sql, sheet.write_header, sheet.write_row)
    cut = f"{sheet.cut} texts are longer than {_MOST_TEXT:,} characters and were cut" if sheet.cut else ""
    old = f"{sheet.old} dates before {_FIRST_YEAR} are texts: Excel's calendar begins in 1900" if sheet.old else ""
    return rows, tuple(filter(None, (cut, old)))


class _Sheet:
    """The only sheet: a header that stays visible, and rows. Counts what Excel cannot hold."""

    def __init__(self, workbook: Any, name: str, moment: Any) -> None:  # noqa: ANN401 - the library has no types
        self._sheet = workbook.add_worksheet(name)
        self._bold = workbook.add_format({"bold": True})
        self._moment = moment
        self._next = 1
        self.cut = 0
        self.old = 0
        self._write_text: Callable[..., object] = self._sheet.write_string

    def write_header(self, names: tuple[str, ...]) -> None:
        """Write the names of the columns. It can be written once only."""
        if self._next > 1:
            raise UsageError("a build replaced the table while it was being written", hint="run the same command again")
        self._sheet.freeze_panes(1, 0)
        for number, name in enumerate(names):
            self._sheet.set_column(number, number, min(max(len(name) + 2, 10), 40))
            self._sheet.write_string(0, number, name, self._bold)

    def write_row(self, row: tuple[object, ...]) -> None:
        """Write a row below the previous one."""
        for number, value in enumerate(row):
            self._write_value(self._next, number, value)
        self._next += 1

    def _write_value(self, row: int, column: int, value: object) -> None:
        match value:
            case None:
                return
            case bool():
                self._sheet.write_boolean(row, column, value)
            case int() if abs(value) < _MOST_INTEGER:
                self._sheet.write_number(row, column, value)
            case float() if math.isfinite(value):
                self._sheet.write_number(row, column, value)
            case Decimal():
                self._sheet.write_number(row, column, float(value))
            case date() if value.year < _FIRST_YEAR:
                self.old += 1
                self._write_text(row, column, value.isoformat())
            case datetime():
                self._sheet.write_datetime(row, column, value, self._moment)
            case date():
                self._sheet.write_datetime(row, column, value)
            case _:
                text = str(value)
                self.cut += len(text) > _MOST_TEXT
                self._write_text(row, column, text[:_MOST_TEXT])
