"""The text Refined/README.txt, for people who find the folder: how to read the tables, and what they must know."""

from typing import Final

from cinelake.lake.keys import POINTER, REFINED, VERSIONS
from cinelake.lake.store import Store
from cinelake.refine.versions import Pointer

README: Final = f"{REFINED}/README.txt"
_TEXT: Final = """\
The tables of this data lake, one folder for each. Written by cinelake; any change here is lost at the next build.

Version {version}, built at {built_at:%Y-%m-%d %H:%M} UTC.

How to read a table
  DuckDB   SELECT * FROM 'Refined/title/*.parquet'
  pandas   pandas.read_parquet("Refined/title")
  Polars   polars.scan_parquet("Refined/title/*.parquet")
  Spark    spark.read.parquet("Refined/title")
In a bucket, put its address first: s3://bucket/prefix/Refined/title/*.parquet.

The tables
{tables}

What you can rely on
- A table in one file is replaced in one step. In a folder, a reader that starts after a build has ended sees the tables
  of this version. A reader at work while a build replaces a file gets the rows of one version, or fails; then read again.
- The table snapshot has a file for each day and kind of title. A file is added, replaced or removed in one step.
- Several tables, large tables in a bucket, and anything that must not change while you work: read them below
  {versions}/{version}/ instead. These files never change. They are removed two builds later, or as
  `cinelake build --keep` says. {pointer} names the current version and its files.

Sources and terms
- This product uses TMDB and the TMDB APIs but is not endorsed, certified, or otherwise approved by TMDB.
  Whoever uses these tables needs to state that, too, and accepts TMDB's terms: https://www.themoviedb.org/api-terms-of-use.
  They allow you to keep TMDB's content for six months: see `cinelake prune`.
- Where the tables have data of IMDb: information courtesy of IMDb (https://www.imdb.com), used with permission, for
  personal and non-commercial use: https://developer.imdb.com/non-commercial-datasets/.
"""


def write_readme(store: Store, pointer: Pointer) -> None:
    """Write the text for a version."""
    tables = [table for table in pointer.tables if table.zone == "refined"]
    width = max((len(table.name) for table in tables), default=0)
    listed = "\n".join(f"  {each.name:{width}}  {each.about}" for each in sorted(tables, key=lambda each: each.name))
    text = _TEXT.format(
        version=pointer.version, built_at=pointer.built_at, tables=listed, versions=VERSIONS, pointer=POINTER
    )
    store.write(README, text.encode())
