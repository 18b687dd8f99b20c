"""A small invented lake of edge cases that two engines might interpret differently."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

from tests.support.refine.imdb_files import ingest, line
from tests.support.refine.lakes import Row, commit, encode, film, old_film, put, refresh, series

from cinelake.lake.store import Store

_PEOPLE: list[Row] = [
    {"id": 7, "name": "Zoë", "gender": 1, "order": None, "character": "Two"},
    {"id": 8, "name": "", "gender": 2, "order": 0, "character": ""},
    {"id": 7, "name": "Zoé", "gender": 0, "order": 5, "character": "Also"},
    {"id": None, "name": "Nobody"},
    {"id": 2**53 + 1, "name": "Far", "gender": 3, "order": 0},
]
_TEXTS = [
    *(
        "İstanbul WORLD WAR II, a bank robbery",
        "ΣΊΣΥΦΟΣ",
        "straße",
        "ﬁnal",
        "e\u0301 \u00e9",
        "😀🏴‍☠️",
        "\u0000nul",
        "tab\there",
    ),
    *('quote " and \\ and \\N', "line\nbreak\r\n", "  spaces  ", "%_", "'", "\u2028", "a\u001fb", "ZZZ", "zzz", "Ä", ""),
]
_WARS = [
    *(
        "World\nWar II",
        "world\twar\u00a0ii\u001f",
        "the \u201cWorld War II\u201d",
        "World War II\u2019s end",
        "World War II\u2014x",
    ),
    *("world  war   ii", "\u00abWorld War II\u00bb\u2026", "Waterloo Bridge", "at the Battle of Waterloo."),
]
"""Overviews with all separators of words."""
_DAYS = [
    *("2001-02-29", "2000-02-29", "1869-12-31", "1870-01-01", "2046-11-23", "2046-11-24", "2999-12-31", "0000-00-00"),
    *(
        "2001-01-1T",
        "2001-01-1 ",
        "2001-1-1",
        " 2001-01-01",
        "2001/01/01",
        "\u0662\u0660\u0660\u0661-01-01",
        "soon",
        "1899-12-31",
        "2001-13-01",
    ),
]
_IMDB_IDS = [
    *(
        "tt",
        "tt1.5",
        "tt 12",
        "tt1e3",
        "TT1",
        "nm1",
        "tt0",
        "tt123456789012345678",
        "tt1234567890123456789",
        "tt1t2",
        "tt\u0663",
    ),
    *("0000001", "tt-1", ""),
]
_NUMBERS = [0.0, -0.0, 11.25, -1.0, 1e20, 12.345678, 1e-7, 1e300, 5e-324, 10.000001, 123456.7, 9007199254740993, 8.1234567]
_MONEY = [1, 999, 1000, 1001, 3, 1_000_003, 10**10, 10**10 + 1, 2**53 + 1, 10**15, 2**63 - 1, -5, 12_345_677]


def _edge_case_films() -> Iterator[Row]:
    yield from (film(100 + n, title=text, overview=text, tagline=text, homepage=text) for n, text in enumerate(_TEXTS))
    yield from (film(200 + n, release_date=day) for n, day in enumerate(_DAYS))
    yield from (film(300 + n, imdb_id=imdb_id) for n, imdb_id in enumerate(_IMDB_IDS))
    yield from (film(400 + n, vote_average=x, popularity=x, vote_count=n) for n, x in enumerate(_NUMBERS))
    for n, money in enumerate(_MONEY):
        yield film(500 + n, budget=money, revenue=_MONEY[-n - 1], release_date=f"{1913 + 8 * n}-01-01")
    for title_id in (2**53, 2**53 + 1, 2**63 - 1, -1, 0):
        yield film(title_id, imdb_id=None)
    many = range(1, 8)
    for count in (1, 3, 7):
        yield film(
            600 + count,
            budget=1_000_003,
            revenue=7_000_001,
            genres=[{"id": 1000 + n, "name": f"G{n}"} for n in many[:count]],
            production_countries=[{"iso_3166_1": f"C{n}", "name": _TEXTS[n]} for n in many[:count]],
            spoken_languages=[{"iso_639_1": f"l{n}", "name": "", "english_name": None} for n in many[:count]],
            production_companies=[{"id": n, "name": _TEXTS[n], "origin_country": ""} for n in (*many[:count], 1)],
            keywords={"keywords": [{"id": n, "name": "World War II" if n == 1 else _TEXTS[n]} for n in many[:count]]},
            credits={"cast": _PEOPLE, "crew": [{**person, "job": "Director"} for person in _PEOPLE[:count]]},
            belongs_to_collection={"id": 9, "name": "Saga", "poster_path": None, "backdrop_path": None},
            release_date=f"200{count}-06-01",
        )
    yield film(700, genres=[], production_companies=None, keywords={"keywords": []}, credits={"cast": [], "crew": None})
    yield film(701, adult=None, video=None, status=None, runtime=None, release_date=None, vote_average=None, overview=None)
    yield film(702, genres=[{"id": None, "name": "none"}, {"id": 99}, {"id": 80}], origin_country=["XX", ""])
    yield film(703, credits={"cast": [{**_PEOPLE[0], "mood": 1}]}, release_dates={"results": [{"iso_3166_1": "XX"}]})


def fill_with_edge_cases(store: Store) -> None:
    """Fill a small lake with everything that a lake may contain."""
    refused = [
        {"id": 5},
        film(801, budget="much"),
        film(802, revenue=10**19),
        film(803, runtime=12.0),
        film(804, adult="no"),
    ]
    commit(store, "genre-80-2000-2004", [encode(list(_edge_case_films())), encode(refused), b"<html>", encode([film(900)])])
    commit(
        store, "genre-99-2000-2004", [encode([film(900), film(901, title="New")])], at=datetime(2026, 11, 24, tzinfo=UTC)
    )
    commit(store, "genre-80-2005-2009", [encode([film(901, title="Old")])])
    put(store, "genre-80-1990-1994-1", encode([old_film(902), old_film(903)]), day=date(2026, 10, 1))
    put(store, "genre-99-1990-1994-1", encode([old_film(902), film(900, vote_count=5)]), day=date(2026, 10, 1))
    shows = [series(n, first_air_date=day, last_air_date=day) for n, day in enumerate(_DAYS, 1)]
    shows += [series(50, seasons=[{"id": 1, "vote_average": 7}], episode_run_time=[30, 45], created_by=[{"id": 1}])]
    shows += [series(51, external_ids=None, keywords={"results": [{"id": 3, "name": "heist"}]}, number_of_seasons=None)]
    commit(store, "all-2010-2014", [encode(shows)], kind="Series")
    _fetch_again(store)
    _refresh(store)
    _ingest(store)


def _fetch_again(store: Store) -> None:
    """Titles for which a later day requested fewer parts, and entries without a name."""
    played = {
        "cast": [{**_PEOPLE[0], "order": 0}, {"id": 0, "name": "Zero"}],
        "crew": [{"id": 7, "job": "Director", "gender": 2}],
    }
    parts: Row = {"credits": played, "keywords": {"keywords": [{"id": 1, "name": "heist"}, {"id": 0, "name": "zero"}]}}
    films = [film(1000 + n, overview=text) for n, text in enumerate(_WARS)]
    before, after = date(2026, 10, 1), date(2026, 11, 24)
    commit(store, "all-2000-2004", [encode([{**each, **parts} for each in films])], day=before)
    nameless = film(
        1100, genres=[{"id": 5, "name": ""}, {"id": 6, "name": "A"}, {"id": 7, "name": "A"}, {"id": 0, "name": "B"}]
    )
    commit(store, "all-2000-2004", [encode([*films, nameless])], day=after)
    full = [series(60), series(61, external_ids={"imdb_id": ""}), series(62, external_ids={"imdb_id": "x"}, credits=played)]
    commit(store, "all-2015-2019", [encode(full)], kind="Series", day=before)
    commit(store, "all-2015-2019", [encode([series(n, external_ids=None) for n in (60, 61, 62)])], kind="Series", day=after)


def _refresh(store: Store) -> None:
    """A complete run and two refreshes: titles that stay, change, move, end in every way, and return."""
    days = [date(2026, 11, day) for day in (20, 25, 26)]
    played: Row = {"credits": {"cast": _PEOPLE, "crew": []}, "keywords": {"keywords": [{"id": 1, "name": "heist"}]}}
    films = [film(1200 + n, popularity=x, **played) for n, x in enumerate(_NUMBERS)]
    refresh(store, "all-2020-2024", [*films, film(2**53 + 3)], day=days[0])
    refresh(store, "all-1990-1994", [film(1203)], day=days[0])
    ended = {1200: "gone", 1201: "merged", 1202: "left", 1203: "left", 1204: "moved", 1205: "gone"}
    listed = [{"id_tmdb": 1200 + n, "popularity": x, "vote_average": x, "vote_count": n} for n, x in enumerate(_NUMBERS)]
    kept = len(films) - len(ended)
    refresh(
        store, "all-2020-2024", [film(1206)], day=days[1], kept=kept, ended=ended, listed=[*listed, {"id_tmdb": 2**53 + 3}]
    )
    refresh(store, "all-1990-1994", [film(1204, popularity=9.5)], day=days[1], kept=1, listed=[])
    refresh(store, "all-2020-2024", [film(1205, title="Again")], day=days[2], kept=kept, gone=[901], listed=listed[::2])
    refresh(store, "all-2015-2019", [], day=days[2], kept=1, ended={60: "gone", 62: "merged"}, kind="Series")


def _ingest(store: Store) -> None:
    artists = [
        line("Movies", id="tt0000900", nomeArtista="Ana", generoArtista="actress", personagem='["A \\"q\\"","B\\\\"]'),
        line("Movies", id="tt0000900", nomeArtista="Zoë", profissao="actor,writer", titulosMaisConhecidos="tt2,tt1"),
        line("Movies", id="tt0000901", notaMedia="7.5f", anoLancamento=" 2001"),
        line("Movies", id="tt1.5", tituloPincipal='"', numeroVotos="-1", tempoMinutos="1e2"),
        line("Movies", id="tt0000902", notaMedia="NaN", anoNascimento="1970", anoFalecimento="99999999999999999999"),
        line("Movies", id="tt0000903", anoLancamento="0", tempoMinutos="4000000000", notaMedia="0", numeroVotos="0"),
    ]
    ingest(store, "Movies", *artists, end="\r\n")
    ratings = [line("TitleRatings", tconst=f"tt{n:07}", averageRating=f"{n % 11}.{n % 7}") for n in range(1, 3000)]
    ingest(store, "TitleRatings", *ratings, line("TitleRatings", numVotes="5"), is_compressed=True, mark="\ufeff")
    ingest(store, "TitleBasics", *(line("TitleBasics", tconst=f"tt{n:07}", isAdult=f"{n % 3}") for n in range(900, 905)))
    names = [line("NameBasics", nconst=f"nm{n:07}", primaryName=text) for n, text in enumerate(_TEXTS[:3], 1)]
    ingest(store, "NameBasics", *names, names[0], line("NameBasics", primaryName="Other", birthYear="x"))
    credited = [line("TitlePrincipals", tconst="tt0000900", ordering=str(n), nconst=f"nm{n:07}") for n in range(1, 9)]
    ingest(
        store, "TitlePrincipals", *credited, line("TitlePrincipals", tconst="tt0000900", category="director", ordering="9")
    )
