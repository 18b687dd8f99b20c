"""Lay out facts, tables, sizes and counts on a terminal, for every command.

Invariant: no id, key or number is broken over lines or cut at any width, and no text from outside is taken for markup.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

_KILO, _MEGA, _GIGA = 1e3, 1e6, 1e9
_IDS_SHOWN = 20
GAP = 3
"""Columns that a table puts between two of its own."""


def say(console: "Console", text: str) -> None:
    """Print a text as it is, without markup and without further line breaks."""
    console.print(text, markup=False, highlight=False, soft_wrap=True)


def new_table(*columns: str) -> "Table":
    """A table with a header."""
    from rich import box
    from rich.table import Column, Table

    return Table(*(Column(name, overflow="fold") for name in columns), box=box.SIMPLE, pad_edge=False)


def new_facts() -> "Table":
    """A table of two columns without a header: the name of each fact, and the fact."""
    from rich import box
    from rich.table import Column, Table

    return Table(Column(style="bold"), Column(overflow="fold"), box=box.SIMPLE, show_header=False, pad_edge=False)


def format_size(count: float) -> str:
    """A number of bytes for people."""
    if count >= _GIGA:
        return f"{count / _GIGA:,.1f} GB"
    return f"{count / _MEGA:,.1f} MB" if count >= _MEGA / 10 else f"{count / _KILO:,.1f} kB"


def format_ids(ids: Sequence[int]) -> str:
    """The first ids, and how many there are beyond."""
    more = f" and {len(ids) - _IDS_SHOWN:,} more (--json lists all)" if len(ids) > _IDS_SHOWN else ""
    return (", ".join(map(str, ids[:_IDS_SHOWN])) or "none") + more


def count_things(count: int, thing: str) -> str:
    """A count with its noun in the singular or the plural: 1 problem, 2 problems."""
    return f"{count:,} {thing}{'s' * (count != 1)}"
