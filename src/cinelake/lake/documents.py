"""Encode, write and read the lake's own documents: typed values as JSON."""

import re
from typing import TypeVar

import msgspec

from cinelake.errors import DamagedError
from cinelake.lake.store import Store

_D = TypeVar("_D", bound=msgspec.Struct)


def encode_document(document: msgspec.Struct) -> bytes:
    """Encode a document as indented JSON; equal documents give equal bytes."""
    return msgspec.json.format(msgspec.json.encode(document), indent=1) + b"\n"


def write_document(store: Store, key: str, document: msgspec.Struct) -> None:
    """Write a document under its key."""
    store.write(key, encode_document(document))


def read_document(store: Store, key: str, kind: type[_D], *, hint: str) -> _D | None:
    """Read the document under a key, or None if there is none. `hint` says how to repair a damaged document.

    Raises:
        DamagedError: the document is damaged.
    """
    stored = store.read(key)
    if stored is None:
        return None
    return decode_document(stored.data, key, kind, hint=hint)


def decode_document(data: bytes | msgspec.Raw, key: str, kind: type[_D], *, hint: str) -> _D:
    """Decode the document that was read from a key. `hint` says how to repair a damaged document.

    Raises:
        DamagedError: the document is damaged.
    """
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        name = re.sub(r"(?<!^)(?=[A-Z])", " ", kind.__name__).lower()
        raise DamagedError(f'damaged {name} "{key}"', cause=str(error), hint=hint, subject=key) from error
