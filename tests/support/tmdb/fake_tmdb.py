"""A TMDB in this process whose titles are a plain dict that a test changes; without rate limit and faults.

It serves discover with its filters, details, the changes of a day, and id exports.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any

import msgspec

from cinelake.tmdb.id_exports import Line
from cinelake.tmdb.transport import Reply

Facts = dict[str, Any]
_PAGE, _CHANGES = 20, 100


def build_film(title_id: int, *, genres: tuple[int, ...] = (80,), day: str = "1999-03-31", votes: int = 10) -> Facts:
    """The detail of an invented film."""
    return {
        "adult": False,
        "genres": [{"id": genre, "name": f"Genre {genre}"} for genre in genres],
        "id": title_id,
        "original_language": "en",
        "original_title": f"Invented {title_id}",
        "popularity": 1.5,
        "release_date": day,
        "runtime": 90,
        "title": f"Invented {title_id}",
        "video": False,
        "vote_average": 6.5,
        "vote_count": votes,
    }


@dataclass
class FakeTmdb:
    """Films by id, and the change feed of each day: ids (None for a null id), and whether each has vanished.

    Attributes:
        broken: ids whose detail request always fails.
        lost: ids that are listed, but whose detail request answers 404.
        hidden: ids that are counted, but not listed.
        exports: id exports by name; if there are none, each has the films of the moment.
    """

    films: dict[int, Facts] = field(default_factory=dict)
    feed: dict[date, dict[int | None, bool]] = field(default_factory=dict)
    broken: set[int] = field(default_factory=set)
    lost: set[int] = field(default_factory=set)
    hidden: set[int] = field(default_factory=set)
    exports: dict[str, list[Line]] = field(default_factory=dict)
    paths: list[str] = field(default_factory=list)

    async def send(self, path: str, params: Mapping[str, str]) -> Reply:
        """The reply to one request."""
        self.paths.append(path)
        match path.split("/")[2:]:
            case ["authentication"]:
                found: object = {"success": True}
            case ["configuration", "languages"]:
                found = [{"iso_639_1": "en"}, {"iso_639_1": "pt"}]
            case ["discover", "movie"]:
                found = self._discover(params)
            case ["movie", "changes"]:
                found = self._changes(params)
            case ["movie", text] if int(text) in self.broken:
                return Reply(400, b'{"success":false,"status_code":18,"status_message":"Validation failed."}')
            case ["movie", text] if int(text) not in self.lost:
                found = self.films.get(int(text))
            case _:
                found = None
        if found is None:
            return Reply(404, b'{"success":false,"status_code":34,"status_message":"There is no such thing."}')
        return Reply(200, msgspec.json.encode(found))

    async def fetch(self, name: str, take: Callable[[Line], None]) -> bool:
        """Pass the lines of an export to `take`; adult films have an export of their own."""
        is_adult = name.startswith("adult_")
        lines = self.exports.get(name)
        if lines is None and not self.exports:
            lines = [line for line in self.list_lines() if line.adult is is_adult]
        for line in lines or ():
            take(line)
        return lines is not None

    def list_lines(self) -> list[Line]:
        """A line of an export for each film."""
        return [Line(i, film["adult"], film["video"]) for i, film in self.films.items()]

    def select(self, genre_ids: tuple[int, ...]) -> set[int]:
        """The ids of films that have any of these genres; without genres, of all that are neither adult nor videos."""
        if not genre_ids:
            return {i for i, film in self.films.items() if not film["adult"] and not film["video"]}
        return {i for i, film in self.films.items() if {genre["id"] for genre in film["genres"]} & set(genre_ids)}

    def _discover(self, params: Mapping[str, str]) -> Facts:
        found = [film for film in self.films.values() if all(check(film) for check in _build_checks(params))]
        name, _, direction = params["sort_by"].rpartition(".")
        key = {"primary_release_date": "release_date"}.get(name, name)
        found.sort(key=lambda film: (film[key], film["id"]), reverse=direction == "desc")
        start = (int(params["page"]) - 1) * _PAGE
        rows = [film for film in found if film["id"] not in self.hidden][start : start + _PAGE]
        return {
            "page": int(params["page"]),
            "results": rows,
            "total_pages": -(-len(found) // _PAGE) or 1,
            "total_results": len(found),
        }

    def _changes(self, params: Mapping[str, str]) -> Facts:
        assert params["start_date"] == params["end_date"]
        named = list(self.feed.get(date.fromisoformat(params["start_date"]), {}).items())
        start = (int(params["page"]) - 1) * _CHANGES
        rows = [{"id": i, "adult": None if is_gone else False} for i, is_gone in named[start : start + _CHANGES]]
        return {"page": int(params["page"]), "results": rows, "total_pages": -(-len(named) // _CHANGES) or 1}


def _build_checks(params: Mapping[str, str]) -> list[Callable[[Facts], bool]]:
    """One predicate for each filter of a query."""
    names = {"primary_release_date": "release_date", "with_runtime": "runtime", "vote_count": "vote_count"}
    flags = [flag for flag in ("adult", "video") if params.get(f"include_{flag}") != "true"]
    checks: list[Callable[[Facts], bool]] = [lambda film: not any(film[flag] for flag in flags)]
    for word, text in params.items():
        name, _, edge = word.rpartition(".")
        if name in names:
            checks.append(_build_range(names[name], edge, text))
        elif word == "with_genres":
            has_genres = _has_any_genre if "|" in text else _has_genres
            checks.append(partial(has_genres, set(map(int, text.replace("|", ",").split(",")))))
        elif word == "without_genres":
            checks.append(partial(_lacks_genres, set(map(int, text.split(",")))))
        elif word == "with_original_language":
            checks.append(partial(_speaks, set(text.split("|"))))
    return checks


def _has_genres(wanted: set[int], film: Facts) -> bool:
    return wanted <= {genre["id"] for genre in film["genres"]}


def _has_any_genre(wanted: set[int], film: Facts) -> bool:
    return bool(wanted & {genre["id"] for genre in film["genres"]})


def _lacks_genres(refused: set[int], film: Facts) -> bool:
    return not refused & {genre["id"] for genre in film["genres"]}


def _speaks(codes: set[str], film: Facts) -> bool:
    return film["original_language"] in codes


def _build_range(name: str, edge: str, text: str) -> Callable[[Facts], bool]:
    def holds(film: Facts) -> bool:
        value = film[name]
        if name == "release_date":
            return bool(value) and bool(value >= text if edge == "gte" else value <= text)
        return bool(value >= float(text) if edge == "gte" else value <= float(text))

    return holds
