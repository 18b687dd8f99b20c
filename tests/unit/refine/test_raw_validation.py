import json

import pytest

from cinelake.refine.fields import MOVIE, SERIES, build_columns, list_unknown
from cinelake.refine.trusted.raw_validation import inspect_file, split_records


def encode(*rows: object) -> bytes:
    return json.dumps(rows).encode()


def test_valid_records_are_accepted_unchanged() -> None:
    findings = inspect_file(encode({"id_tmdb": 1, "budget": 10}, {"id_tmdb": 2, "title": None}), MOVIE)
    assert (findings.ids, findings.records, findings.refused, findings.clean) == ([1, 2], 2, (), None)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"id_tmdb": 2, "budget": "10"}, "expected `int | null`, got `str` at `budget`"),
        ({"id_tmdb": 2, "budget": 1.5}, "expected `int | null`, got `float` at `budget`"),
        ({"id_tmdb": 2, "budget": True}, "expected `int | null`, got `bool` at `budget`"),
        ({"id_tmdb": 2, "title": 7}, "expected `str | null`, got `int` at `title`"),
        ({"id_tmdb": 2, "revenue": 10**20}, "expected `int` <= 9223372036854775807 at `revenue`"),
        ({"id_tmdb": 2, "genres": {"id": 1}}, "expected `array | null`, got `object` at `genres`"),
        ({"id_tmdb": 2, "genres": [{"id": "80"}]}, "expected `int | null`, got `str` at `genres[0].id`"),
        ({"id_tmdb": 2, "genres": [None]}, "expected `object`, got `null` at `genres[0]`"),
        ({"id": 2}, "it has no id_tmdb"),
        ({"id_tmdb": None}, "expected `int`, got `null` at `id_tmdb`"),
        ({"id_tmdb": 1}, "its id stands in this file before"),
        (7, "expected `object`, got `int`"),
    ],
)
def test_an_invalid_record_is_refused_with_its_reason(row: object, reason: str) -> None:
    findings = inspect_file(encode({"id_tmdb": 1}, row, {"id_tmdb": 3}), MOVIE)
    assert [(refused.position, refused.reason) for refused in findings.refused] == [(2, reason)]
    assert findings.ids == [1, 3]
    assert [each["id_tmdb"] for each in json.loads(findings.clean or b"")] == [1, 3]


def test_a_refused_record_keeps_its_id() -> None:
    findings = inspect_file(encode({"id_tmdb": 5, "title": 1}, {"id_tmdb": "6"}), MOVIE)
    assert [refused.id for refused in findings.refused] == [5, None]


@pytest.mark.parametrize(
    "data", [b"", b"[", b"{}", b"null", b"[\xff]", b'[{"id_tmdb":1},]', b"[" * 5000, b'"x"', b"\xef\xbb\xbf[]"]
)
def test_a_file_that_is_not_a_list_is_refused(data: bytes) -> None:
    (refused,) = inspect_file(data, MOVIE).refused
    assert (refused.position, refused.id) == (0, None)
    assert refused.reason.startswith("it is no JSON list of records")


def test_an_empty_list_is_valid() -> None:
    assert inspect_file(b"[]", MOVIE).refused == ()


def test_unknown_fields_are_counted_at_any_depth() -> None:
    rows = [{"id_tmdb": n, "mood": 1, "genres": [{"id": 80, "shade": "noir"}]} for n in (1, 2)]
    findings = inspect_file(encode(*rows, {"id_tmdb": 3}), MOVIE)
    assert findings.unknown == {"mood": 2, "genres.shade": 2}
    assert (findings.ids, findings.clean) == ([1, 2, 3], None)


def test_accepted_records_are_found_in_their_file() -> None:
    data = encode({"id_tmdb": 1}, {"id": 7}, {"id_tmdb": 2})
    findings = inspect_file(data, MOVIE)
    records = split_records(data)
    assert [records[findings.locate(index)] for index in range(2)] == [b'{"id_tmdb": 1}', b'{"id_tmdb": 2}']
    whole = inspect_file(encode({"id_tmdb": 1}, {"id_tmdb": 2}), MOVIE)
    assert [whole.locate(index) for index in range(2)] == [0, 1]


def test_columns_match_the_struct() -> None:
    columns = build_columns(MOVIE)
    assert columns["budget"] == "BIGINT"
    assert columns["genres"] == 'STRUCT("id" BIGINT, "name" VARCHAR)[]'
    assert columns["origin_country"] == "VARCHAR[]"
    assert "name" in build_columns(SERIES)


def test_values_of_another_type_have_no_unknown_fields() -> None:
    assert list_unknown({"genres": 7, "title": {"x": 1}}, MOVIE) == set()
