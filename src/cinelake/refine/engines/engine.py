"""The interface of an engine: ten methods, so that the same models run on DuckDB, Spark and other SQL engines.

An engine holds tables by name during a build. Invariant: the same input gives the same rows on every engine, and the same
bytes on one engine.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from cinelake.refine.engines.scratch import Scratch


class Engine(Protocol):
    """Load tables, build tables from them, and write the results. Methods raise IncompleteError if SQL or input fails.

    Attributes:
        release: name and version of the engine. Only one release is certain to write the same bytes again.
        scratch: the directory of input files; every path below is one of its addresses.
    """

    release: str
    scratch: Scratch

    def load_files(self, table: str, columns: Mapping[str, str], paths: Sequence[str]) -> None:
        """Create a table from files of one kind, JSON lists of records or Parquet, with the added column `raw_path`."""
        ...

    def open_parquet(self, table: str, paths: Sequence[str]) -> None:
        """Name the rows of at least one Parquet file with the same columns, without reading them yet."""
        ...

    def load_lines(self, table: str, columns: Sequence[str], path: str | None, separator: str) -> None:
        r"""Create a table of texts from a text file, or an empty one, with the column `line`: the line number (header: 1).

        The file is uncompressed UTF-8 with a header. A byte order mark and CR LF line ends are not part of a field. There
        are no quotes and no escapes. `\N` and the empty text are null. A line has at most 1,000,000 bytes.
        """
        ...

    def load_rows(self, table: str, columns: Mapping[str, str], rows: Sequence[tuple[object, ...]]) -> None:
        """Create a table from values that JSON can represent."""
        ...

    def build(self, table: str, sql: str) -> None:
        """Create a table from a SELECT over existing tables."""
        ...

    def define(self, table: str, sql: str) -> None:
        """Name a SELECT over existing tables, which is evaluated whenever it is read."""
        ...

    def rename(self, table: str, name: str) -> None:
        """Give a table that `build` created another name."""
        ...

    def drop(self, table: str) -> None:
        """Free the memory of a table or view that is no longer needed, and its name."""
        ...

    def query(self, sql: str) -> list[tuple[object, ...]]:
        """The rows of a SELECT."""
        ...

    def write(self, sql: str, path: Path) -> None:
        """Write the rows of a SELECT in their order to one Parquet file."""
        ...
