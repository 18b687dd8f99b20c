"""A model of the discover endpoint with the documented rules, for catalogues that TMDB does not have."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cinelake.tmdb.transport import Reply


@dataclass(frozen=True, slots=True)
class Title:
    id: int
    day: str = ""
    votes: int = 0
    runtime: int = 0
    language: str = "en"
    genres: frozenset[int] = frozenset({80})


class Discover:
    """Responds to discover, languages and authentication; `has_nulls_first` says where undated titles are sorted."""

    def __init__(self, titles: Sequence[Title], *, has_nulls_first: bool = True) -> None:
        self.titles = titles
        self._has_nulls_first = has_nulls_first
        self._known: dict[tuple[tuple[str, str], ...], list[Title]] = {}

    def answer(self, path: str, params: Mapping[str, str]) -> Reply:
        if path == "/3/configuration/languages":
            codes = sorted({title.language for title in self.titles})
            return _reply([{"iso_639_1": code} for code in codes])
        if path != "/3/discover/movie":
            return _reply({"success": True})
        page = int(params["page"])
        if page > 500:
            return Reply(400, b'{"status_code":22}')
        key = tuple(sorted(item for item in params.items() if item[0] != "page"))
        if key not in self._known:
            self._known[key] = self._sort([title for title in self.titles if _fits(title, params)], params["sort_by"])
        found = self._known[key]
        rows = [{"id": title.id, "release_date": title.day} for title in found[(page - 1) * 20 : page * 20]]
        return _reply({"results": rows, "total_pages": math.ceil(len(found) / 20), "total_results": len(found)})

    def _sort(self, titles: list[Title], order: str) -> list[Title]:
        field, _, direction = order.partition(".")
        if field != "primary_release_date":
            return sorted(titles, key=lambda title: title.id)
        dated = sorted((title for title in titles if title.day), key=lambda t: (t.day, t.id), reverse=direction == "desc")
        undated = [title for title in titles if not title.day]
        return undated + dated if self._has_nulls_first == (direction == "asc") else dated + undated


def _fits(title: Title, params: Mapping[str, str]) -> bool:
    numbers = {"vote_count": title.votes, "with_runtime": title.runtime}
    for name, value in params.items():
        field, _, bound = name.partition(".")
        if field == "primary_release_date" and not (title.day and _is_within(title.day, bound, value)):
            return False
        if field in numbers and not _is_within(numbers[field], bound, int(value)):
            return False
        if name == "with_original_language" and title.language not in value.split("|"):
            return False
        if name == "with_genres" and not {int(part) for part in value.split(",")} <= title.genres:
            return False
        if name == "without_genres" and {int(part) for part in value.split(",")} & title.genres:
            return False
    return True


def _is_within(value: str | int, bound: str, limit: str | int) -> bool:
    mine, other = (value, limit) if isinstance(value, int) else (str(value), str(limit))
    return mine >= other if bound == "gte" else mine <= other  # type: ignore[operator]


def _reply(document: object) -> Reply:
    return Reply(200, json.dumps(document).encode())
