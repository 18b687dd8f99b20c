"""The lake's own documents, manifests and listings."""

from datetime import date

import msgspec
import pytest
from tests.support.tmdb.virtual import START

from cinelake.errors import DamagedError
from cinelake.lake.documents import encode_document, read_document, write_document
from cinelake.lake.keys import SliceKey
from cinelake.lake.manifests import Batch, Manifest, Quarantined, Request, commit_manifest, list_manifests, read_manifest
from cinelake.lake.stores.object_store import open_memory

KEY = SliceKey("Movies", date(2026, 11, 23), "genre-80-2020-2024")
MANIFEST = Manifest(
    kind="Movies",
    slice=KEY.name,
    run_on="2026-11-23",
    revision=1,
    request=Request((), include_adult=False, include_video=False),
    total=3,
    listed=3,
    unproven=0,
    is_listing_incomplete=False,
    records=1,
    gone=(7,),
    quarantined=(Quarantined(8, "500"),),
    batches=(Batch(KEY.raw(1), 1, 20, "00"),),
    committed_at=START,
)


def test_equal_documents_give_equal_bytes() -> None:
    assert encode_document(MANIFEST) == encode_document(msgspec.structs.replace(MANIFEST))
    assert b'"committed_at": "2026-11-23T09:00:00Z"' in encode_document(MANIFEST)


def test_document_reads_back_as_written() -> None:
    store = open_memory()
    write_document(store, "x.json", MANIFEST)
    assert read_document(store, "x.json", Manifest, hint="") == MANIFEST
    assert read_document(store, "y.json", Manifest, hint="") is None


@pytest.mark.parametrize("data", [b"", b"{", b'{"kind": 1}', b"\xff\xfe", b"[]"])
def test_damaged_document_is_reported_with_key_and_hint(data: bytes) -> None:
    store = open_memory()
    store.write("x.json", data)
    with pytest.raises(DamagedError) as caught:
        read_document(store, "x.json", Manifest, hint="remove it")
    assert (caught.value.message, caught.value.hint, caught.value.subject) == (
        'damaged manifest "x.json"',
        "remove it",
        "x.json",
    )
    assert caught.value.cause


def test_highest_revision_of_a_manifest_counts() -> None:
    store = open_memory()
    for revision in (1, 2, 9, 10):
        commit_manifest(store, KEY, msgspec.structs.replace(MANIFEST, revision=revision))
    assert list_manifests(store) == {KEY: 10}
    newest = read_manifest(store, KEY, 10)
    assert newest is not None
    assert newest.revision == 10


def test_manifest_is_complete_if_no_known_title_is_missing() -> None:
    assert not MANIFEST.is_complete
    assert msgspec.structs.replace(MANIFEST, quarantined=()).is_complete
    assert not msgspec.structs.replace(MANIFEST, quarantined=(), is_listing_incomplete=True).is_complete
