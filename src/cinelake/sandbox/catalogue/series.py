"""Owns the wire form of series: rows of discover, details, and one season by itself.

Invariant: fields and their order are those of the service in 2026; a series bears no imdb_id, its external ids do.
"""

from datetime import date
from random import Random

from cinelake.sandbox.catalogue import texts as faces
from cinelake.sandbox.catalogue import title_columns as bits
from cinelake.sandbox.catalogue import vocabulary as words
from cinelake.sandbox.catalogue.json_text import render_flag, render_list, render_object, render_value

_YEAR = 366
_EPISODES = 8
_WEEK = 7
_NETWORKS = 120
_TYPES = ("Scripted", "Scripted", "Scripted", "Miniseries", "Reality", "Documentary", "Talk Show", "News", "Video")


def render_item(shelf: faces.Shelf, position: int) -> str:
    """A series as a row of discover."""
    columns, face = shelf.columns, faces.compose_face(shelf, position)
    tongue, traits = faces.read_tongue(shelf, position), columns.traits[position]
    return render_object(
        {
            "adult": render_flag(traits & bits.ADULT),
            "backdrop_path": render_value(face.backdrop),
            "genre_ids": faces.render_genre_ids(shelf, position),
            "id": str(columns.ids[position]),
            "origin_country": f'["{tongue.country}"]',
            "original_language": f'"{tongue.code}"',
            "original_name": render_value(face.original),
            "overview": render_value(face.overview),
            "popularity": faces.render_popularity(shelf, position),
            "poster_path": render_value(face.poster),
            "first_air_date": faces.render_date(columns.dates[position]),
            "softcore": render_flag(traits & bits.SOFTCORE),
            "name": render_value(face.title),
            "vote_average": faces.render_average(shelf, position),
            "vote_count": str(columns.votes[position]),
        }
    )


def render_detail(shelf: faces.Shelf, position: int) -> str:
    """The whole record of a series, without appended parts. Seasons follow each other by a year, 8 episodes each."""
    columns, face = shelf.columns, faces.compose_face(shelf, position)
    traits, number, source = columns.traits[position], columns.ids[position], face.source
    tongue, first = faces.read_tongue(shelf, position), columns.dates[position]
    today = shelf.find_edit_day(position)
    seasons = _plan_seasons(first, today, source)
    goes_on = bool(seasons) and seasons[-1] > today - _YEAR
    aired = [day for day in seasons if day <= today]
    coming = [day for day in seasons if day > today]
    companies = faces.render_companies(source, source.choice((1, 1, 2, 3)), max(shelf.size // 2, 10))
    countries = faces.render_countries(tongue, source)
    return render_object(
        {
            "adult": render_flag(traits & bits.ADULT),
            "backdrop_path": render_value(face.backdrop),
            "created_by": _render_creator(number) if source.random() < 0.3 else "[]",  # noqa: PLR2004 - a share
            "episode_run_time": f"[{columns.runtimes[position]}]" if position % 8 == 0 else "[]",
            "first_air_date": faces.render_date(first),
            "genres": faces.render_genres(shelf, position),
            "homepage": '""',
            "id": str(number),
            "in_production": render_flag(goes_on),
            "languages": f'["{tongue.code}"]',
            "last_air_date": faces.render_date(aired[-1]) if aired else "null",
            "last_episode_to_air": _render_episode(number, len(aired), aired[-1]) if aired else "null",
            "name": render_value(face.title),
            "next_episode_to_air": _render_episode(number, len(aired) + 1, coming[0]) if coming else "null",
            "networks": _render_network(number % _NETWORKS, tongue.country),
            "number_of_episodes": str(_EPISODES * len(seasons)),
            "number_of_seasons": str(len(seasons)),
            "origin_country": f'["{tongue.country}"]',
            "original_language": f'"{tongue.code}"',
            "original_name": render_value(face.original),
            "overview": render_value(face.overview),
            "popularity": faces.render_popularity(shelf, position),
            "poster_path": render_value(face.poster),
            "production_companies": "[]" if traits & bits.NO_COMPANIES else companies,
            "production_countries": "[]" if traits & bits.NO_COUNTRIES else countries,
            "seasons": render_list([_render_season(number, row, day) for row, day in enumerate(seasons, 1)]),
            "softcore": render_flag(traits & bits.SOFTCORE),
            "spoken_languages": "[]" if traits & bits.NO_LANGUAGES else faces.render_languages(tongue),
            "status": '"Returning Series"' if goes_on else '"Ended"',
            "tagline": render_value(words.compose_tagline(source)),
            "type": f'"{_TYPES[position % len(_TYPES)]}"',
            "vote_average": faces.render_average(shelf, position),
            "vote_count": str(columns.votes[position]),
        }
    )


def render_season(shelf: faces.Shelf, position: int, number: int) -> str | None:
    """A season with its episodes, as `season/N` appends it; none where the series has no such season."""
    source = faces.compose_face(shelf, position).source
    seasons = _plan_seasons(shelf.columns.dates[position], shelf.find_edit_day(position), source)
    if not 1 <= number <= len(seasons):
        return None
    series_id, first = shelf.columns.ids[position], seasons[number - 1]
    plain = _render_season(series_id, number, first)
    days = [first + _WEEK * row for row in range(_EPISODES)]
    episodes = [_render_episode(series_id, number, day, row) for row, day in enumerate(days, 1)]
    return f'{plain[:-1]},"_id":"{series_id * 100 + number:024x}","episodes":{render_list(episodes)}}}'


def _plan_seasons(first: int, today: int, source: Random) -> list[int]:
    """The ordinals on which seasons begin; none for an undated series, and at most one is still to come."""
    count = source.choice((1, 1, 1, 2, 2, 3, 5, 9))
    days = [first + row * _YEAR for row in range(count)] if first else []
    return [day for row, day in enumerate(days) if row == 0 or day - _YEAR <= today]


def _render_creator(number: int) -> str:
    name = render_value(words.compose_person(number))
    fields = {"id": str(3_000_000 + number % 15_360), "credit_id": f'"{number:024x}"', "name": name, "original_name": name}
    return f"[{render_object(fields | {'gender': str(number % 3), 'profile_path': 'null'})}]"


def _render_episode(series_id: int, season: int, ordinal: int, number: int = 1) -> str:
    day = date.fromordinal(ordinal).isoformat()
    identity = (series_id * 100 + season) + (number - 1) * 1_000_000_000
    return (
        f'{{"id":{identity},"name":"Episode {number}","overview":"","vote_average":0.0,"vote_count":0,'
        f'"air_date":"{day}","episode_number":{number},"episode_type":"standard","production_code":"","runtime":null,'
        f'"season_number":{season},"show_id":{series_id},"still_path":null}}'
    )


def _render_network(number: int, country: str) -> str:
    name = render_value(f"Channel {number} (invented)")
    return f'[{{"id":{4_000_000 + number},"logo_path":null,"name":{name},"origin_country":"{country}"}}]'


def _render_season(series_id: int, number: int, ordinal: int) -> str:
    day = date.fromordinal(ordinal).isoformat()
    return (
        f'{{"air_date":"{day}","episode_count":{_EPISODES},"id":{series_id * 100 + number},"name":"Season {number}",'
        f'"overview":"","poster_path":null,"season_number":{number},"vote_average":0.0}}'
    )
