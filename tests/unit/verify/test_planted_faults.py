"""Verification finds each fault that is planted in an intact lake."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from tests.support.runs import CRIME, World
from tests.support.stores import copy_store, read_all
from tests.support.tmdb.service import TODAY
from tests.support.unfolding import unfold

from cinelake.lake.keys import MANIFESTS, RAW, RunKey
from cinelake.lake.problems import list_hints
from cinelake.lake.store import Store
from cinelake.verify.runs import verify_lake

RUN = RunKey(CRIME.id, TODAY)
Plant = Callable[[Store, str, str], None]
"""Damages a store, given the keys of one slice's manifest and first batch."""


def edit_document(store: Store, key: str, change: Callable[[dict[str, Any]], object]) -> None:
    stored = store.read(key)
    assert stored is not None
    document = json.loads(stored.data)
    change(document)
    store.write(key, json.dumps(document).encode())


def _rewrite(store: Store, key: str, change: Callable[[bytes], bytes]) -> None:
    stored = store.read(key)
    assert stored is not None
    store.write(key, change(stored.data))


def _name_listing(manifest: str) -> str:
    return manifest.replace("/manifests/", "/listings/").replace(".1.json", ".json")


def _edit_manifest(**values: object) -> Plant:
    return lambda store, manifest, _batch: edit_document(store, manifest, lambda found: found.update(values))


def _duplicate_batch(store: Store, manifest: str, batch: str) -> None:
    """Name a copy of the first batch in the manifest, with the right hash."""
    stored = store.read(batch)
    assert stored is not None
    other = batch.replace("-1.json", "-2.json")
    store.write(other, stored.data)
    sha256 = hashlib.sha256(stored.data).hexdigest()

    def add(document: dict[str, Any]) -> None:
        records = document["batches"][0]["records"]
        document["batches"].append({"key": other, "records": records, "bytes": len(stored.data), "sha256": sha256})

    edit_document(store, manifest, add)


def _remove_report_and_manifest(store: Store, manifest: str, _batch: str) -> None:
    store.delete(RUN.report())
    store.delete(manifest)


def _list_another_id(store: Store, manifest: str, _batch: str) -> None:
    edit_document(store, _name_listing(manifest), lambda listing: listing["ids"].append(10**9))


def _list_no_id(store: Store, manifest: str, _batch: str) -> None:
    edit_document(store, _name_listing(manifest), lambda listing: listing.update(ids=[]))


def _state_more_records(store: Store, _manifest: str, _batch: str) -> None:
    edit_document(store, RUN.report(), lambda report: report.update(records=10_000))


FAULTS: dict[str, tuple[Plant, str]] = {
    "batch removed": (lambda store, _, batch: store.delete(batch), "missing object"),
    "batch altered": (
        lambda store, _, batch: _rewrite(store, batch, lambda d: d.replace(b"budget", b"BUDGET")),
        "altered object",
    ),
    "batch cut": (lambda store, _, batch: _rewrite(store, batch, lambda data: data[:-20]), "truncated object"),
    "batch emptied": (lambda store, _, batch: store.write(batch, b""), "truncated object"),
    "batch duplicated": (_duplicate_batch, "duplicate id"),
    "batch left over": (lambda store, _, batch: store.write(batch.replace("-1.", "-9."), b"[]"), "unknown object"),
    "file of another program": (
        lambda store, *_: store.write(f"{RAW}/Movies/2026/11/23/notes.txt", b"x"),
        "unknown object",
    ),
    "manifest cut": (lambda store, manifest, _: _rewrite(store, manifest, lambda data: data[:50]), "damaged manifest"),
    "manifest removed": (lambda store, manifest, _: store.delete(manifest), "missing slice"),
    "manifest lists more": (_edit_manifest(listed=999), "count mismatch"),
    "manifest records more": (_edit_manifest(records=999), "count mismatch"),
    "manifest counts more": (_edit_manifest(total=10_000), "count mismatch"),
    "listing incomplete": (_edit_manifest(is_listing_short=True), "incomplete listing"),
    "listing removed": (lambda store, manifest, _: store.delete(_name_listing(manifest)), "missing listing"),
    "listing cut": (lambda store, manifest, _: store.write(_name_listing(manifest), b"{"), "damaged listing"),
    "listing without ids": (_list_no_id, "unexpected ids"),
    "listing with another id": (_list_another_id, "missing ids"),
    "run unfinished": (_remove_report_and_manifest, "unfinished run"),
    "plan cut": (lambda store, *_: store.write(RUN.plan(), b"{"), "damaged run"),
    "report states more": (_state_more_records, "report mismatch"),
}
ALONE = {"manifest counts more", "report states more", "run unfinished"}
"""Faults that cause one problem and no other kind."""


@pytest.fixture(scope="module")
def intact() -> Store:
    """A lake with one complete run, which is not folded."""
    world = World()
    world.extract(CRIME)
    return unfold(world.store)


@pytest.mark.parametrize("name", FAULTS)
def test_fault_is_found_with_advice(intact: Store, name: str) -> None:
    plant, kind = FAULTS[name]
    store = copy_store(intact)
    manifests = read_all(store, MANIFESTS)
    manifest = max(manifests, key=lambda key: len(manifests[key]))
    plant(store, manifest, f"{RAW}/Movies/2026/11/23/{manifest.rpartition('/')[2].removesuffix('.1.json')}-1.json")
    problems = verify_lake(store).problems
    kinds = {problem.kind for problem in problems}
    assert kinds == {kind} if name in ALONE else kind in kinds
    assert all(problem.where and problem.detail for problem in problems)
    assert {each for advised, _ in list_hints(problems) for each in advised.split(", ")} == kinds
