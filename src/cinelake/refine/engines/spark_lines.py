"""Read a text file with Spark in parallel pieces, with a line number for each line.

Spark does not number lines. Lines are numbered within a piece, and the number of lines in earlier pieces is added.
Invariant: no step holds more than one piece of the file in memory.
"""

from collections.abc import Sequence

from pyspark.sql import DataFrame, SparkSession

from cinelake.refine.engines.spark_sql import quote, quote_text

_BITS = 33
"""The low bits of MONOTONICALLY_INCREASING_ID count within a piece; the high bits are the number of the piece."""
_PIECES = (
    f"SHIFTRIGHT(MONOTONICALLY_INCREASING_ID(), {_BITS}) AS piece",
    f"MONOTONICALLY_INCREASING_ID() & {(1 << _BITS) - 1} AS row_index",
    "INPUT_FILE_BLOCK_START() AS start",
    "value AS text",
)


def read_pieces(session: SparkSession, path: str) -> DataFrame:
    """The lines of a file: piece, index within the piece from 0, offset of the piece, text. Store them before use."""
    # By default, Spark would also end a line at a lone CR within a field.
    return session.read.option("lineSep", "\n").text(path).selectExpr(*_PIECES)


def split_lines(session: SparkSession, pieces: str, columns: Sequence[str], separator: str) -> DataFrame:
    r"""The rows below the header, from a table of pieces, with their line number. `\N` and the empty text are null."""
    header = session.sql(f"SELECT text FROM {pieces} WHERE start = 0 AND row_index = 0").first()  # noqa: S608 - our own names
    is_crlf = header is not None and header[0].endswith("\r")
    text = "CASE WHEN ENDSWITH(text, CHR(13)) THEN LEFT(text, LENGTH(text) - 1) ELSE text END" if is_crlf else "text"
    null = quote_text("\\N")
    listed = ", ".join(f"NULLIF(NULLIF(fields[{n}], {null}), '') AS {quote(name)}" for n, name in enumerate(columns))
    return session.sql(f"""
        WITH piece AS (
            SELECT piece, MIN(start) AS start, COUNT(*) AS lines FROM {pieces} GROUP BY piece
        ),
        before AS (
            SELECT piece, SUM(lines) OVER (ORDER BY start) - lines AS lines FROM piece
        ),
        numbered AS (
            SELECT
                b.lines + p.row_index + 1 AS line,
                SPLIT({text}, CONCAT('\\\\Q', {quote_text(separator)}, '\\\\E')) AS fields
            FROM {pieces} AS p INNER JOIN before AS b ON p.piece = b.piece
        )
        SELECT line, {listed} FROM numbered WHERE line > 1
    """)  # noqa: S608 - the same
