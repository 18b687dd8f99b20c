"""The check of an IMDb file: what is accepted, and which line is at fault."""

import bz2
import gzip
import io
import lzma
import tracemalloc

import pytest
from tests.support.imdb_rows import MOVIES, NAMES, RATINGS, build_file, build_header, build_row

from cinelake.errors import UsageError
from cinelake.imdb.file_check import CheckedFile, check_stream
from cinelake.imdb.kinds import KINDS, Kind
from cinelake.imdb.rows import SeenIds

HEADER = build_header(RATINGS).encode() + b"\n"
ROW = b"tt0000001\t5.0\t12\n"


def _check(data: bytes) -> CheckedFile:
    return check_stream(io.BytesIO(data), "a.tsv")


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
@pytest.mark.parametrize("is_compressed", [False, True])
def test_valid_file_is_counted_and_measured_as_given(kind: Kind, is_compressed: bool) -> None:
    data = gzip.compress(build_file(kind, 20)) if is_compressed else build_file(kind, 20)
    found = _check(data)
    assert (found.kind, found.rows, found.bytes, found.is_compressed) == (kind, 20, len(data), is_compressed)
    assert found.duplicates == (0 if kind.is_id_unique else None)
    assert len(found.sha256) == 64


@pytest.mark.parametrize(
    "data",
    [
        build_file(MOVIES, end="\r\n"),
        b"\xef\xbb\xbf" + build_file(MOVIES),
        b"\xef\xbb\xbf" + build_file(MOVIES, end="\r\n"),
        build_file(MOVIES).removesuffix(b"\n"),
        build_file(MOVIES, end="\r\n").removesuffix(b"\r\n"),
        gzip.compress(build_file(MOVIES)[:500]) + gzip.compress(build_file(MOVIES)[500:]),
        gzip.compress(build_file(MOVIES)) + bytes(512),
        build_file(MOVIES).replace("ليلة".encode(), "a\u2028b\u0085c\vd\fe".encode()),
    ],
    ids=[
        "CR LF",
        "BOM",
        "BOM and CR LF",
        "no last LF",
        "no last CR LF",
        "two gzip members",
        "padded gzip",
        "other line ends",
    ],
)
def test_variations_that_change_no_field_are_accepted(data: bytes) -> None:
    assert _check(data).rows == 3


@pytest.mark.parametrize("kind", [RATINGS, NAMES], ids=lambda kind: kind.name)
def test_repeated_ids_are_counted_where_ids_are_unique(kind: Kind) -> None:
    data = build_file(kind, 4) + build_row(kind, 2).encode() + b"\n" + build_row(kind, 2).encode() + b"\n"
    found = _check(data)
    assert (found.rows, found.duplicates, found.first_duplicate_line) == (6, 2, 6)


def test_repeated_ids_are_not_counted_in_rows_of_artists() -> None:
    found = _check(build_file(MOVIES) + build_row(MOVIES, 1).encode())
    assert (found.duplicates, found.first_duplicate_line) == (None, None)


EARLY_END = "the compressed data end early"
REFUSED: dict[str, tuple[bytes, int | None, str]] = {
    "empty": (b"", None, "the file is empty"),
    "empty gzip": (gzip.compress(b""), None, "the file is empty"),
    "header only": (HEADER, None, "no rows"),
    "half a header": (HEADER[:20], 1, "'numVotes' is missing"),
    "wrong separator": (HEADER.replace(b"\t", b",") + ROW, 1, "separated by ','"),
    "empty first line": (b"\n" + HEADER, 1, "the first line is empty"),
    "header in Latin-1": ("título\n".encode("latin-1"), 1, "the header is not UTF-8: byte 0xed at byte 2"),
    "column too few": (HEADER + ROW + b"tt0000002\t5.0\n" + ROW, 3, "2 instead of 3 columns"),
    "column too many": (HEADER + ROW * 9 + b"tt2\t5.0\t1\t1\n", 11, "4 instead of 3 columns"),
    "one column": (HEADER + ROW + b"tt2,5.0,1\n", 3, "1 instead of 3 columns separated by tabs"),
    "empty line": (HEADER + ROW + b"\n" + ROW, 3, "the line is empty"),
    "empty line at the end": (HEADER + ROW + b"\n", 3, "the line is empty"),
    "cut off": (HEADER + ROW + b"tt0000002\t5", 3, "the file ends within it"),
    "Latin-1": (HEADER + ROW + b"tt2\t5.\xe9\t1\n", 3, "byte 0xe9 at byte 7, in column averageRating"),
    "surrogates": (HEADER + b"tt2\t\xed\xa0\x80\t1\n", 2, "not UTF-8"),
    "cut within a character": (HEADER + ROW + b"tt2\t5\t\xf0\x9f", 3, "in column numVotes"),
    "NUL": (HEADER + ROW + ROW.replace(b"5", b"\0"), 3, "NUL byte at byte 11"),
    "one CR LF": (HEADER + ROW + ROW.replace(b"\n", b"\r\n") + ROW, 3, "ends with CR LF"),
    "one LF": ((HEADER + ROW).replace(b"\n", b"\r\n") + ROW, 3, "ends with LF,"),
    "CR within": (HEADER + b"tt2\t5\r0\t1\n", 2, "carriage return inside"),
    "CR within CR LF": (HEADER.replace(b"\n", b"\r\n") + b"t\t5\r0\t1\r\n", 2, "carriage return inside"),
    "CR alone": ((HEADER + ROW).replace(b"\n", b"\r"), 1, "CR alone"),
    "endless line": (HEADER + ROW + b"x" * 1_000_001, 3, "longer than 1,000,000 bytes"),
    "long line": (HEADER + ROW + b"x" * 1_000_001 + b"\n" + ROW, 3, "longer than 1,000,000 bytes"),
    "truncated gzip": (gzip.compress(HEADER + ROW * 9)[:-5], 11, EARLY_END),
    "first bytes of gzip": (gzip.compress(HEADER + ROW)[:6], 1, EARLY_END),
    "second member cut": (gzip.compress(HEADER + ROW) + gzip.compress(ROW)[:-1], 4, EARLY_END),
    "gzip and more": (gzip.compress(HEADER + ROW) + b"more", None, "damaged at line 3 or later"),
    "gzip of gzip": (gzip.compress(gzip.compress(HEADER + ROW)), None, "compressed twice"),
    "zip": (b"PK\x03\x04\x14\0", None, "a zip archive"),
    "bzip2": (bz2.compress(HEADER), None, "compressed with bzip2"),
    "xz": (lzma.compress(HEADER), None, "compressed with xz"),
    "UTF-16": ((HEADER + ROW).decode().encode("utf-16"), None, "UTF-16"),
    "page": (b"<!doctype html>", None, "a web page"),
    "several": (HEADER + ROW + b"too few\n" + b"tt2\t\0\t1\n" + b"\xff\n", 3, "1 instead of 3 columns"),
    "invalid row before the gzip breaks": (gzip.compress(HEADER + b"too few\n" + ROW * 9)[:-5], 2, "1 instead of 3"),
}


def _refuse(data: bytes) -> UsageError:
    with pytest.raises(UsageError) as caught:
        _check(data)
    return caught.value


@pytest.mark.parametrize(("data", "line", "reason"), REFUSED.values(), ids=REFUSED)
def test_first_fault_is_reported_with_its_line(data: bytes, line: int | None, reason: str) -> None:
    error = _refuse(data)
    assert error.message.startswith('"a.tsv": ' if line is None else f'"a.tsv", line {line}: ')
    assert reason in error.message
    assert error.hint
    assert error.subject == "a.tsv"


def test_gzip_with_a_wrong_checksum_is_refused() -> None:
    data = bytearray(gzip.compress(HEADER + ROW * 9))
    data[-8] ^= 1
    error = _refuse(bytes(data))
    assert "damaged at line 1 or later" in error.message
    assert "incorrect data check" in error.cause


@pytest.mark.parametrize("rows", [20_000, 20_001])
def test_line_in_a_later_block_has_the_right_number(rows: int) -> None:
    data = HEADER + ROW * rows + b"tt\xff\n" + ROW
    for each in (data, gzip.compress(data)):
        assert f"line {rows + 2:,}:" in _refuse(each).message


def test_small_gzip_of_a_huge_file_takes_little_memory() -> None:
    row = b"tt0000001\t" + b"5" * 900 + b"\t12\n"
    packed = gzip.compress(HEADER + row * 20_000, compresslevel=1)
    tracemalloc.start()
    found = _check(packed)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (found.rows, found.duplicates) == (20_000, 19_999)
    assert peak < 5_000_000


def test_similar_ids_are_distinct() -> None:
    seen = SeenIds()
    ids = [
        b"tt0000001",
        b"tt00000001",
        b"nm0000001",
        b"tt1",
        b"tt99999999",
        b"tt999999999",
        b"",
        b"tt",
        b"xx1",
        "tt\uff11".encode(),
    ]
    assert [seen.add(each) for each in ids] == [True] * len(ids)
    assert [seen.add(each) for each in ids] == [False] * len(ids)
