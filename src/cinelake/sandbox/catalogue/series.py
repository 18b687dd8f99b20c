"""Renders series as JSON: rows of discover, details, and single seasons.

Invariant: fields and their order are those of TMDB in 2026; a series has no imdb_id, only its external ids have one.
"""

from datetime import date
from random import Random

from cinelake.sandbox.catalogue import texts, vocabulary
from cinelake.sandbox.catalogue.json_text import render_flag, render_list, render_object, render_value
from cinelake.sandbox.catalogue.title_columns import ADULT, NO_COMPANIES, NO_COUNTRIES, NO_LANGUAGES, SOFTCORE

_YEAR = 366
_EPISODES = 8
_WEEK = 7
_NETWORKS = 120
_TYPES = ("Scripted", "Scripted", "Scripted", "Miniseries", "Reality", "Documentary", "Talk Show", "News", "Video")


def render_item(titles: texts.MediaTitles, position: int) -> str:
    """A series as a row of discover."""
    columns, composed = titles.columns, texts.compose_texts(titles, position)
    language, traits = texts.read_language(titles, position), columns.traits[position]
    return render_object(
        {
            "adult": render_flag(traits & ADULT),
            "backdrop_path": render_value(composed.backdrop),
            "genre_ids": texts.render_genre_ids(titles, position),
            "id": str(columns.ids[position]),
            "origin_country": f'["{language.country}"]',
            "original_language": f'"{language.code}"',
            "original_name": render_value(composed.original),
            "overview": render_value(composed.overview),
            "popularity": texts.render_popularity(titles, position),
            "poster_path": render_value(composed.poster),
            "first_air_date": texts.render_date(columns.dates[position]),
            "softcore": render_flag(traits & SOFTCORE),
            "name": render_value(composed.title),
            "vote_average": texts.render_average(titles, position),
            "vote_count": str(columns.votes[position]),
        }
    )


def render_detail(titles: texts.MediaTitles, position: int) -> str:
    """The complete record of a series, without appended parts. It has a season of 8 episodes each year."""
    columns, composed = titles.columns, texts.compose_texts(titles, position)
    traits, number, source = columns.traits[position], columns.ids[position], composed.source
    language, first = texts.read_language(titles, position), columns.dates[position]
    today = titles.find_edit_day(position)
    seasons = _plan_seasons(first, today, source)
    is_running = bool(seasons) and seasons[-1] > today - _YEAR
    aired = [day for day in seasons if day <= today]
    coming = [day for day in seasons if day > today]
    companies = texts.render_companies(source, source.choice((1, 1, 2, 3)), max(titles.size // 2, 10))
    countries = texts.render_countries(language, source)
    return render_object(
        {
            "adult": render_flag(traits & ADULT),
            "backdrop_path": render_value(composed.backdrop),
            "created_by": _render_creator(number) if source.random() < 0.3 else "[]",  # noqa: PLR2004 - a share
            "episode_run_time": f"[{columns.runtimes[position]}]" if position % 8 == 0 else "[]",
            "first_air_date": texts.render_date(first),
            "genres": texts.render_genres(titles, position),
            "homepage": '""',
            "id": str(number),
            "in_production": render_flag(is_running),
            "languages": f'["{language.code}"]',
            "last_air_date": texts.render_date(aired[-1]) if aired else "null",
            "last_episode_to_air": _render_episode(number, len(aired), aired[-1]) if aired else "null",
            "name": render_value(composed.title),
            "next_episode_to_air": _render_episode(number, len(aired) + 1, coming[0]) if coming else "null",
            "networks": _render_network(number % _NETWORKS, language.country),
            "number_of_episodes": str(_EPISODES * len(seasons)),
            "number_of_seasons": str(len(seasons)),
            "origin_country": f'["{language.country}"]',
            "original_language": f'"{language.code}"',
            "original_name": render_value(composed.original),
            "overview": render_value(composed.overview),
            "popularity": texts.render_popularity(titles, position),
            "poster_path": render_value(composed.poster),
            "production_companies": "[]" if traits & NO_COMPANIES else companies,
            "production_countries": "[]" if traits & NO_COUNTRIES else countries,
            "seasons": render_list([_render_season(number, row, day) for row, day in enumerate(seasons, 1)]),
            "softcore": render_flag(traits & SOFTCORE),
            "spoken_languages": "[]" if traits & NO_LANGUAGES else texts.render_languages(language),
            "status": '"Returning Series"' if is_running else '"Ended"',
            "tagline": render_value(vocabulary.compose_tagline(source)),
            "type": f'"{_TYPES[position % len(_TYPES)]}"',
            "vote_average": texts.render_average(titles, position),
            "vote_count": str(columns.votes[position]),
        }
    )


def render_season(titles: texts.MediaTitles, position: int, number: int) -> str | None:
    """A season with its episodes, as `season/N` appends it; None if the series has no such season."""
    source = texts.compose_texts(titles, position).source
    seasons = _plan_seasons(titles.columns.dates[position], titles.find_edit_day(position), source)
    if not 1 <= number <= len(seasons):
        return None
    series_id, first = titles.columns.ids[position], seasons[number - 1]
    plain = _render_season(series_id, number, first)
    days = [first + _WEEK * row for row in range(_EPISODES)]
    episodes = [_render_episode(series_id, number, day, row) for row, day in enumerate(days, 1)]
    return f'{plain[:-1]},"_id":"{series_id * 100 + number:024x}","episodes":{render_list(episodes)}}}'


def _plan_seasons(first: int, today: int, source: Random) -> list[int]:
    """The first days of the seasons, as ordinals; empty for an undated series, and at most one is in the future."""
    count = source.choice((1, 1, 1, 2, 2, 3, 5, 9))
    days = [first + row * _YEAR for row in range(count)] if first else []
    return [day for row, day in enumerate(days) if row == 0 or day - _YEAR <= today]


def _render_creator(number: int) -> str:
    name = render_value(vocabulary.compose_person(number))
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
