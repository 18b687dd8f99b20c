"""The listed scores of a slice: popularity and votes of each title, as TMDB's lists had them; a trend without requests.

A loose document is a JSON list of {id_tmdb, popularity, vote_average, vote_count}.
"""

from collections.abc import Sequence
from typing import Annotated

import msgspec

from cinelake.errors import DamagedError
from cinelake.lake.folding.folded_view import discard_day, has_part, list_parts, read_part
from cinelake.lake.folding.listing_columns import ScoresPart, add_up, take_differences
from cinelake.lake.keys import SNAPSHOTS, SliceKey
from cinelake.lake.store import Store

_Int64 = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]


class Scored(msgspec.Struct, frozen=True, gc=False):
    """The scores of one title; None for each that TMDB did not list as a number."""

    id_tmdb: _Int64
    popularity: float | None = None
    vote_average: float | None = None
    vote_count: _Int64 | None = None


_ROWS = msgspec.json.Decoder(list[Scored])
_PART = msgspec.json.Decoder(ScoresPart)
_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError)


def encode_scores(rows: Sequence[Scored]) -> bytes:
    """Encode the loose document of a slice: one row a line."""
    return b"[" + b",\n".join(map(msgspec.json.encode, rows)) + b"]"


def write_scores(store: Store, key: SliceKey, rows: Sequence[Scored]) -> None:
    """Write the scores of a slice, replacing the ones before them."""
    store.write(key.snapshot(), encode_scores(rows))
    discard_day(store, key)


def has_scores(store: Store, key: SliceKey) -> bool:
    """Whether a slice has listed scores.

    Raises:
        DamagedError: the folded document that may have them cannot be read.
    """
    return has_part(store, SNAPSHOTS, key)


def list_scored(store: Store, within: str = "") -> set[SliceKey]:
    """The slices that have listed scores, of all days, of a kind, or of <kind>/<yyyy>/<mm>/<dd>.

    It reads the folded documents of those days, and no loose ones.

    Raises:
        DamagedError: a folded document cannot be read.
    """
    return list_parts(store, SNAPSHOTS, within)


def read_scores(store: Store, key: SliceKey) -> list[Scored] | None:
    """Read the scores of a slice, in order of ids, or None if it has none.

    Raises:
        DamagedError: they cannot be read.
    """
    part = read_part(store, SNAPSHOTS, key)
    if part is None:
        return None
    try:
        return decode_part(part.data) if part.is_folded else _ROWS.decode(part.data)
    except _UNREADABLE as error:
        raise DamagedError(
            f'cannot read the rows of the listing "{part.key}"',
            cause=str(error),
            hint="remove the object and run `cinelake build`; only the popularity and votes of that day are lost",
            subject=part.key,
        ) from error


def decode_rows(data: bytes) -> list[Scored]:
    """Decode the loose document of a slice.

    Raises:
        ValueError, MsgspecError: it is damaged.
    """
    return _ROWS.decode(data)


def encode_part(rows: Sequence[Scored]) -> bytes:
    """Encode scores for a folded document."""
    columns = zip(*((each.popularity, each.vote_average, each.vote_count) for each in rows), strict=True) if rows else ()
    popularity, average, count = map(list, columns or ((), (), ()))
    return msgspec.json.encode(ScoresPart(take_differences([each.id_tmdb for each in rows]), popularity, average, count))


def decode_part(data: bytes | msgspec.Raw) -> list[Scored]:
    """Decode scores of a folded document.

    Raises:
        ValueError, MsgspecError: it is damaged.
    """
    part = _PART.decode(data)
    columns = add_up(part.ids), part.popularity, part.vote_average, part.vote_count
    return [Scored(*row) for row in zip(*columns, strict=True)]
