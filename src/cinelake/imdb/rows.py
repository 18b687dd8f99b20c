"""Checks and counts the rows of a file, and the ids that repeat.

Invariant: a valid block is checked as a whole; only an invalid one is checked row by row, with the same result. All lines
must end like the header, because the engines that read Raw expect one kind of line end per file.
"""

from operator import methodcaller

from cinelake.imdb.kinds import Fault, Kind, name_separator
from cinelake.imdb.lines import MAX_LINE_BYTES, TOO_LONG, Block, Source

_CORRECT = "correct the line, or download the file again"
_CONVERT = "run `dos2unix` on the file, so that all lines have the same end"
_MAX_DIGITS = 8
"""One bit for each number of eight digits, the longest that IMDb's ids have, takes 12.5 MB."""


class SeenIds:
    """A set of ids in little memory: one bit for each tt or nm id with a number, and a set for all other ids."""

    def __init__(self) -> None:
        self._bits: dict[bytes, bytearray] = {}
        self._others: set[bytes] = set()

    def add(self, imdb_id: bytes) -> bool:
        """Add an id; return whether it is new."""
        digits = imdb_id[2:]
        if imdb_id[:2] not in {b"tt", b"nm"} or not digits.isdigit() or len(digits) > _MAX_DIGITS:
            is_new = imdb_id not in self._others
            self._others.add(imdb_id)
            return is_new
        # tt0000001 and tt00000001 are two ids, so each length has its own bits.
        bits = self._bits.setdefault(b"%b%d" % (imdb_id[:2], len(digits)), bytearray())
        index, mask = int(digits) >> 3, 1 << (int(digits) & 7)
        if index >= len(bits):
            bits.extend(bytes(index + 1 - len(bits)))
        is_new = not bits[index] & mask
        bits[index] |= mask
        return is_new


class RowChecker:
    """Checks and counts the rows of a file, block by block.

    Attributes:
        duplicates: rows whose id an earlier row has; None for kinds whose ids repeat by design.
        first_duplicate_line: the line of the first duplicate.
    """

    def __init__(self, source: Source, kind: Kind, *, is_crlf: bool) -> None:
        self.count = 0
        self.duplicates = 0 if kind.is_id_unique else None
        self.first_duplicate_line: int | None = None
        self._source = source
        self._kind = kind
        self._is_crlf = is_crlf
        self._separator = kind.separator.encode()
        self._count_separators = methodcaller("count", self._separator)
        self._seen = SeenIds()

    def add(self, block: Block) -> None:
        """Check and count the rows of a block.

        Raises:
            UsageError: a row is invalid; the error names the first such line.
        """
        lines = block.data.split(b"\n")
        is_ended = not lines[-1]
        if is_ended:
            lines.pop()
        if not (self._is_text(block.data) and self._have_all_columns(lines)):
            self._check_each(block.line, lines, is_ended=is_ended)
        self.count += len(lines)
        if self.duplicates is not None:
            self._count_duplicates(block.line, lines)

    def _is_text(self, data: bytes) -> bool:
        ends = data.count(b"\n") if self._is_crlf else 0
        if b"\0" in data or data.count(b"\r") != ends or (ends and data.count(b"\r\n") != ends):
            return False
        try:
            data.decode()
        except UnicodeDecodeError:
            return False
        return True

    def _have_all_columns(self, lines: list[bytes]) -> bool:
        counts = set(map(self._count_separators, lines))
        return counts <= {len(self._kind.columns) - 1} and max(map(len, lines), default=0) <= MAX_LINE_BYTES

    def _check_each(self, first: int, lines: list[bytes], *, is_ended: bool) -> None:
        for number, line in enumerate(lines, first):
            has_end = is_ended or number < first + len(lines) - 1
            fault = find_fault(line, self._kind, is_crlf=self._is_crlf, has_end=has_end)
            if fault:
                raise self._source.refuse(number, fault)

    def _count_duplicates(self, first: int, lines: list[bytes]) -> None:
        for number, line in enumerate(lines, first):
            if not self._seen.add(line.partition(self._separator)[0]):
                self.duplicates = (self.duplicates or 0) + 1
                self.first_duplicate_line = self.first_duplicate_line or number


def find_fault(line: bytes, kind: Kind, *, is_crlf: bool, has_end: bool) -> Fault | None:
    """What is wrong with a row, or None. The row is given without its line feed; `has_end` says whether it had one."""
    if len(line) > MAX_LINE_BYTES:
        return TOO_LONG
    if b"\0" in line:
        message = f"the line has a NUL byte at byte {line.index(0) + 1}"
        return Fault(message, "download the file again: it is damaged, or not a text file")
    try:
        text = line.decode()
    except UnicodeDecodeError as error:
        index = line.count(kind.separator.encode(), 0, error.start)
        column = kind.columns[min(index, len(kind.columns) - 1)]
        message = f"the line is not UTF-8: byte 0x{line[error.start]:02x} at byte {error.start + 1}, in column {column}"
        return Fault(message, "convert a file from Windows with `iconv -f WINDOWS-1252 -t UTF-8`")
    return _find_wrong_end(text, is_crlf=is_crlf, has_end=has_end) or _find_wrong_count(text, kind, has_end=has_end)


def _find_wrong_end(text: str, *, is_crlf: bool, has_end: bool) -> Fault | None:
    has_return = text.endswith("\r") and has_end
    if "\r" in text.removesuffix("\r" if has_end else ""):
        return Fault("the line has a carriage return inside, which some readers treat as its end", _CORRECT)
    if has_return and not is_crlf:
        return Fault("the line ends with CR LF, but the header ends with LF", _CONVERT)
    if is_crlf and has_end and not has_return:
        return Fault("the line ends with LF, but the header ends with CR LF", _CONVERT)
    return None


def _find_wrong_count(text: str, kind: Kind, *, has_end: bool) -> Fault | None:
    count, expected = text.count(kind.separator) + 1, len(kind.columns)
    if count == expected:
        return None
    columns = f"{expected} columns separated by {name_separator(kind)}"
    message = (
        f"the line has {count} instead of {columns}" if text.rstrip("\r") else f"the line is empty instead of {columns}"
    )
    if count < expected and not has_end:
        return Fault(f"{message}, and the file ends within it", "download the file again: it was cut off")
    return Fault(message, _CORRECT)
