"""From IMDb files to Trusted: typed values, one row per id, and invalid lines in quarantine."""

import gzip
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.support.refine.imdb_files import ingest, line
from tests.support.refine.lakes import DAY, build, current, one, put, read
from tests.support.stores import WatchedStore
from tests.support.tmdb.virtual import VirtualClock

from cinelake.errors import IncompleteError
from cinelake.imdb.ingest import ingest_file
from cinelake.lake.store import Store
from cinelake.lake.stores.local_store import LocalStore

LATER = DAY + timedelta(days=1)


def title(store: Store, imdb_id: str = "tt0000001") -> dict[str, Any]:
    return dict(one(store, "trusted_imdb_titles", f"imdb_id = '{imdb_id}'"))


@pytest.mark.parametrize("is_compressed", [False, True])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_both_formats_give_the_same_title(lake: Store, is_compressed: bool, end: str) -> None:
    ingest(lake, "Movies", line("Movies"), line("Movies"), is_compressed=is_compressed, end=end, mark="\ufeff")
    build(lake)
    found = title(lake)
    ingest(lake, "TitleBasics", line("TitleBasics"), day=LATER, is_compressed=is_compressed, end=end)
    ingest(lake, "TitleRatings", line("TitleRatings"), day=LATER, is_compressed=is_compressed, end=end)
    build(lake)
    assert found == {
        "imdb_id": "tt0000001",
        "title_type": None,
        "title": "Invented 1",
        "original_title": "Inventado 1",
        "year": 2001,
        "end_year": None,
        "runtime": 90,
        "is_adult": None,
        "genres": ["Drama", "War"],
        "rating": 6.5,
        "votes": 1000,
        "title_file": "Movies",
        "rating_file": "Movies",
        "unknown_reasons": [],
    }
    changed = {"title_type": "movie", "is_adult": False, "title_file": "TitleBasics", "rating_file": "TitleRatings"}
    assert title(lake) == found | changed
    assert current(lake).report.ignored_files == {}


def test_a_series_has_an_end_year(lake: Store) -> None:
    ingest(lake, "Series", line("Series", id="tt9000001", anoLancamento="1999", anoTermino="2003"))
    build(lake)
    found = title(lake, "tt9000001")
    assert (found["year"], found["end_year"], found["title_file"]) == (1999, 2003, "Series")


def test_both_notations_of_null_are_null(lake: Store) -> None:
    ingest(
        lake, "Movies", line("Movies", tituloOriginal="", anoLancamento=r"\N", genero="", notaMedia="", numeroVotos=r"\N")
    )
    build(lake)
    found = title(lake)
    assert {name for name, value in found.items() if value is None} == {
        "title_type",
        "original_title",
        "year",
        "end_year",
        "is_adult",
        "genres",
        "rating",
        "votes",
        "rating_file",
    }


SPECIAL = 'He said "é\u2028;,\\x\u00a0#\t\'" ☃ 𝄞'


def test_special_characters_are_unchanged(lake: Store) -> None:
    ingest(
        lake, "Movies", line("Movies", tituloPincipal=SPECIAL, nomeArtista='"Open'), line("Movies", id="#tt", genero='"')
    )
    ingest(lake, "TitleBasics", line("TitleBasics", tconst="tt0000002", primaryTitle='"', originalTitle="|'\\"))
    build(lake)
    assert title(lake)["title"] == SPECIAL
    assert (title(lake, "tt0000002")["title"], title(lake, "tt0000002")["original_title"]) == ('"', "|'\\")
    assert one(lake, "trusted_imdb_people")["name"] == '"Open'


def test_lines_of_maximum_length_are_read(lake: Store) -> None:
    long = "é" * 490_000
    ingest(lake, "NameBasics", line("NameBasics", primaryName=long), line("NameBasics", nconst="nm2"))
    build(lake)
    assert sorted(len(row["name"]) for row in read(lake, "trusted_imdb_people")) == [11, 490_000]


@pytest.mark.parametrize(
    ("text", "characters"),
    [
        ('["A"]', ["A"]),
        ('["A","B, C","D"]', ["A", "B, C", "D"]),
        ('["Say \\"hi\\"","Back\\\\slash"]', ['Say "hi"', "Back\\slash"]),
        ('["Lost (segment \\Quotes\\)","\\Q\\"]', ["Lost (segment \\Quotes\\)", "\\Q\\"]),
        (r"\N", None),
    ],
)
def test_characters_are_a_list(lake: Store, text: str, characters: list[str] | None) -> None:
    ingest(lake, "TitlePrincipals", line("TitlePrincipals", characters=text))
    build(lake)
    assert one(lake, "trusted_imdb_credits")["characters"] == characters


def test_credits_of_both_formats(lake: Store) -> None:
    ingest(
        lake,
        "Movies",
        line("Movies", generoArtista="actress", nomeArtista="Zoë B", anoNascimento="1870", profissao="actress,writer"),
        line("Movies", generoArtista="actor", nomeArtista="Al A", personagem='["X","Y"]', titulosMaisConhecidos="tt3,tt2"),
        line("Movies", generoArtista="actor", nomeArtista="Al A", personagem='["X","Y"]', titulosMaisConhecidos="tt1"),
        line("Movies", id="tt0000002"),
    )
    ingest(
        lake, "TitlePrincipals", line("TitlePrincipals", tconst="tt0000003", ordering="7", category="director", job="co")
    )
    build(lake)
    found = [tuple(row.values()) for row in read(lake, "trusted_imdb_credits")]
    assert found == [
        ("tt0000001", 1, "imdb-name-1870-Zoë B", "actress", None, None, "Movies"),
        ("tt0000001", 2, "imdb-name-unknown-Al A", "actor", None, ["X", "Y"], "Movies"),
        ("tt0000003", 7, "imdb-nm0000001", "director", "co", None, "TitlePrincipals"),
    ]
    assert [tuple(row.values()) for row in read(lake, "trusted_imdb_people")] == [
        ("imdb-name-1870-Zoë B", None, "Zoë B", 1870, None, ["actress", "writer"], None),
        ("imdb-name-unknown-Al A", None, "Al A", None, None, None, ["tt1", "tt2", "tt3"]),
        ("imdb-nm0000001", "nm0000001", None, None, None, None, None),
    ]


def test_people_are_typed(lake: Store) -> None:
    professions = {"primaryProfession": "actress,director", "knownForTitles": "tt0000002,tt0000001"}
    ingest(lake, "NameBasics", line("NameBasics", birthYear="1900", deathYear="1980", **professions))
    build(lake)
    person = ("imdb-nm0000001", "nm0000001", "Ana Example", 1900, 1980, ["actress", "director"], ["tt0000002", "tt0000001"])
    assert tuple(one(lake, "trusted_imdb_people").values()) == person


def test_the_newest_file_of_each_title_wins(lake: Store) -> None:
    ingest(lake, "TitleBasics", line("TitleBasics"), line("TitleBasics", tconst="tt0000002"), day=LATER)
    ingest(lake, "Movies", line("Movies", tituloPincipal="Old"), line("Movies", id="tt0000003", tituloPincipal="Old too"))
    build(lake)
    found = {
        row["imdb_id"]: (row["title"], row["title_file"], row["rating_file"]) for row in read(lake, "trusted_imdb_titles")
    }
    assert found == {
        "tt0000001": ("Invented 1", "TitleBasics", "Movies"),
        "tt0000002": ("Invented 1", "TitleBasics", None),
        "tt0000003": ("Old too", "Movies", "Movies"),
    }


def test_a_new_ingest_makes_a_new_version(lake: Store) -> None:
    build(lake)
    ingest(lake, "Movies", line("Movies"))
    assert not build(lake).is_unchanged
    watched = WatchedStore(lake)
    first = build(watched)
    assert first.is_unchanged
    assert watched.written == []
    ingest(lake, "Movies", line("Movies", numeroVotos="1001"), day=LATER)
    built = build(lake)
    assert built.pointer.version != first.pointer.version
    assert title(lake)["votes"] == 1001
    assert built.pointer.report.ignored_files == {"a newer file of this kind was ingested": 1}


def test_an_unchanged_table_keeps_its_key(lake: Store) -> None:
    ingest(lake, "Movies", line("Movies", nomeArtista="Ana"))
    parts = build(lake).pointer
    ingest(lake, "Movies", line("Movies", nomeArtista="Ana", numeroVotos="2"), day=LATER)
    build(lake, keep=0)
    kept = {entry.key for entry in lake.list_entries("Trusted/Local/Parquet/")}
    assert len(kept) == 3
    assert parts.parts("trusted_imdb_people")[0].key in kept
    assert parts.parts("trusted_imdb_titles")[0].key not in kept
    assert all(key.split("/")[3] in {"Titles", "People", "Credits"} for key in kept)


def test_a_removed_table_is_built_again(lake: Store) -> None:
    ingest(lake, "Movies", line("Movies"))
    lake.delete(build(lake).pointer.parts("trusted_imdb_titles")[0].key)
    assert not build(lake).is_unchanged
    assert title(lake)["votes"] == 1000


@pytest.mark.parametrize(
    ("data", "reason"),
    [(None, "it does not exist"), (b"other", "its SHA-256 differs"), (b"\x1f\x8b\x08\0", "cannot be decompressed")],
)
def test_a_missing_or_altered_file_stops_the_build(lake: Store, data: bytes | None, reason: str) -> None:
    key = ingest(lake, "Movies", line("Movies"), is_compressed=data != b"other").key
    lake.delete(key) if data is None else lake.write(key, data)
    with pytest.raises(IncompleteError, match=reason):
        build(lake)


def test_a_file_that_was_not_ingested_is_ignored(lake: Store) -> None:
    lake.write("Raw/Local/CSV/Movies/2026/11/23/mine.csv", b"a|b\n")
    lake.write("Raw/Local/notes.txt", b"a")
    build(lake)
    assert current(lake).report.ignored_files == {"the file was not ingested": 2}


@pytest.fixture(scope="module")
def real(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A lake with the real files, ingested and built."""
    folder = shared / "imdb"
    if not folder.is_dir():
        pytest.skip("needs imdb/ in the shared folder")
    store = LocalStore(tmp_path_factory.mktemp("real"))
    put(store, "genre-80-2000-2004-1", b'[{"id_tmdb": 1, "imdb_id": "tt0000417", "title": "x"}]')
    for path in sorted(folder.glob("*.gz")):
        ingest_file(store, path, date(2026, 11, 23), VirtualClock())
    build(store)
    return store


def test_real_files_lose_no_line(real: Store, shared: Path) -> None:
    assert read(real, "quarantine") == []
    lines = {
        path.name: [
            row.split("|" if "csv" in path.name else "\t")
            for row in gzip.decompress(path.read_bytes()).decode().removesuffix("\n").split("\n")[1:]
        ]
        for path in (shared / "imdb").glob("*.gz")
    }
    ids = {each[0] for rows in lines.values() for each in rows}
    titles = {row["imdb_id"]: row for row in read(real, "trusted_imdb_titles")}
    assert titles.keys() == ids
    artists = [
        (each[0], each[-5]) for name in ("movies.csv.gz", "series.csv.gz") for each in lines[name] if each[-5] != r"\N"
    ]
    credits_ = read(real, "trusted_imdb_credits")
    names = {row["person_key"]: row["name"] for row in read(real, "trusted_imdb_people")}
    assert sorted((row["imdb_id"], names[row["person_key"]]) for row in credits_) == sorted(artists)
    for tconst, rating, votes in lines["title.ratings.tsv.gz"]:
        assert (titles[tconst]["rating"], titles[tconst]["votes"]) == (float(rating), int(votes))


def test_a_real_film_has_its_cast_in_order(real: Store) -> None:
    rows = read(real, "title_cast")
    assert len(rows) > 3
    assert [row["position"] for row in rows] == list(range(1, len(rows) + 1))
    assert all(row["person_key"].startswith("imdb-name-18") for row in rows[:1])


@pytest.mark.parametrize("name", ["titles.csv.gz", "titles.csv.zst", "titles"])
def test_the_name_of_a_file_does_not_matter(lake: Store, name: str) -> None:
    ingest(lake, "TitleRatings", line("TitleRatings"), name=name)
    build(lake)
    assert one(lake, "trusted_imdb_titles")["rating"] == 6.5
