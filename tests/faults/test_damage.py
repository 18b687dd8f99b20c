"""Damaged documents, a full disk, other options: a clear error, nothing lost, and a hint that works."""

from dataclasses import replace

import pytest
from tests.support.runs import CRIME, World
from tests.support.stores import WatchedStore, read_all
from tests.support.tmdb.service import TODAY
from tests.support.unfolding import unfold

from cinelake.errors import DamagedError, StoreError, UsageError
from cinelake.lake.keys import MANIFESTS, RAW, STATUS, RunKey
from cinelake.lake.numbered_keys import number_key
from cinelake.selection.slices import Slice
from cinelake.verify.runs import verify_lake

RUN = RunKey(CRIME.id, TODAY)


def _some_slice(world: World) -> str:
    """Return the key of the manifest of a slice with records."""
    sizes = {key: len(data) for key, data in read_all(unfold(world.store), MANIFESTS).items()}
    return max(sizes, key=lambda key: sizes[key])


@pytest.mark.parametrize("garbage", [b"", b'{"slice": 3}', b"<html>", b"\xff"])
@pytest.mark.parametrize("kind", ["plan", "report", "listing", "manifest", "window"])
def test_following_the_hint_repairs_a_damaged_document(kind: str, garbage: bytes) -> None:
    world = World()
    world.extract(CRIME)
    raw = read_all(world.store, RAW)
    manifest = _some_slice(world)
    listing = manifest.replace("manifests", "listings").replace(".1.json", ".json")
    match kind:
        case "plan" | "report":
            key = RUN.plan() if kind == "plan" else RUN.report()
        case "listing":
            key = listing
            world.store.delete(manifest)
        case "window":
            key = listing.replace("listings", "windows").replace(".json", "/19900101-19901231.json")
            world.store.delete(manifest)
            world.store.delete(listing)
        case _:
            key = manifest
    if kind != "report":
        world.store.delete(RUN.report())
    world.store.write(key, garbage)
    with pytest.raises(DamagedError) as caught:
        world.extract(CRIME)
    assert caught.value.subject == key
    assert caught.value.hint.startswith("remove")
    assert "run" in caught.value.hint
    assert read_all(world.store, RAW) == raw

    world.store.delete(key)
    assert world.extract(CRIME).is_complete
    assert read_all(world.store, RAW) == raw
    assert verify_lake(world.store).problems == ()


def test_damaged_batch_of_an_unfinished_slice_is_fetched_again() -> None:
    world = World()
    world.extract(CRIME)
    raw, manifest = read_all(world.store, RAW), _some_slice(world)
    key = next(key for key in raw if manifest.rpartition("/")[2].removesuffix(".1.json") in key)
    for removed in (manifest, RUN.report()):
        world.store.delete(removed)
    world.store.write(key, raw[key][: len(raw[key]) // 2])
    assert world.extract(CRIME).is_complete
    assert read_all(world.store, RAW) == raw


def test_following_the_hint_of_verify_repairs_a_committed_slice() -> None:
    world = World()
    world.extract(CRIME)
    raw, manifest = read_all(world.store, RAW), _some_slice(world)
    key = next(key for key in raw if manifest.rpartition("/")[2].removesuffix(".1.json") in key)
    world.store.write(key, raw[key].replace(b"budget", b"BUDGET"))
    assert [problem.kind for problem in verify_lake(world.store).problems] == ["altered object"]
    for damaged in (key, manifest, RUN.report()):
        world.store.delete(damaged)
    assert world.extract(CRIME).is_complete
    assert read_all(world.store, RAW) == raw
    assert verify_lake(world.store).problems == ()


def test_disk_that_fills_up_loses_nothing() -> None:
    world, written = World(), 0

    def before(method: str, key: str) -> None:
        nonlocal written
        written += method == "write" and key.startswith(RAW)
        if written > 4:
            raise StoreError("the disk is full")

    full = World(world.sandbox, WatchedStore(world.store, before), world.paths)
    with pytest.raises(StoreError, match="the disk is full"):
        full.extract(CRIME)
    assert len(read_all(world.store, RAW)) == 4
    fetched = world.count_details()
    report = world.extract(CRIME)
    assert report.is_complete
    assert world.count_details() - fetched < report.records
    assert verify_lake(world.store).problems == ()


def test_slice_never_mixes_records_of_two_requests() -> None:
    world = World()
    world.extract(CRIME)
    before = read_all(world.store)
    with pytest.raises(UsageError, match="a slice contains records of one kind") as caught:
        world.extract(replace(CRIME, append=("credits",)))
    assert "--append credits" in caught.value.message
    assert Slice(CRIME.media, 80).key(TODAY).kind == "Movies"
    after = read_all(world.store)
    assert before.pop(number_key(1))
    assert before.pop(STATUS)
    assert {key: after[key] for key in before} == before
