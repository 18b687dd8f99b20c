"""Answers each path of the API, with its rules for pages and appended parts.

Invariant: an answer depends only on the catalogue, the faults, the days that have passed, and the request. Everything else
that is stored is a cache.
"""

import math
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from cinelake.sandbox.api import fixed_answers
from cinelake.sandbox.api.daily_exports import build_export
from cinelake.sandbox.api.discover_query import parse_query
from cinelake.sandbox.api.faults import Faults
from cinelake.sandbox.api.replies import Reply, build_error, build_reply
from cinelake.sandbox.catalogue.catalogue import Catalogue, render_detail, render_item
from cinelake.sandbox.catalogue.films import read_imdb_id
from cinelake.sandbox.catalogue.json_text import render_list, render_value
from cinelake.sandbox.catalogue.parts import render_part
from cinelake.sandbox.catalogue.seeded_random import build_random, digest
from cinelake.sandbox.catalogue.texts import MediaTitles, parse_imdb_id
from cinelake.sandbox.catalogue.title_columns import ADULT, VIDEO
from cinelake.sandbox.evolution.change_lists import build_changes, parse_period
from cinelake.sandbox.evolution.current_state import CurrentState

PAGE_SIZE = 20
LAST_PAGE = 500
_CHANGES_PAGE_SIZE = 100
_MAX_DAYS = 14
_MAX_PARTS = 20
_DRIFT_PERCENT = 30
_STABLE_TOTAL = 1000
_MAX_ADVANCE_DAYS = 366


class Routes:
    """The answers of one catalogue."""

    def __init__(self, catalogue: Catalogue, faults: Faults, *, has_nulls_first: bool) -> None:
        self._catalogue = catalogue
        self._drifts = bool(faults.drift)
        self._media = {
            titles.media: CurrentState(titles, has_nulls_first=has_nulls_first)
            for titles in (catalogue.films, catalogue.series)
        }
        self.today = catalogue.today
        chosen = {
            titles.media: _choose_listed(titles, faults.gone + faults.poison)
            for titles in (catalogue.films, catalogue.series)
        }
        self._gone = {media: frozenset(ids[: faults.gone]) for media, ids in chosen.items()}
        self._poison = {media: frozenset(ids[faults.gone :]) for media, ids in chosen.items()}

    def answer(self, path: str, query: Mapping[str, str]) -> Reply:
        """The answer to a GET request."""
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
                return _answer_fixed(rest, query)
            case _:
                return build_error(34, "missing")

    def answer_swapped(self, path: str, query: Mapping[str, str]) -> Reply:
        """The answer, but with the detail of the next title instead of the requested one."""
        match path.strip("/").split("/"):
            case ["3", ("movie" | "tv") as media, title] if title != "changes":
                state = self._media[media]
                position = _find_position(state, title)
                if position is not None:
                    reply = self.answer(f"/3/{media}/{state.titles.columns.ids[state.find_next(position)]}", query)
                    return replace(reply, kind="fault")
        return self.answer(path, query)

    def answer_truth(self, query: Mapping[str, str]) -> Reply:
        """The ids that a complete extraction of a query stores; gone ids answer 404, and some requests always fail."""
        state = self._media["tv" if query.get("media") == "tv" else "movie"]
        titles = state.titles
        positions = state.index.match(parse_query(titles.media, titles.genres, query))
        listed = {titles.columns.ids[position] for position in positions}
        gone, poison = self._gone[titles.media], self._poison[titles.media]
        truth = {"ids": sorted(listed - gone), "gone": sorted(listed & gone), "poison": sorted(listed & poison)}
        return build_reply(render_value(truth), "control")

    def answer_export(self, name: str) -> Reply:
        """The daily id export of that name, or 404."""
        data = build_export(name, self.today, {name: state.titles for name, state in self._media.items()})
        return build_error(34, "export") if data is None else replace(build_reply("", "export"), body=data)

    def advance_days(self, query: Mapping[str, str]) -> Reply:
        """Advance the date by `days`; answer the new date, and the titles that changed without being in the change list."""
        text = query.get("days", "1")
        days = int(text) if text.isdecimal() and text.isascii() else 0
        if not 1 <= days <= _MAX_ADVANCE_DAYS:
            return build_error(5, "control")
        first = self.today.toordinal() + 1
        unnamed = {name: state.advance(range(first, first + days)) for name, state in self._media.items()}
        self.today += timedelta(days=days)
        return build_reply(render_value({"today": self.today.isoformat(), "unnamed": unnamed}), "control")

    def _answer_discover(self, state: CurrentState, parameters: Mapping[str, str]) -> Reply:
        page = _parse_page(parameters)
        if page is None:
            return build_error(22)
        titles = state.titles
        query = parse_query(titles.media, titles.genres, parameters)
        found = state.index.select(query)
        total = len(found)
        rows = list(found[(page - 1) * PAGE_SIZE : page * PAGE_SIZE])
        if self._drifts and page > 1 and rows:
            word = digest(self._catalogue.seed, "drift", repr(query), page)
            if word % 100 < _DRIFT_PERCENT:
                rows[0] = found[(page - 1) * PAGE_SIZE - 1]
                total += word // 100 % 5 - 2 if total > _STABLE_TOTAL else 0
        items = render_list([render_item(titles, position) for position in rows])
        pages = max(1, math.ceil(total / PAGE_SIZE))
        return build_reply(f'{{"page":{page},"results":{items},"total_pages":{pages},"total_results":{total}}}', "discover")

    def _answer_changes(self, state: CurrentState, parameters: Mapping[str, str]) -> Reply:
        try:
            period = parse_period(parameters, self.today)
        except ValueError:
            return build_error(23)
        if period.day_count > _MAX_DAYS:
            return build_error(20)
        page = _parse_page(parameters)
        if page is None:
            return build_error(22)
        rows = build_changes(state.origin, period, state.feeds)
        shown = render_list(rows[(page - 1) * _CHANGES_PAGE_SIZE : page * _CHANGES_PAGE_SIZE])
        pages = max(1, math.ceil(len(rows) / _CHANGES_PAGE_SIZE))
        totals = f'"page":{page},"total_pages":{pages},"total_results":{len(rows)}'
        return build_reply(f'{{"results":{shown},{totals}}}', "changes")

    def _answer_detail(self, state: CurrentState, title: str, parameters: Mapping[str, str]) -> Reply:
        titles, position = state.titles, _find_position(state, title)
        error = self._find_error(titles, position)
        if position is None or error is not None:
            return error or build_error(34, "missing")
        wanted = [name for name in parameters.get("append_to_response", "").split(",") if name]
        if len(wanted) > _MAX_PARTS:
            return build_error(27)
        text = render_detail(titles, position)
        for name in dict.fromkeys(wanted):
            part = render_part(titles, position, name)
            if part is not None:
                text = f'{text[:-1]},"{name}":{part}}}'
        return build_reply(text, f"{titles.media}_detail")

    def _answer_part(self, state: CurrentState, title: str, name: str) -> Reply:
        titles, position = state.titles, _find_position(state, title)
        error = self._find_error(titles, position)
        part = None if position is None or error else render_part(titles, position, name)
        if position is None or part is None:
            return error or build_error(34, "missing")
        return build_reply(f'{{"id":{titles.columns.ids[position]},{part[1:]}', name)

    def _find_error(self, titles: MediaTitles, position: int | None) -> Reply | None:
        title_id = None if position is None else titles.columns.ids[position]
        if title_id is None or title_id in self._gone[titles.media]:
            return build_error(34, "missing")
        return build_error(11, "poison") if title_id in self._poison[titles.media] else None


def _find_position(state: CurrentState, title: str) -> int | None:
    """The position of a title by its id, or of a film by its IMDb id; None if it is absent."""
    titles = state.titles
    if title.isdecimal() and title.isascii():
        return state.find_position(int(title))
    position = parse_imdb_id(titles, title) if titles.media == "movie" else None
    if position is None or position in titles.overlay.absent:
        return None
    return position if read_imdb_id(titles, position) == title else None


def _answer_fixed(rest: list[str], query: Mapping[str, str]) -> Reply:
    match rest:
        case ["authentication"]:
            return build_reply(fixed_answers.AUTHENTICATION, "small")
        case ["configuration"]:
            return build_reply(fixed_answers.CONFIGURATION, "small")
        case ["configuration", "languages"]:
            return build_reply(fixed_answers.LANGUAGE_LIST, "small")
        case ["genre", ("movie" | "tv") as media, "list"]:
            return build_reply(fixed_answers.render_genre_list(media, query.get("language", "")), "small")
        case _:
            return build_error(34, "missing")


def _parse_page(parameters: Mapping[str, str]) -> int | None:
    """The requested page; None if it is not a whole number from 1 to 500."""
    text = parameters.get("page", "1")
    page = int(text) if text.isdecimal() and text.isascii() else 0
    return page if 1 <= page <= LAST_PAGE else None


def _choose_listed(titles: MediaTitles, count: int) -> list[int]:
    """Choose ids of titles that discover lists without any switch, in random order."""
    columns = titles.columns
    listed = [number for number, traits in zip(columns.ids, columns.traits, strict=True) if not traits & (ADULT | VIDEO)]
    if not count:
        return []
    # The films that a seed chooses must never change, so their seed has no media.
    words = ("refused",) if titles.media == "movie" else (titles.media, "refused")
    return build_random(titles.seed, *words).sample(listed, min(count, len(listed)))
