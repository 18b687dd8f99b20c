"""A folded document: the parts of all slices of a run, by the name of the slice, as compressed JSON. Pure."""

import gzip
import zlib

import msgspec

from cinelake.errors import DamagedError

_LEVEL = 6
_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, OSError, EOFError, zlib.error)


class Folded(msgspec.Struct, frozen=True):
    """The parts of a run's slices.

    Attributes:
        number: the highest run number of the documents in it.
        parts: the document of each slice, in the form that its module chooses.
        owners: the keys of other folded documents that parts of this one refer to.
    """

    number: int
    parts: dict[str, msgspec.Raw]
    owners: tuple[str, ...] = ()


def encode_folded(folded: Folded) -> bytes:
    """Encode a folded document; equal documents give equal bytes."""
    return gzip.compress(msgspec.json.encode(folded), _LEVEL, mtime=0)


def decode_folded(key: str, data: bytes) -> tuple[Folded, int]:
    """Decode the folded document that is stored under a key; also return its size when it is not compressed.

    Raises:
        DamagedError: it cannot be read.
    """
    try:
        plain = gzip.decompress(data)
        return msgspec.json.decode(plain, type=Folded), len(plain)
    except _UNREADABLE as error:
        raise build_damaged(key, str(error)) from error


def build_damaged(key: str, cause: str) -> DamagedError:
    """The error of a folded document, or of a part of it, that cannot be read."""
    hint = (
        f"remove {key} and the report of the run, then run the same command for that run again: "
        "it checks the existing batches and fetches nothing twice"
    )
    return DamagedError(f'damaged folded document "{key}"', cause=cause, hint=hint, subject=key)
