"""Properties of the check of IMDb files, for any bytes."""

import gzip
import io

from hypothesis import given
from hypothesis import strategies as st
from tests.support.imdb_rows import RATINGS, build_file, build_header, read_rows

from cinelake.errors import UsageError
from cinelake.imdb.file_check import CheckedFile, check_stream
from cinelake.imdb.kinds import KINDS, Kind, explain_header, recognise_header
from cinelake.imdb.lines import Block, Source, inflate
from cinelake.imdb.rows import RowChecker, SeenIds, find_fault

_KINDS = st.sampled_from(KINDS)
_AWKWARD = st.lists(
    st.sampled_from([b"\n", b"\r\n", b"\r", b"\t", b"|", b"\0", b"\xff", "é".encode(), b"tt1", b'"', b"", b"\\N"]),
    max_size=40,
).map(b"".join)


def _check(data: bytes) -> CheckedFile | UsageError:
    try:
        return check_stream(io.BytesIO(data), "x")
    except UsageError as error:
        return error


def _fields(kind: Kind) -> st.SearchStrategy[str]:
    text = st.text(
        st.characters(exclude_characters=[kind.separator, "\n", "\r", "\0"], exclude_categories=["Cs"]), max_size=8
    )
    return st.one_of(text, st.just(r"\N"))


@given(data=st.one_of(st.binary(max_size=300), _AWKWARD), kind=_KINDS, is_headed=st.booleans(), is_packed=st.booleans())
def test_any_bytes_are_accepted_or_refused_with_a_hint(data: bytes, kind: Kind, is_headed: bool, is_packed: bool) -> None:
    whole = (build_header(kind).encode() + b"\n" if is_headed else b"") + data
    packed = gzip.compress(whole) if is_packed else whole
    found = _check(packed)
    if isinstance(found, UsageError):
        assert found.hint
    else:
        assert sum(1 for _ in read_rows(io.BytesIO(packed), kind)) == found.rows
        assert found.bytes == len(packed)


@given(at=st.integers(0, 200), byte=st.integers(0, 255), cut=st.integers(0, 200))
def test_damaged_gzip_is_accepted_or_refused(at: int, byte: int, cut: int) -> None:
    data = bytearray(gzip.compress(build_file(RATINGS, 30)))
    data[at % len(data)] = byte
    assert isinstance(_check(bytes(data)[: len(data) - cut]), CheckedFile | UsageError)


@given(data=st.data(), kind=_KINDS, end=st.sampled_from(["\n", "\r\n"]))
def test_written_rows_are_counted_and_read_back(data: st.DataObject, kind: Kind, end: str) -> None:
    width = len(kind.columns)
    rows = data.draw(st.lists(st.lists(_fields(kind), min_size=width, max_size=width), min_size=1, max_size=5))
    lines = [build_header(kind), *(kind.separator.join(row) for row in rows)]
    text = "".join(line + end for line in lines).encode()
    found = check_stream(io.BytesIO(text), "x")
    assert (found.kind, found.rows) == (kind, len(rows))
    read = [list(row) for row in read_rows(io.BytesIO(text), kind)]
    assert read == [[None if field == r"\N" else field for field in row] for row in rows]
    if found.duplicates is not None:
        assert found.duplicates == len(rows) - len({row[0] for row in rows})


@given(text=_AWKWARD, is_crlf=st.booleans())
def test_block_and_its_rows_have_the_same_fault(text: bytes, is_crlf: bool) -> None:
    lines = text.split(b"\n")
    has_end = not lines[-1]
    if has_end:
        lines.pop()
    ended = [has_end or at < len(lines) - 1 for at in range(len(lines))]
    faults = [find_fault(line, RATINGS, is_crlf=is_crlf, has_end=e) for line, e in zip(lines, ended, strict=True)]
    rows = RowChecker(Source(io.BytesIO(), "x"), RATINGS, is_crlf=is_crlf)
    first = next((f'"x", line {number}: {fault.message}' for number, fault in enumerate(faults, 2) if fault), None)
    reported = None
    try:
        rows.add(Block(2, text))
    except UsageError as error:
        reported = error.message
    assert reported == first
    assert rows.count == (0 if first else len(lines))


@given(header=st.text(max_size=80))
def test_any_header_is_recognised_or_explained(header: str) -> None:
    if recognise_header(header) is None:
        assert explain_header(header).message.isprintable()


@given(members=st.lists(st.binary(max_size=200), min_size=1, max_size=4), size=st.integers(1, 50), pad=st.integers(0, 5))
def test_gzip_members_are_unpacked_across_pieces(members: list[bytes], size: int, pad: int) -> None:
    packed = b"".join(gzip.compress(member) for member in members) + bytes(pad)
    chunks = [packed[at : at + size] for at in range(0, len(packed), size)]
    assert b"".join(inflate(chunks)) == b"".join(members)


@given(ids=st.lists(st.one_of(st.from_regex(rb"(tt|nm)[0-9]{1,9}", fullmatch=True), st.binary(max_size=6)), max_size=40))
def test_seen_ids_behave_like_a_set(ids: list[bytes]) -> None:
    seen, known = SeenIds(), set[bytes]()
    for each in ids:
        assert seen.add(each) == (each not in known)
        known.add(each)
