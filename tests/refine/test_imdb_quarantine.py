"""Lines of IMDb files that no table uses: invalid ones, unknown values, and several lines with one id."""

import pytest
from tests.support.refine.imdb_files import ingest, line
from tests.support.refine.lakes import build, film, lake_of, one, read

from cinelake.lake.store import Store


def test_equal_lines_are_one_row(lake: Store) -> None:
    ingest(lake, "TitleBasics", line("TitleBasics"), line("TitleBasics"))
    ingest(lake, "TitleRatings", line("TitleRatings"), line("TitleRatings"))
    ingest(lake, "NameBasics", line("NameBasics"), line("NameBasics"))
    ingest(lake, "TitlePrincipals", line("TitlePrincipals"), line("TitlePrincipals"))
    report = build(lake).pointer.report
    for table in ("titles", "people", "credits"):
        one(lake, f"trusted_imdb_{table}")
    assert len(read(lake, "title")) == 1
    assert read(lake, "quarantine") == []
    assert [(file.refused, file.superseded) for file in report.imdb] == [(0, 0)] * 4


def test_of_several_rows_the_most_votes_win(lake: Store) -> None:
    key = ingest(
        lake,
        "Movies",
        line("Movies", notaMedia="1.0", numeroVotos="5"),
        line("Movies", notaMedia="9.0", numeroVotos="900", tituloPincipal="Most"),
        line("Movies", notaMedia="1.0", numeroVotos="5"),
        line("Movies", notaMedia="2.0", numeroVotos=r"\N"),
    ).key
    built = build(lake)
    row = one(lake, "trusted_imdb_titles")
    assert (row["title"], row["rating"], row["votes"]) == ("Most", 9.0, 900)
    assert len(read(lake, "title")) == 1
    rows = read(lake, "quarantine")
    assert [(row["raw_key"], row["position"], row["imdb_id"], row["is_superseded"], row["records"]) for row in rows] == [
        (key, 2, "tt0000001", True, 2),
        (key, 5, "tt0000001", True, 1),
    ]
    assert "has more votes or stands first" in rows[0]["reason"]
    (file,) = built.pointer.report.imdb
    assert (file.rows, file.refused, file.superseded) == (4, 0, 3)
    assert built.pointer.report.is_complete


def test_without_votes_the_first_row_wins(lake: Store) -> None:
    for kind, other in (("TitleBasics", {"primaryTitle": "Alpha"}), ("NameBasics", {"primaryName": "Alpha"})):
        ingest(lake, kind, line(kind), line(kind, **other))
    ingest(lake, "TitlePrincipals", line("TitlePrincipals"), line("TitlePrincipals", category="actress"))
    report = build(lake).pointer.report
    assert one(lake, "trusted_imdb_titles")["title"] == "Invented 1"
    assert one(lake, "trusted_imdb_people")["name"] == "Ana Example"
    assert one(lake, "trusted_imdb_credits")["category"] == "actor"
    assert [row["position"] for row in read(lake, "quarantine")] == [3, 3, 3]
    assert [file.superseded for file in report.imdb] == [1, 1, 1]


BAD = [
    ("Movies", {"id": "tt12x"}, 'id is no tt and digits: "tt12x"'),
    ("Movies", {"id": ""}, 'id is no tt and digits: ""'),
    ("Movies", {"anoLancamento": "2001.5"}, 'anoLancamento is no number: "2001.5"'),
    ("Series", {"anoTermino": "today"}, 'anoTermino is no number: "today"'),
    ("Movies", {"tempoMinutos": "-3"}, 'tempoMinutos is no number: "-3"'),
    ("Movies", {"notaMedia": "8,2"}, 'notaMedia is none from 0 to 10: "8,2"'),
    ("Movies", {"notaMedia": "82"}, 'notaMedia is none from 0 to 10: "82"'),
    ("Movies", {"notaMedia": "NaN"}, 'notaMedia is none from 0 to 10: "NaN"'),
    ("Movies", {"numeroVotos": "99999999999999999999"}, 'numeroVotos is no number: "99999999999999999999"'),
    ("Movies", {"personagem": "Himself"}, 'personagem is no list: "Himself"'),
    ("Movies", {"anoNascimento": "c. 1870", "nomeArtista": "A"}, 'anoNascimento is no number: "c. 1870"'),
    ("Movies", {"anoFalecimento": "?"}, 'anoFalecimento is no number: "?"'),
    ("TitleBasics", {"tconst": "nm0000001"}, 'tconst is no tt and digits: "nm0000001"'),
    ("TitleBasics", {"isAdult": "2019"}, 'isAdult is neither 0 nor 1: "2019"'),
    ("TitleBasics", {"startYear": "Drama"}, 'startYear is no number: "Drama"'),
    ("TitleBasics", {"endYear": "1e3"}, 'endYear is no number: "1e3"'),
    ("TitleBasics", {"runtimeMinutes": "90 min"}, 'runtimeMinutes is no number: "90 min"'),
    ("TitleRatings", {"averageRating": "10.1"}, 'averageRating is none from 0 to 10: "10.1"'),
    ("TitleRatings", {"numVotes": "1,000"}, 'numVotes is no number: "1,000"'),
    ("TitlePrincipals", {"ordering": r"\N"}, 'ordering is no number: ""'),
    ("TitlePrincipals", {"nconst": "tt0000001"}, 'nconst is no nm and digits: "tt0000001"'),
    ("TitlePrincipals", {"characters": "[]"}, 'characters is no list: "[]"'),
    ("NameBasics", {"nconst": "0000001"}, 'nconst is no nm and digits: "0000001"'),
    ("NameBasics", {"birthYear": "0x7"}, 'birthYear is no number: "0x7"'),
    ("NameBasics", {"deathYear": " 1980"}, 'deathYear is no number: " 1980"'),
]


@pytest.mark.parametrize(("kind", "fields", "reason"), BAD, ids=[f"{kind}-{reason}" for kind, _, reason in BAD])
def test_invalid_lines_are_quarantined_with_their_reason(kind: str, fields: dict[str, str], reason: str) -> None:
    store = lake_of(film(1))
    good = {"NameBasics": {"nconst": "nm0000009"}, "TitlePrincipals": {"ordering": "9"}}.get(kind, {})
    ingest(store, kind, line(kind, **good), line(kind, **fields))
    built = build(store)
    row = one(store, "quarantine")
    assert (row["source"], row["file_kind"], row["position"]) == ("imdb", kind, 3)
    assert (row["reason"], row["is_superseded"]) == (reason, False)
    assert built.pointer.report.quarantined == 1
    assert [refusal.reason for refusal in built.pointer.report.refusals] == [reason]
    assert not built.pointer.report.is_complete
    table = {"NameBasics": "people", "TitlePrincipals": "credits"}.get(kind, "titles")
    assert len(read(store, f"trusted_imdb_{table}")) == 1


@pytest.mark.parametrize(
    ("fields", "column", "reason"),
    [
        ({"anoLancamento": "0"}, "year", "year: 0"),
        ({"anoLancamento": "1869"}, "year", "year: 1869"),
        ({"anoTermino": "9999"}, "end_year", "end_year: 9999"),
        ({"tempoMinutos": "0"}, "runtime", "runtime: 0"),
        ({"tempoMinutos": "4000000000"}, "runtime", "runtime: 4000000000"),
        ({"notaMedia": "0"}, "rating", "rating: 0.0"),
        ({"notaMedia": "7.5", "numeroVotos": "0"}, "rating", "rating: 7.5"),
    ],
)
def test_unknown_values_are_null_with_a_reason(lake: Store, fields: dict[str, str], column: str, reason: str) -> None:
    ingest(lake, "Series", line("Series", **fields), line("Series", id="tt0000002"))
    report = build(lake).pointer.report
    first, second = read(lake, "trusted_imdb_titles")
    assert (first[column], first["unknown_reasons"]) == (None, [reason])
    assert second["unknown_reasons"] == []
    assert (report.is_complete, len(report.agreement)) == (True, 6)
    assert one(lake, "title").get(f"imdb_{column}") is None


@pytest.mark.parametrize("wrong", ["tt1.5", "tt 12", "tt0x1F", "tt12 ", "tt٣"])
def test_invalid_ids_are_quarantined(lake: Store, wrong: str) -> None:
    ingest(lake, "TitleRatings", line("TitleRatings", tconst=wrong))
    ingest(lake, "NameBasics", line("NameBasics", nconst=wrong.replace("tt", "nm")))
    build(lake)
    assert [row["reason"] for row in read(lake, "quarantine")] == [
        f'nconst is no nm and digits: "{wrong.replace("tt", "nm")}"',
        f'tconst is no tt and digits: "{wrong}"',
    ]


def test_all_faults_of_a_line_are_reported(lake: Store) -> None:
    ingest(lake, "TitleRatings", line("TitleRatings", averageRating="x", numVotes="y"))
    build(lake)
    assert one(lake, "quarantine")["reason"] == 'averageRating is none from 0 to 10: "x"; numVotes is no number: "y"'
    assert read(lake, "trusted_imdb_titles") == []
