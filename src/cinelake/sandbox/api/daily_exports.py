"""Builds the daily id exports: gzipped files with one JSON line per title, separate for films, series and adult titles.

Invariant: only the exports of the catalogue's own day exist. Lines of films have flags, lines of series have none.
"""

import gzip
from collections.abc import Mapping
from datetime import date

from cinelake.sandbox.catalogue import texts
from cinelake.sandbox.catalogue.json_text import render_flag, render_object, render_value
from cinelake.sandbox.catalogue.title_columns import ADULT, VIDEO

EXPORTS = "/p/exports/"


def build_export(name: str, today: date, media_titles: Mapping[str, texts.MediaTitles]) -> bytes | None:
    """Build the export of that name, or None if there is none; `media_titles` are those of movie and tv."""
    day = f"{today:%m_%d_%Y}.json.gz"
    for prefix, titles in (("movie_ids_", media_titles["movie"]), ("tv_series_ids_", media_titles["tv"])):
        for is_adult in (False, True):
            if name == f"{'adult_' if is_adult else ''}{prefix}{day}":
                present = (p for p in range(len(titles.columns)) if p not in titles.overlay.absent)
                rows = (p for p in present if bool(titles.columns.traits[p] & ADULT) is is_adult)
                return gzip.compress("".join(_render_line(titles, position) for position in rows).encode(), 1, mtime=0)
    return None


def _render_line(titles: texts.MediaTitles, position: int) -> str:
    traits, columns = titles.columns.traits[position], titles.columns
    name = render_value(texts.compose_original_name(titles, position))
    common = {"id": str(columns.ids[position])}
    popularity = {"popularity": texts.render_popularity(titles, position)}
    if titles.media != "movie":
        return render_object({**common, "original_name": name, **popularity}) + "\n"
    flags = {"adult": render_flag(traits & ADULT), "video": render_flag(traits & VIDEO)}
    line = {"adult": flags["adult"], **common, "original_title": name, **popularity, "video": flags["video"]}
    return render_object(line) + "\n"
