"""Recognition of IMDb files by their header."""

import pytest
from tests.support.imdb_rows import MOVIES, SERIES, build_header

from cinelake.imdb.kinds import KINDS, Kind, explain_header, find_kind, recognise_header

by_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)


@by_kind
def test_kind_is_recognised_by_its_header(kind: Kind) -> None:
    assert recognise_header(build_header(kind)) is kind
    assert find_kind(kind.name) is kind


def test_files_of_users_have_their_own_columns() -> None:
    assert (len(MOVIES.columns), len(SERIES.columns)) == (15, 16)
    assert [column for column in SERIES.columns if column not in MOVIES.columns] == ["anoTermino"]
    assert MOVIES.columns[1] == "tituloPincipal"


@by_kind
@pytest.mark.parametrize("separator", [",", ";", "|", "\t"])
def test_wrong_separator_is_named_with_the_right_one(kind: Kind, separator: str) -> None:
    if separator == kind.separator:
        return
    header = separator.join(kind.columns)
    assert recognise_header(header) is None
    fault = explain_header(header)
    found, expected = ("tabs" if each == "\t" else repr(each) for each in (separator, kind.separator))
    assert f"{found} instead of {expected}" in fault.message
    assert f"save {kind.label} with {expected}" in fault.hint


@by_kind
def test_difference_to_the_most_similar_kind_is_named(kind: Kind) -> None:
    first, second = kind.columns[:2]
    cases = {
        f"'{second}' is missing": [column for column in kind.columns if column != second],
        "'surplus' is unknown": [*kind.columns, "surplus"],
        f"'{second}' is repeated": [*kind.columns, second],
        f"in another order, with '{second}' instead of '{first}'": [second, first, *kind.columns[2:]],
        "in quotes": [f'"{column}"' for column in kind.columns],
        f"'{second}' is missing, 'renamed' is unknown": [first, "renamed", *kind.columns[2:]],
    }
    for difference, columns in cases.items():
        header = kind.separator.join(columns)
        assert recognise_header(header) is None
        fault = explain_header(header)
        assert difference in fault.message
        assert kind.label in fault.message
        assert f"all {len(kind.columns)} columns" in fault.hint


def test_only_the_first_missing_columns_are_listed() -> None:
    header = MOVIES.separator.join(MOVIES.columns[:8])
    assert explain_header(header).message.endswith("and 2 more are missing")


@pytest.mark.parametrize(
    "header", ["titleId\tordering\ttitle\tregion", "x", "a|b|c", "\x1b[2J", "x" * 1_000_000, "|" * 1_000_000]
)
def test_unknown_header_is_shortened_and_all_kinds_are_named(header: str) -> None:
    fault = explain_header(header)
    assert fault.message.startswith('unknown header "')
    assert len(fault.message) < 120
    assert fault.message.isprintable()
    assert all(kind.label in fault.hint for kind in KINDS)


def test_empty_header_is_reported_as_empty() -> None:
    assert "empty" in explain_header("").message
