"""Download films with dlt: discover's pages give ids, a parallel transformer fetches details, and files receive them.

Usage: python extract_with_dlt.py URL TOKEN GENRE SINCE UNTIL FOLDER. dlt's own settings, but for the
workers that the benchmark gives it. It proves
nothing about completeness and is not slowed to TMDB's limit.
"""

import sys
from collections.abc import Iterator
from typing import Any

import dlt
from dlt.sources.helpers import requests

URL, TOKEN, GENRE, SINCE, UNTIL, FOLDER = sys.argv[1:7]
_HEADERS = {"Authorization": f"Bearer {TOKEN}"}
_PARTS = "credits,keywords,release_dates,external_ids"


def _fetch(path: str, **query: object) -> Any:  # noqa: ANN401 - JSON
    return requests.get(f"{URL}{path}", params=query, headers=_HEADERS).json()


@dlt.resource
def ids() -> Iterator[list[int]]:
    """The ids of each page."""
    query = {
        "with_genres": GENRE,
        "primary_release_date.gte": f"{SINCE}-01-01",
        "primary_release_date.lte": f"{UNTIL}-12-31",
        "include_adult": "false",
    }
    page, pages = 1, 1
    while page <= pages:
        found = _fetch("/3/discover/movie", page=page, **query)
        pages = min(500, found["total_pages"])
        yield [row["id"] for row in found["results"]]
        page += 1


@dlt.transformer(data_from=ids)
def film(page: list[int]) -> Iterator[Any]:
    """The details of a page's films."""

    @dlt.defer
    def fetch(title_id: int) -> Any:  # noqa: ANN401 - JSON
        return _fetch(f"/3/movie/{title_id}", append_to_response=_PARTS)

    for title_id in page:
        yield fetch(title_id)


if __name__ == "__main__":
    destination = dlt.destinations.filesystem(f"{FOLDER}/files")
    pipeline = dlt.pipeline("peer", pipelines_dir=f"{FOLDER}/state", destination=destination, dataset_name="films")
    pipeline.run(film, loader_file_format="jsonl")
    rows = pipeline.last_trace.last_normalize_info.row_counts.get("film", 0)
    print(rows, "films")
