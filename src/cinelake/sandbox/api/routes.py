"""Owns the paths: which answer of the service stands behind each, and the rules of pages and appended parts.

Invariant: an answer depends on the catalogue, the faults, the days that passed and the request only; nothing else is
remembered but to be quicker.
"""

import math
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from cinelake.sandbox.api import fixed_answers as settled
from cinelake.sandbox.api.daily_exports import build_export
from cinelake.sandbox.api.discover_query import parse_query
from cinelake.sandbox.api.faults import Faults
from cinelake.sandbox.api.replies import Reply, build_error, build_reply
from cinelake.sandbox.catalogue.catalogue import Catalogue, render_detail, render_item
from cinelake.sandbox.catalogue.films import read_imdb_id
from cinelake.sandbox.catalogue.json_text import render_list, render_value
from cinelake.sandbox.catalogue.parts import render_part
from cinelake.sandbox.catalogue.seeded_random import dice, digest
from cinelake.sandbox.catalogue.texts import Shelf, parse_imdb_id
from cinelake.sandbox.catalogue.title_columns import ADULT, VIDEO
from cinelake.sandbox.evolution.change_lists import build_changes, parse_period
from cinelake.sandbox.evolution.current_state import Present

PAGE_SIZE = 20
LAST_PAGE = 500
_CHANGES_PAGE = 100
_MOST_DAYS = 14
_MOST_PARTS = 20
_DRIFT_SHARE = 30
_WAVERING_TOTAL = 1000
_MOST_EVOLVED = 366


class Routes:
    """All answers of one catalogue."""

    def __init__(self, catalogue: Catalogue, faults: Faults, *, has_nulls_first: bool) -> None:
        self._catalogue = catalogue
        self._drifts = bool(faults.drift)
        self._media = {
            shelf.name: Present(shelf, has_nulls_first=has_nulls_first) for shelf in (catalogue.films, catalogue.series)
        }
        self._today = catalogue.today
        chosen = {
            shelf.name: _choose_listed(shelf, faults.gone + faults.poison) for shelf in (catalogue.films, catalogue.series)
        }
        self._gone = {media: frozenset(ids[: faults.gone]) for media, ids in chosen.items()}
        self._poison = {media: frozenset(ids[faults.gone :]) for media, ids in chosen.items()}

    def answer(self, path: str, query: Mapping[str, str]) -> Reply:
        """The answer of the service to a GET."""
        match path.strip("/").split("/"):
            case ["3", "discover", ("movie" | "tv") as media]:
                return self._answer_discover(self._media[media], query)
            case ["3", ("movie" | "tv") as media, "changes"]:
                return self._answer_changes(self._media[media], query)
            case ["3", ("movie" | "tv") as media, title]:
                return self._answer_detail(self._media[media], title, query)
            case ["3", ("movie" | "tv") as media, title, *names] if names:
                return self._answer_part(self._media[media], title, "/".join(names))
            case ["3", *rest]:
                return _answer_settled(rest, query)
            case _:
                return build_error(34, "missing")

    def answer_swapped(self, path: str, query: Mapping[str, str]) -> Reply:
        """The answer, but a detail is that of the next title."""
        match path.strip("/").split("/"):
            case ["3", ("movie" | "tv") as media, title] if title != "changes":
                now = self._media[media]
                position = _find_position(now, title)
                if position is not None:
                    reply = self.answer(f"/3/{media}/{now.shelf.columns.ids[now.find_next(position)]}", query)
                    return replace(reply, kind="fault")
        return self.answer(path, query)

    def answer_truth(self, query: Mapping[str, str]) -> Reply:
        """Every id that a complete harvest of a query holds now, and those that it lists but cannot have."""
        now = self._media["tv" if query.get("media") == "tv" else "movie"]
        shelf = now.shelf
        positions = now.index.match(parse_query(shelf.name, shelf.genres, query))
        listed = {shelf.columns.ids[position] for position in positions}
        gone, poison = self._gone[shelf.name], self._poison[shelf.name]
        truth = {"ids": sorted(listed - gone), "gone": sorted(listed & gone), "poison": sorted(listed & poison)}
        return build_reply(render_value(truth), "control")

    def answer_export(self, name: str) -> Reply:
        """A daily export of ids, if there is one of that name."""
        data = build_export(name, self._today, {name: now.shelf for name, now in self._media.items()})
        return build_error(34, "export") if data is None else replace(build_reply("", "export"), body=data)

    def let_pass(self, query: Mapping[str, str]) -> Reply:
        """Let days pass; tells which day it is then, and which titles became other than they were without being named."""
        text = query.get("days", "1")
        days = int(text) if text.isdecimal() and text.isascii() else 0
        if not 1 <= days <= _MOST_EVOLVED:
            return build_error(5, "control")
        first = self._today.toordinal() + 1
        unnamed = {name: now.advance(range(first, first + days)) for name, now in self._media.items()}
        self._today += timedelta(days=days)
        return build_reply(render_value({"today": self._today.isoformat(), "unnamed": unnamed}), "control")

    def _answer_discover(self, now: Present, parameters: Mapping[str, str]) -> Reply:
        page = _parse_page(parameters)
        if page is None:
            return build_error(22)
        shelf = now.shelf
        query = parse_query(shelf.name, shelf.genres, parameters)
        found = now.index.select(query)
        total = len(found)
        rows = list(found[(page - 1) * PAGE_SIZE : page * PAGE_SIZE])
        if self._drifts and page > 1 and rows:
            word = digest(self._catalogue.seed, "drift", repr(query), page)
            if word % 100 < _DRIFT_SHARE:
                rows[0] = found[(page - 1) * PAGE_SIZE - 1]
                total += word // 100 % 5 - 2 if total > _WAVERING_TOTAL else 0
        items = render_list([render_item(shelf, position) for position in rows])
        pages = max(1, math.ceil(total / PAGE_SIZE))
        return build_reply(f'{{"page":{page},"results":{items},"total_pages":{pages},"total_results":{total}}}', "discover")

    def _answer_changes(self, now: Present, parameters: Mapping[str, str]) -> Reply:
        try:
            period = parse_period(parameters, self._today)
        except ValueError:
            return build_error(23)
        if period.day_count > _MOST_DAYS:
            return build_error(20)
        page = _parse_page(parameters)
        if page is None:
            return build_error(22)
        rows = build_changes(now.origin, period, now.feeds)
        shown = render_list(rows[(page - 1) * _CHANGES_PAGE : page * _CHANGES_PAGE])
        pages = max(1, math.ceil(len(rows) / _CHANGES_PAGE))
        totals = f'"page":{page},"total_pages":{pages},"total_results":{len(rows)}'
        return build_reply(f'{{"results":{shown},{totals}}}', "changes")

    def _answer_detail(self, now: Present, title: str, parameters: Mapping[str, str]) -> Reply:
        shelf, position = now.shelf, _find_position(now, title)
        refusal = self._refuse(shelf, position)
        if position is None or refusal is not None:
            return refusal or build_error(34, "missing")
        wanted = [name for name in parameters.get("append_to_response", "").split(",") if name]
        if len(wanted) > _MOST_PARTS:
            return build_error(27)
        text = render_detail(shelf, position)
        for name in dict.fromkeys(wanted):
            part = render_part(shelf, position, name)
            if part is not None:
                text = f'{text[:-1]},"{name}":{part}}}'
        return build_reply(text, f"{shelf.name}_detail")

    def _answer_part(self, now: Present, title: str, name: str) -> Reply:
        shelf, position = now.shelf, _find_position(now, title)
        refusal = self._refuse(shelf, position)
        part = None if position is None or refusal else render_part(shelf, position, name)
        if position is None or part is None:
            return refusal or build_error(34, "missing")
        return build_reply(f'{{"id":{shelf.columns.ids[position]},{part[1:]}', name)

    def _refuse(self, shelf: Shelf, position: int | None) -> Reply | None:
        title_id = None if position is None else shelf.columns.ids[position]
        if title_id is None or title_id in self._gone[shelf.name]:
            return build_error(34, "missing")
        return build_error(11, "poison") if title_id in self._poison[shelf.name] else None


def _find_position(now: Present, title: str) -> int | None:
    """The position of a title named by its id, or a film by its IMDb id."""
    shelf = now.shelf
    if title.isdecimal() and title.isascii():
        return now.find_position(int(title))
    position = parse_imdb_id(shelf, title) if shelf.name == "movie" else None
    if position is None or position in shelf.overlay.absent:
        return None
    return position if read_imdb_id(shelf, position) == title else None


def _answer_settled(rest: list[str], query: Mapping[str, str]) -> Reply:
    match rest:
        case ["authentication"]:
            return build_reply(settled.AUTHENTICATION, "small")
        case ["configuration"]:
            return build_reply(settled.CONFIGURATION, "small")
        case ["configuration", "languages"]:
            return build_reply(settled.LANGUAGES, "small")
        case ["genre", ("movie" | "tv") as media, "list"]:
            return build_reply(settled.render_genre_list(media, query.get("language", "")), "small")
        case _:
            return build_error(34, "missing")


def _parse_page(parameters: Mapping[str, str]) -> int | None:
    """The page asked for; none if it is no whole number from 1 to 500."""
    text = parameters.get("page", "1")
    page = int(text) if text.isdecimal() and text.isascii() else 0
    return page if 1 <= page <= LAST_PAGE else None


def _choose_listed(shelf: Shelf, count: int) -> list[int]:
    """Ids of titles that any discover query may list, in an order of their own."""
    columns = shelf.columns
    listed = [number for number, traits in zip(columns.ids, columns.traits, strict=True) if not traits & (ADULT | VIDEO)]
    if not count:
        return []
    words = ("refused",) if shelf.name == "movie" else (shelf.name, "refused")  # what films are chosen stays as it was
    return dice(shelf.seed, *words).sample(listed, min(count, len(listed)))
