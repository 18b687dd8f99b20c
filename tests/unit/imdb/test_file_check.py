"""What makes an IMDb file whole, and at which line it is refused when it is not."""

import bz2
import gzip
import io
import lzma
import tracemalloc

import pytest
from tests.unit.imdb.test_kinds import MOVIES, NAMES, RATINGS, build_file, build_header, build_row

from cinelake.errors import UsageError
from cinelake.imdb.file_check import Checked, check_stream
from cinelake.imdb.kinds import KINDS, Kind
from cinelake.imdb.rows import SeenIds

HEADER = build_header(RATINGS).encode() + b"\n"
ROW = b"tt0000001\t5.0\t12\n"


def _check(data: bytes) -> Checked:
    return check_stream(io.BytesIO(data), "a.tsv")


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
@pytest.mark.parametrize("is_compressed", [False, True])
def test_a_whole_file_is_counted_and_measured_as_given(kind: Kind, is_compressed: bool) -> None:
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
    ids=["CR LF", "mark", "mark and CR LF", "no last end", "no last CR LF", "gzip twice", "padded gzip", "other line ends"],
)
def test_what_changes_no_field_is_let_pass(data: bytes) -> None:
    assert _check(data).rows == 3


@pytest.mark.parametrize("kind", [RATINGS, NAMES], ids=lambda kind: kind.name)
def test_repeated_ids_are_counted_where_an_id_has_one_row(kind: Kind) -> None:
    data = build_file(kind, 4) + build_row(kind, 2).encode() + b"\n" + build_row(kind, 2).encode() + b"\n"
    found = _check(data)
    assert (found.rows, found.duplicates, found.first_duplicate_line) == (6, 2, 6)


def test_repeated_ids_are_what_a_row_for_each_artist_means() -> None:
    found = _check(build_file(MOVIES) + build_row(MOVIES, 1).encode())
    assert (found.duplicates, found.first_duplicate_line) == (None, None)


REFUSED = {
    "nothing": (b"", "a.tsv", "it is empty"),
    "gzip of nothing": (gzip.compress(b""), "a.tsv", "it is empty"),
    "header only": (HEADER, "a.tsv, line 1", "there is no row after the header"),
    "half a header": (HEADER[:20], "a.tsv, line 1", "'numVotes' is missing"),
    "wrong separator": (HEADER.replace(b"\t", b",") + ROW, "a.tsv, line 1", "',' between them"),
    "empty first line": (b"\n" + HEADER, "a.tsv, line 1", "it is empty, where the header should be"),
    "header in Latin-1": ("título\n".encode("latin-1"), "a.tsv, line 1", "the header is not UTF-8 (byte 0xed at byte 2)"),
    "column too few": (HEADER + ROW + b"tt0000002\t5.0\n" + ROW, "a.tsv, line 3", "it has 2 columns"),
    "column too many": (HEADER + ROW * 9 + b"tt2\t5.0\t1\t1\n", "a.tsv, line 11", "it has 4 columns"),
    "one column": (HEADER + ROW + b"tt2,5.0,1\n", "a.tsv, line 3", "it has 1 column;"),
    "empty line": (HEADER + ROW + b"\n" + ROW, "a.tsv, line 3", "it is empty"),
    "empty line at the end": (HEADER + ROW + b"\n", "a.tsv, line 3", "it is empty"),
    "cut off": (HEADER + ROW + b"tt0000002\t5", "a.tsv, line 3", "it has 2 columns, and the file ends within it"),
    "Latin-1": (HEADER + ROW + b"tt2\t5.\xe9\t1\n", "a.tsv, line 3", "byte 0xe9 at byte 7, in averageRating"),
    "surrogates": (HEADER + b"tt2\t\xed\xa0\x80\t1\n", "a.tsv, line 2", "it is not UTF-8"),
    "cut within a character": (HEADER + ROW + b"tt2\t5\t\xf0\x9f", "a.tsv, line 3", "in numVotes"),
    "NUL": (HEADER + ROW + ROW.replace(b"5", b"\0"), "a.tsv, line 3", "a NUL byte, at byte 11"),
    "one CR LF": (HEADER + ROW + ROW.replace(b"\n", b"\r\n") + ROW, "a.tsv, line 3", "it ends with CR LF"),
    "one LF": ((HEADER + ROW).replace(b"\n", b"\r\n") + ROW, "a.tsv, line 3", "it ends with LF alone"),
    "CR within": (HEADER + b"tt2\t5\r0\t1\n", "a.tsv, line 2", "a carriage return stands inside it"),
    "CR within CR LF": (
        HEADER.replace(b"\n", b"\r\n") + b"t\t5\r0\t1\r\n",
        "a.tsv, line 2",
        "a carriage return stands inside it",
    ),
    "CR alone": ((HEADER + ROW).replace(b"\n", b"\r"), "a.tsv, line 1", "its lines end with CR alone"),
    "endless line": (HEADER + ROW + b"x" * 1_000_001, "a.tsv, line 3", "longer than 1,000,000 bytes"),
    "long line": (HEADER + ROW + b"x" * 1_000_001 + b"\n" + ROW, "a.tsv, line 3", "longer than 1,000,000 bytes"),
    "truncated gzip": (gzip.compress(HEADER + ROW * 9)[:-5], "a.tsv, line 11", "the compressed data end in the middle"),
    "gzip's first bytes": (gzip.compress(HEADER + ROW)[:6], "a.tsv, line 1", "the compressed data end in the middle"),
    "second member cut": (
        gzip.compress(HEADER + ROW) + gzip.compress(ROW)[:-1],
        "a.tsv, line 4",
        "the compressed data end in the middle",
    ),
    "gzip and more": (
        gzip.compress(HEADER + ROW) + b"more",
        "a.tsv",
        "the compressed data are damaged, at line 3 or after it",
    ),
    "gzip of gzip": (gzip.compress(gzip.compress(HEADER + ROW)), "a.tsv", "it is compressed twice"),
    "zip": (b"PK\x03\x04\x14\0", "a.tsv", "a zip archive"),
    "bzip2": (bz2.compress(HEADER), "a.tsv", "compressed with bzip2"),
    "xz": (lzma.compress(HEADER), "a.tsv", "compressed with xz"),
    "UTF-16": ((HEADER + ROW).decode().encode("utf-16"), "a.tsv", "it is UTF-16"),
    "page": (b"<!doctype html>", "a.tsv", "a page of the web"),
}


@pytest.mark.parametrize(("data", "thing", "happened"), REFUSED.values(), ids=REFUSED)
def test_what_is_not_whole_is_refused_with_line_and_reason(data: bytes, thing: str, happened: str) -> None:
    with pytest.raises(UsageError) as caught:
        _check(data)
    assert caught.value.subject == thing
    assert happened in f"{caught.value.message}; {caught.value.hint}"
    assert caught.value.hint
    assert caught.value.hint


def test_a_gzip_with_a_wrong_sum_is_refused() -> None:
    data = bytearray(gzip.compress(HEADER + ROW * 9))
    data[-8] ^= 1
    with pytest.raises(
        UsageError, match=r"a.tsv: the compressed data are damaged, at line 1 or after it .*get the file anew"
    ):
        _check(bytes(data))


@pytest.mark.parametrize("rows", [20_000, 20_001])
def test_a_line_far_inside_is_named_by_its_number(rows: int) -> None:
    for data in (HEADER + ROW * rows + b"tt\xff\n" + ROW, gzip.compress(HEADER + ROW * rows + b"tt\xff\n" + ROW)):
        with pytest.raises(UsageError) as caught:
            _check(data)
        assert caught.value.subject == f"a.tsv, line {rows + 2:,}"


def test_the_first_of_several_faults_is_told() -> None:
    with pytest.raises(UsageError) as caught:
        _check(HEADER + ROW + b"too few\n" + b"tt2\t\0\t1\n" + b"\xff\n")
    assert caught.value.subject == "a.tsv, line 3"


def test_a_bad_row_before_the_place_where_gzip_breaks_is_told_first() -> None:
    with pytest.raises(UsageError) as caught:
        _check(gzip.compress(HEADER + b"too few\n" + ROW * 9)[:-5])
    assert caught.value.subject == "a.tsv, line 2"


def test_a_small_gzip_of_something_huge_takes_little_memory() -> None:
    packer = gzip.compress(HEADER + ROW * 600_000, compresslevel=1)
    tracemalloc.start()
    found = _check(packer)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (found.rows, found.duplicates) == (600_000, 599_999)
    assert peak < 5_000_000


def test_ids_are_told_apart_exactly() -> None:
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
