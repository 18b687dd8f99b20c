"""Owns the daily exports of ids: a gzipped file with a line for each title, of films and of series, adult ones apart.

Invariant: there are those of the service's day only; a film's line bears its flags, a series' line none.
"""

import gzip
from collections.abc import Mapping
from datetime import date

from cinelake.sandbox.catalogue import texts as faces
from cinelake.sandbox.catalogue import title_columns as bits
from cinelake.sandbox.catalogue.json_text import render_flag, render_object, render_value

EXPORTS = "/p/exports/"


def build_export(name: str, today: date, shelves: Mapping[str, faces.Shelf]) -> bytes | None:
    """The export of that name, None if there is none such; the shelves are those of movie and tv."""
    day = f"{today:%m_%d_%Y}.json.gz"
    for prefix, shelf in (("movie_ids_", shelves["movie"]), ("tv_series_ids_", shelves["tv"])):
        for is_adult in (False, True):
            if name == f"{'adult_' if is_adult else ''}{prefix}{day}":
                there = (p for p in range(len(shelf.columns)) if p not in shelf.overlay.absent)
                rows = (p for p in there if bool(shelf.columns.traits[p] & bits.ADULT) is is_adult)
                return gzip.compress("".join(_render_line(shelf, position) for position in rows).encode(), 1, mtime=0)
    return None


def _render_line(shelf: faces.Shelf, position: int) -> str:
    traits, columns = shelf.columns.traits[position], shelf.columns
    name = render_value(faces.compose_original_name(shelf, position))
    common = {"id": str(columns.ids[position])}
    popularity = {"popularity": faces.render_popularity(shelf, position)}
    if shelf.name != "movie":
        return render_object({**common, "original_name": name, **popularity}) + "\n"
    flags = {"adult": render_flag(traits & bits.ADULT), "video": render_flag(traits & bits.VIDEO)}
    line = {"adult": flags["adult"], **common, "original_title": name, **popularity, "video": flags["video"]}
    return render_object(line) + "\n"
