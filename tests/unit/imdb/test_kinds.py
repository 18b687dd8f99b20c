"""What an IMDb file is, by its header alone."""

import pytest

from cinelake.imdb.kinds import KINDS, Kind, explain_header, find_kind, recognise_header

MOVIES, SERIES, BASICS, RATINGS, PRINCIPALS, NAMES = KINDS


def build_header(kind: Kind) -> str:
    return kind.separator.join(kind.columns)


def build_row(kind: Kind, number: int) -> str:
    """An invented row; the titles have what breaks naive readers: quotes, commas, the other separator, any script."""
    other = "\t" if kind.separator == "|" else "|"
    first = f"{'nm' if kind.columns[0] == 'nconst' else 'tt'}{number:07}"
    texts = (f'The "Lantern" of, Ostrava{other}{number}', "ليلة 夜 🎬", r"\N", '["A \\"quoted\\" one"]', "")
    return kind.separator.join([first, *(texts[at % len(texts)] for at in range(len(kind.columns) - 1))])


def build_file(kind: Kind, rows: int = 3, *, end: str = "\n") -> bytes:
    """A whole file of a kind."""
    lines = [build_header(kind), *(build_row(kind, number) for number in range(1, rows + 1))]
    return "".join(line + end for line in lines).encode()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_each_kind_is_recognised_by_its_header(kind: Kind) -> None:
    assert recognise_header(build_header(kind)) is kind
    assert find_kind(kind.name) is kind


def test_the_users_files_have_their_columns() -> None:
    assert (len(MOVIES.columns), len(SERIES.columns)) == (15, 16)
    assert [column for column in SERIES.columns if column not in MOVIES.columns] == ["anoTermino"]
    assert MOVIES.columns[1] == "tituloPincipal"


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
@pytest.mark.parametrize("separator", [",", ";", "|", "\t"])
def test_another_separator_is_named_with_the_right_one(kind: Kind, separator: str) -> None:
    if separator == kind.separator:
        return
    header = separator.join(kind.columns)
    assert recognise_header(header) is None
    fault = explain_header(header)
    assert f"the columns have {'tabs' if separator == chr(9) else repr(separator)} between them" in fault.happened
    assert kind.label in fault.expected
    assert f"save the file with {'tabs' if kind.format == 'TSV' else repr('|')} between the columns" in fault.todo


def _swap(columns: tuple[str, ...]) -> list[str]:
    return [columns[1], columns[0], *columns[2:]]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_what_differs_from_the_nearest_kind_is_named(kind: Kind) -> None:
    first, second = kind.columns[:2]
    cases = {
        f"'{second}' is missing": [column for column in kind.columns if column != second],
        "'surplus' is not known": [*kind.columns, "surplus"],
        f"'{second}' is there twice": [*kind.columns, second],
        f"in another order: {second} stands in place of {first}": _swap(kind.columns),
        "stand in quotes": [f'"{column}"' for column in kind.columns],
        f"'{second}' is missing, 'renamed' is not known": [first, "renamed", *kind.columns[2:]],
    }
    for happened, columns in cases.items():
        header = kind.separator.join(columns)
        assert recognise_header(header) is None
        fault = explain_header(header)
        assert happened in fault.happened
        assert f"the {len(kind.columns)} columns of {kind.label}" in fault.expected


def test_many_missing_columns_are_counted_rather_than_listed() -> None:
    header = MOVIES.separator.join(MOVIES.columns[:8])
    assert explain_header(header).happened.endswith("and 2 more are missing")


@pytest.mark.parametrize(
    "header", ["titleId\tordering\ttitle\tregion", "x", "a|b|c", "\x1b[2J", "x" * 1_000_000, "|" * 1_000_000]
)
def test_a_foreign_header_is_shown_in_short_and_what_is_known_is_named(header: str) -> None:
    fault = explain_header(header)
    assert "is none that is known" in fault.happened
    assert len(fault.happened) < 120
    assert fault.happened.isprintable()
    assert all(kind.label in fault.expected for kind in KINDS)


def test_an_empty_header_is_said_to_be_empty() -> None:
    assert explain_header("").happened == "it is empty, where the header should be"
