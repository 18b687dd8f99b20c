"""Owns what an engine is: seven methods, so that the same models run on DuckDB and on whatever else speaks SQL.

An engine holds tables by name for the length of a build. Invariant: the same tables give the same rows on every engine,
and on one engine also the same bytes.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from cinelake.refine.engines.scratch import Place


class Engine(Protocol):
    """Tables in, tables out; IncompleteError says what could not be read.

    Attributes:
        place: where files must lie to be read; what is called a path below is an address of it.
    """

    place: Place

    def load_files(self, table: str, columns: Mapping[str, str], paths: Sequence[str]) -> None:
        """A table from files of one kind, JSON lists of records or Parquet, with `raw_path` as a further column."""
        ...

    def load_lines(self, table: str, columns: Sequence[str], path: str | None, separator: str) -> None:
        r"""A table of texts from a file of lines, or an empty one; also `line`, where it stands (the header is 1).

        The file is UTF-8, not compressed, with a header; a byte order mark, and CR LF throughout, are no part of a field.
        Nothing quotes or escapes; `\N`, and nothing at all, are null. A line may have 1,000,000 bytes.
        """
        ...

    def load_rows(self, table: str, columns: Mapping[str, str], rows: Sequence[tuple[object, ...]]) -> None:
        """A table from values that JSON can carry."""
        ...

    def build(self, table: str, sql: str) -> None:
        """A table from a SELECT over tables that exist."""
        ...

    def drop(self, table: str) -> None:
        """Give back the room of a table that nobody reads any more."""
        ...

    def query(self, sql: str) -> list[tuple[object, ...]]:
        """The rows of a SELECT."""
        ...

    def write(self, sql: str, path: Path) -> None:
        """The rows of a SELECT as one Parquet file, in their order."""
        ...
