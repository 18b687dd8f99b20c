"""Owns the lake's own documents: typed values as JSON, and a clear error when one cannot be read back."""

import re
from typing import TypeVar

import msgspec

from cinelake.errors import DamagedError
from cinelake.lake.store import Store

_D = TypeVar("_D", bound=msgspec.Struct)


def encode_document(document: msgspec.Struct) -> bytes:
    """The document as indented JSON; equal documents give equal bytes."""
    return msgspec.json.format(msgspec.json.encode(document), indent=1) + b"\n"


def write_document(store: Store, key: str, document: msgspec.Struct) -> None:
    """Put a document under its key."""
    store.write(key, encode_document(document))


def read_document(store: Store, key: str, kind: type[_D], *, hint: str) -> _D | None:
    """The document under a key, or None when there is none.

    Raises:
        DamagedError: it is there but cannot be read; `hint` says what to do about it.
    """
    stored = store.read(key)
    if stored is None:
        return None
    try:
        return msgspec.json.decode(stored.data, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        name = re.sub(r"(?<!^)(?=[A-Z])", " ", kind.__name__).lower()
        raise DamagedError(key, f"it cannot be read ({error})", f"a {name} as cinelake wrote it", hint) from error
