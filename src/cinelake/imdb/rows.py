"""Owns what makes a row whole, and the count of rows and of repeated ids.

Invariant: a block of good rows is looked at as a whole, and row by row only to find what is wrong with it; both ways say
the same. Line ends are those of the header everywhere, since the engines that read Raw take a file in one form only.
"""

from operator import methodcaller

from cinelake.imdb.kinds import Fault, Kind, name_separator
from cinelake.imdb.lines import MOST_LINE_BYTES, TOO_LONG, Block, Source

_MEND = "mend the line, or get the file anew"
_CONVERT = "give the file the same line ends throughout: dos2unix"
_MOST_DIGITS = 8
"""A bit for each number of so many digits takes 12.5 MB; IMDb's longest ids have eight."""


class SeenIds:
    """Which ids were there, exactly and in little memory: a bit for each tt or nm with a number; others as they are."""

    def __init__(self) -> None:
        self._bits: dict[bytes, bytearray] = {}
        self._others: set[bytes] = set()

    def add(self, imdb_id: bytes) -> bool:
        """Note an id; whether it is new."""
        digits = imdb_id[2:]
        if imdb_id[:2] not in {b"tt", b"nm"} or not digits.isdigit() or len(digits) > _MOST_DIGITS:
            is_new = imdb_id not in self._others
            self._others.add(imdb_id)
            return is_new
        # The length is part of the place: tt0000001 and tt00000001 are two ids.
        bits = self._bits.setdefault(b"%b%d" % (imdb_id[:2], len(digits)), bytearray())
        at, mask = int(digits) >> 3, 1 << (int(digits) & 7)
        if at >= len(bits):
            bits.extend(bytes(at + 1 - len(bits)))
        is_new = not bits[at] & mask
        bits[at] |= mask
        return is_new


class Rows:
    """The rows of a file, checked and counted as they come.

    Attributes:
        duplicates: rows whose id a row before them has; None where ids repeat by nature.
        first_duplicate_line: the line of the first of these.
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

    def take(self, block: Block) -> None:
        """Check and count the rows of a block.

        Raises:
            UsageError: a row is not whole; the first such one is told.
        """
        lines = block.data.split(b"\n")
        is_ended = not lines[-1]
        if is_ended:
            lines.pop()
        if not (self._is_text(block.data) and self._are_whole(lines)):
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

    def _are_whole(self, lines: list[bytes]) -> bool:
        counts = set(map(self._count_separators, lines))
        return counts <= {len(self._kind.columns) - 1} and max(map(len, lines), default=0) <= MOST_LINE_BYTES

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
    """What is wrong with a row, given without its line feed (`has_end`: it had one); None when it is whole."""
    if len(line) > MOST_LINE_BYTES:
        return TOO_LONG
    if b"\0" in line:
        happened = f"it has a NUL byte, at byte {line.index(0) + 1}"
        return Fault(happened, "text", "get the file anew: this one is damaged, or no text")
    try:
        text = line.decode()
    except UnicodeDecodeError as error:
        at = line.count(kind.separator.encode(), 0, error.start)
        column = kind.columns[min(at, len(kind.columns) - 1)]
        happened = f"it is not UTF-8: byte 0x{line[error.start]:02x} at byte {error.start + 1}, in {column}"
        return Fault(happened, "UTF-8", "if it is Windows' own encoding: iconv -f WINDOWS-1252 -t UTF-8")
    return _find_wrong_end(text, is_crlf=is_crlf, has_end=has_end) or _find_wrong_count(text, kind, has_end=has_end)


def _find_wrong_end(text: str, *, is_crlf: bool, has_end: bool) -> Fault | None:
    has_return = text.endswith("\r") and has_end
    if "\r" in text.removesuffix("\r" if has_end else ""):
        return Fault("a carriage return stands inside it, which some readers take for its end", "none", _MEND)
    if has_return and not is_crlf:
        return Fault("it ends with CR LF", "LF alone, as the header has it", _CONVERT)
    if is_crlf and has_end and not has_return:
        return Fault("it ends with LF alone", "CR LF, as the header has it", _CONVERT)
    return None


def _find_wrong_count(text: str, kind: Kind, *, has_end: bool) -> Fault | None:
    count, wanted = text.count(kind.separator) + 1, len(kind.columns)
    if count == wanted:
        return None
    happened = f"it has {count} column{'s' * (count != 1)}" if text.rstrip("\r") else "it is empty"
    expected = f"{wanted} columns, with {name_separator(kind)} between them"
    if count < wanted and not has_end:
        return Fault(f"{happened}, and the file ends within it", expected, "get the file anew: it was cut off")
    return Fault(happened, expected, _MEND)
