"""Flatten Raw with Polars: titles, their genres, countries, companies, cast and crew, each as one Parquet file.

Usage: python flatten_with_polars.py LAKE FOLDER. It types and joins nothing else, keeps no history and
checks nothing: six of the tables that `cinelake build` publishes.
"""

import sys
from pathlib import Path

import polars as pl

_LISTS = {
    "title_genre": ("genres", None),
    "title_country": ("production_countries", None),
    "title_company": ("production_companies", None),
    "title_cast": ("credits", "cast"),
    "title_crew": ("credits", "crew"),
}


def main(lake: Path, folder: Path) -> None:
    """Read every batch, and write the tables."""
    frames = [
        pl.read_json(path, infer_schema_length=None) for path in sorted(lake.glob("Raw/TMDB/JSON/Movies/*/*/*/*.json"))
    ]
    films = pl.concat(frames, how="diagonal_relaxed").unique("id_tmdb", keep="last", maintain_order=True)
    for name, (column, part) in _LISTS.items():
        if column not in films.columns:
            continue
        values = pl.col(column) if part is None else pl.col(column).struct.field(part)
        rows = films.select("id_tmdb", values.alias("member")).explode("member").drop_nulls("member")
        rows.write_parquet(folder / f"{name}.parquet")
    scalars = [name for name, kind in films.schema.items() if not isinstance(kind, pl.List | pl.Struct)]
    films.select(scalars).write_parquet(folder / "title.parquet")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
