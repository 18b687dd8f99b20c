"""An invented lake with data for every card of the dashboard, and large enough groups for most."""

from datetime import date
from random import Random

from tests.support.refine.imdb_files import ingest, line
from tests.support.refine.lakes import Row, commit, encode, film, put, series

from cinelake.lake.store import Store

FILMS = 480
_GENRES = {18: "Drama", 28: "Action", 35: "Comedy", 80: "Crime", 10752: "War"}
_COUNTRIES = {"BR": "Brazil", "DE": "Germany", "FR": "France", "JP": "Japan", "US": "United States"}
_LANGUAGES = {"de": "German", "en": "English", "fr": "French", "ja": "Japanese", "pt": "Portuguese"}
_KEYWORDS = ["world war ii", "vietnam war", "heist", "mafia", "based on true story", "prison", "korean war"]
"""Names are those of a browser for the codes, so that labels are the same on both sides."""


def _people(random: Random, number: int) -> Row:
    cast = [
        {"id": person, "name": f"Player {person}", "gender": (0, 1, 2, 2, 1, 3)[person % 6], "order": order}
        for order, person in enumerate(random.sample(range(1, 60), random.randint(1, 12)))
    ]
    crew = [{"id": 500 + number % 25, "name": f"Director {number % 25}", "gender": 1 + number % 2, "job": "Director"}]
    return {"cast": cast, "crew": crew if number % 7 else []}


def _film(random: Random, number: int) -> Row:
    budget = int(10 ** random.uniform(4.5, 8.4))
    revenue = int(budget * 10 ** random.gauss(0.1, 0.6))
    if number % 29 == 0:
        budget, revenue = 40, 90_000_000  # implausible: a mistaken unit
    has_money = number % 3 != 2
    year = 1931 + int(89 * random.random() ** 0.5)
    day = "01-01" if number % 5 == 0 else f"{random.randint(1, 12):02}-{random.randint(2, 28):02}"
    genres = random.sample(sorted(_GENRES), random.choice([1, 1, 2, 2, 3])) if number % 31 else []
    countries = random.sample(sorted(_COUNTRIES), random.choice([0, 1, 1, 2, 3]))
    words = random.sample(range(len(_KEYWORDS)), random.choice([0, 0, 1, 2]))
    return film(
        number,
        title=f"Invented {number}",
        imdb_id=f"tt{number:07}" if number % 4 else None,
        release_date="" if number % 37 == 0 else f"{year}-{day}",
        budget=budget if has_money or number % 2 else 0,
        revenue=revenue if has_money else 0,
        runtime=random.choice([0, 25, 45, 78, 88, 95, 101, 117, 140, 165, 200]),
        vote_average=round(min(10, max(0, random.gauss(6.4, 1.1))), 3),
        vote_count=int(10 ** random.uniform(0, 4)),
        popularity=round(10 ** random.uniform(-0.6, 2), 3) if number % 11 else 0.0,
        original_language=random.choice(sorted(_LANGUAGES)),
        genres=[{"id": genre, "name": _GENRES[genre]} for genre in genres],
        production_countries=[{"iso_3166_1": code, "name": _COUNTRIES[code]} for code in countries],
        spoken_languages=[{"iso_639_1": code, "name": name, "english_name": name} for code, name in _LANGUAGES.items()],
        belongs_to_collection={"id": 900 + number % 20, "name": f"Saga {number % 20:02}"} if number % 3 == 0 else None,
        keywords={"keywords": [{"id": 1 + word, "name": _KEYWORDS[word]} for word in words]},
        credits=_people(random, number),
    )


def fill_all_cards(store: Store) -> None:
    """Films and series, both genres, money, casts, themes, placeholder dates, implausible values, and IMDb ratings."""
    random = Random(5)  # noqa: S311 - a fixed seed gives the same lake every time
    films = [_film(random, number) for number in range(1, FILMS + 1)]
    later = [{**each, "popularity": each["popularity"] + 1} for each in films[:40]]
    earlier = [
        {**each, "popularity": each["popularity"] * 0.8, "vote_count": each["vote_count"] * 9 // 10} for each in films[:300]
    ]
    commit(store, "genre-80-2000-2004", [encode(earlier[:200]), encode(earlier[200:])], day=date(2026, 11, 1))
    commit(store, "genre-80-2000-2004", [encode(films[:200])])
    commit(
        store,
        "genre-10752-2000-2004",
        [encode(films[200:]), encode([{"id": 5}, film(9_001, budget="much")])],
        gone=(9_002,),
    )
    commit(store, "genre-18-2000-2004", [encode(earlier[:5])], day=date(2026, 11, 1))
    commit(store, "genre-18-2000-2004", [encode(films[:3])], kept=2, quarantined=(9_003, 9_004))
    commit(store, "all-2010-2014", [encode(later)])
    shows = [
        series(n, vote_average=random.randint(40, 90) / 10, vote_count=3 * n, first_air_date=f"{1990 + n % 30}-04-05")
        for n in range(1, 41)
    ]
    commit(store, "all-2010-2014", [encode(shows)], kind="Series")
    rated = [
        line(
            "TitleRatings",
            tconst=f"tt{number:07}",
            averageRating=f"{min(100, max(10, round(each['vote_average'] * 10 + random.gauss(0, 5)))) / 10}",
            numVotes=str(random.randint(1, 90_000)),
        )
        for number, each in enumerate(films, 1)
        if number % 3
    ]
    ingest(store, "TitleRatings", *rated)


def fill_unchanged(store: Store) -> None:
    """Two dates between which votes changed and popularity did not; most films have few values, some a country."""
    both = [{"id": 80, "name": "Crime"}, {"id": 10752, "name": "War"}]
    nine = {"id": 9, "name": "Nine"}
    for day, more in ((1, 0), (23, 12_345)):
        rows = [
            film(
                n,
                genres=both,
                original_language="en",
                release_date=f"{2000 + n}-05-06",
                vote_average=9 - n / 2,
                vote_count=98_000 + more * n,
                popularity=5.0,
                belongs_to_collection=nine,
            )
            for n in range(1, 7)
        ]
        put(store, "genre-80-2000-2004-1", encode(rows), day=date(2026, 11, day))
    made = [{"iso_3166_1": "US", "name": "United States"}]
    barren = [
        film(n, runtime=0, release_date="", original_language="en", production_countries=made if n < 125 else [])
        for n in range(100, 400)
    ]
    put(store, "genre-80-undated-1", encode(barren), day=date(2026, 11, 23))
