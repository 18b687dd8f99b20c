"""Renders the parts that can be appended to a detail or requested alone, for example credits.

Invariant: a part depends only on its title, and each media has only the parts that TMDB gives it.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from random import Random

from cinelake.sandbox.catalogue import films, series, texts, vocabulary
from cinelake.sandbox.catalogue.json_text import render_list, render_object, render_value
from cinelake.sandbox.catalogue.seeded_random import build_random
from cinelake.sandbox.catalogue.title_columns import IMDB_NULL

_PEOPLE = 15_360
_SEASON = re.compile(r"season/([1-9][0-9]{0,3})")
_THEMES = (
    "imaginary town",
    "lost inheritance",
    "night train",
    "based on nothing",
    "clockwork",
    "salt mine",
    "forged letter",
    "lighthouse",
    "two sisters",
    "invented war",
    "masked ball",
    "court case",
)
_JOBS = (
    ("Directing", "Director"),
    ("Writing", "Screenplay"),
    ("Production", "Producer"),
    ("Camera", "Director of Photography"),
)


def render_part(titles: texts.MediaTitles, position: int, name: str) -> str | None:
    """A part as the JSON object that is appended; None if the media has no such part, or the series no such season."""
    season = _SEASON.fullmatch(name)
    if season and titles.media == "tv":
        return series.render_season(titles, position, int(season[1]))
    render = _PARTS[titles.media].get(name)
    return render(titles, position, build_random(titles.seed, titles.media, name, position)) if render else None


def _render_credits(titles: texts.MediaTitles, position: int, source: Random) -> str:
    title_id = titles.columns.ids[position]
    cast = [
        _render_credit(
            source,
            "Acting",
            ({"cast_id": str(row + 1)} if titles.media == "movie" else {})
            | {
                "character": render_value(vocabulary.compose_person(source.getrandbits(20))),
                "credit_id": f'"{title_id:016x}{row:08x}"',
                "order": str(row),
            },
        )
        for row in range(source.choice((0, 1, 3, 5, 8, 12)))
    ]
    crew = [
        _render_credit(
            source,
            department,
            {"credit_id": f'"{title_id:016x}{row:08x}"', "department": f'"{department}"', "job": f'"{job}"'},
        )
        for row, (department, job) in enumerate(_JOBS[: source.choice((0, 1, 1, 2, 4))], 256)
    ]
    return f'{{"cast":{render_list(cast)},"crew":{render_list(crew)}}}'


def _render_credit(source: Random, department: str, rest: dict[str, str]) -> str:
    number = int(_PEOPLE * source.random() ** 2)
    name = render_value(vocabulary.compose_person(number))
    person = {
        "adult": "false",
        "gender": str(number % 3),
        "id": str(3_000_000 + number),
        "known_for_department": f'"{department}"',
        "name": name,
        "original_name": name,
        "popularity": str(number % 97 / 10),
        "profile_path": "null",
    }
    return render_object(person | rest)


def _render_keywords(titles: texts.MediaTitles, _: int, source: Random) -> str:
    rows = source.sample(range(len(_THEMES)), source.choice((0, 0, 1, 3, 6)))
    keywords = render_list([f'{{"id":{5_000_000 + row},"name":"{_THEMES[row]}"}}' for row in rows])
    return f'{{"{"keywords" if titles.media == "movie" else "results"}":{keywords}}}'


def _render_release_dates(titles: texts.MediaTitles, position: int, _: Random) -> str:
    ordinal = titles.columns.dates[position]
    if not ordinal:
        return '{"results":[]}'
    day = date.fromordinal(ordinal).isoformat()
    release = (
        f'{{"certification":"","descriptors":[],"iso_639_1":"","note":"","release_date":"{day}T00:00:00.000Z","type":3}}'
    )
    country = texts.read_language(titles, position).country
    return f'{{"results":[{{"iso_3166_1":"{country}","release_dates":[{release}]}}]}}'


def _render_content_ratings(titles: texts.MediaTitles, position: int, source: Random) -> str:
    if source.random() < 0.5:  # noqa: PLR2004 - half of them
        return '{"results":[]}'
    country = texts.read_language(titles, position).country
    return f'{{"results":[{{"descriptors":[],"iso_3166_1":"{country}","rating":"{source.choice((6, 12, 14, 18))}"}}]}}'


def _render_external_ids(titles: texts.MediaTitles, position: int, _: Random) -> str:
    imdb = render_value(films.read_imdb_id(titles, position))
    number = titles.columns.ids[position]
    wikidata = f'"Q99{number}"' if titles.columns.traits[position] & IMDB_NULL == 0 else "null"
    others = '"facebook_id":null,"instagram_id":null,"twitter_id":null'
    if titles.media == "movie":
        return f'{{"imdb_id":{imdb},"wikidata_id":{wikidata},{others}}}'
    return (
        f'{{"imdb_id":{imdb},"freebase_mid":null,"freebase_id":null,"tvdb_id":{9_000_000 + number},"tvrage_id":null,'
        f'"wikidata_id":{wikidata},{others}}}'
    )


_Renderer = Callable[[texts.MediaTitles, int, Random], str]
_SHARED: Mapping[str, _Renderer] = {
    "credits": _render_credits,
    "keywords": _render_keywords,
    "external_ids": _render_external_ids,
}
_PARTS: Mapping[str, Mapping[str, _Renderer]] = {
    "movie": {**_SHARED, "release_dates": _render_release_dates},
    "tv": {**_SHARED, "content_ratings": _render_content_ratings},
}
