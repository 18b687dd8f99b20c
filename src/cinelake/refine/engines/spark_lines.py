"""Owns how Spark reads a file of lines: in pieces, all at once, and each line still knows where it stands in the file.

Nothing in Spark numbers lines. Within a piece they are numbered as they come; the number of lines in the pieces before is
added. Invariant: no step holds more of the file than a piece.
"""

from collections.abc import Sequence

from pyspark.sql import DataFrame, SparkSession

from cinelake.refine.engines.spark_sql import quote, quote_text

_BITS = 33
"""Of MONOTONICALLY_INCREASING_ID, those that count within a piece; the others say which piece it is."""
_PIECES = (
    f"SHIFTRIGHT(MONOTONICALLY_INCREASING_ID(), {_BITS}) AS piece",
    f"MONOTONICALLY_INCREASING_ID() & {(1 << _BITS) - 1} AS place",
    "INPUT_FILE_BLOCK_START() AS start",
    "value AS text",
)


def read_pieces(session: SparkSession, path: str) -> DataFrame:
    """The lines of a file: piece, place in it from 0, where the piece starts in the file, text. To be kept before use."""
    return session.read.option("lineSep", "\n").text(path).selectExpr(*_PIECES)  # a lone CR within a field ends no line


def split_lines(session: SparkSession, pieces: str, columns: Sequence[str], separator: str) -> DataFrame:
    r"""The rows below the header, from a table of pieces; `line` is where one stands. `\N` and nothing at all are null."""
    header = session.sql(f"SELECT text FROM {pieces} WHERE start = 0 AND place = 0").first()  # noqa: S608 - our own names
    is_crlf = header is not None and header[0].endswith("\r")
    text = "CASE WHEN ENDSWITH(text, CHR(13)) THEN LEFT(text, LENGTH(text) - 1) ELSE text END" if is_crlf else "text"
    null = quote_text("\\N")
    listed = ", ".join(f"NULLIF(NULLIF(fields[{at}], {null}), '') AS {quote(name)}" for at, name in enumerate(columns))
    return session.sql(f"""
        WITH piece AS (
            SELECT piece, MIN(start) AS start, COUNT(*) AS lines FROM {pieces} GROUP BY piece
        ),
        before AS (
            SELECT piece, SUM(lines) OVER (ORDER BY start) - lines AS lines FROM piece
        ),
        numbered AS (
            SELECT b.lines + p.place + 1 AS line, SPLIT({text}, CONCAT('\\\\Q', {quote_text(separator)}, '\\\\E')) AS fields
            FROM {pieces} AS p INNER JOIN before AS b ON p.piece = b.piece
        )
        SELECT line, {listed} FROM numbered WHERE line > 1
    """)  # noqa: S608 - the same
