"""Damaged documents, a full disk, other options: a clear error, nothing lost, and what the message says works."""

from dataclasses import replace

import pytest
from tests.support.runs import CRIME, World
from tests.support.service import TODAY
from tests.support.stores import WatchedStore, read_all

from cinelake.errors import DamagedError, StoreError, UsageError
from cinelake.lake.keys import MANIFESTS, RAW, RunKey
from cinelake.selection.slices import Slice
from cinelake.verify.runs import verify_lake

RUN = RunKey(CRIME.id, TODAY)


def _some_slice(world: World) -> str:
    """The manifest key of a slice with records."""
    sizes = {key: len(data) for key, data in read_all(world.store, MANIFESTS).items()}
    return max(sizes, key=lambda key: sizes[key])


@pytest.mark.parametrize("garbage", [b"", b'{"slice": 3}', b"<html>", b"\xff"])
@pytest.mark.parametrize("what", ["plan", "report", "listing", "manifest", "window"])
def test_a_damaged_document_is_named_and_doing_what_is_said_mends_it(what: str, garbage: bytes) -> None:
    world = World()
    world.extract(CRIME)
    raw = read_all(world.store, RAW)
    manifest = _some_slice(world)
    listing = manifest.replace("manifests", "listings").replace(".1.json", ".json")
    match what:
        case "plan" | "report":
            key = RUN.plan() if what == "plan" else RUN.report()
        case "listing":
            key = listing
            world.store.delete(manifest)
        case "window":
            key = listing.replace("listings", "windows").replace(".json", "/19900101-19901231.json")
            world.store.delete(manifest)
            world.store.delete(listing)
        case _:
            key = manifest
    if what != "report":
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


def test_a_damaged_batch_of_an_unfinished_slice_is_fetched_again() -> None:
    world = World()
    world.extract(CRIME)
    raw, manifest = read_all(world.store, RAW), _some_slice(world)
    key = next(key for key in raw if manifest.rpartition("/")[2].removesuffix(".1.json") in key)
    for removed in (manifest, RUN.report()):
        world.store.delete(removed)
    world.store.write(key, raw[key][: len(raw[key]) // 2])
    assert world.extract(CRIME).is_complete
    assert read_all(world.store, RAW) == raw


def test_a_committed_slice_is_mended_as_verify_advises() -> None:
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


def test_a_disk_that_fills_up_in_the_middle_of_a_batch_loses_nothing() -> None:
    world, written = World(), 0

    def before(method: str, key: str) -> None:
        nonlocal written
        written += method == "write" and key.startswith(RAW)
        if written > 4:
            raise StoreError("lake", "the disk is full", "a folder that can be written", "free some space")

    full = World(world.sandbox, WatchedStore(world.store, before), world.paths)
    with pytest.raises(StoreError, match="the disk is full"):
        full.extract(CRIME)
    assert len(read_all(world.store, RAW)) == 4
    asked = world.count_details()
    report = world.extract(CRIME)
    assert report.is_complete
    assert world.count_details() - asked < report.records
    assert verify_lake(world.store).problems == ()


def test_records_of_two_kinds_are_not_mixed_in_a_slice() -> None:
    world = World()
    world.extract(CRIME)
    before = read_all(world.store)
    with pytest.raises(UsageError, match="one kind of record in a slice") as caught:
        world.extract(replace(CRIME, append=("credits",)))
    assert "--append credits" in caught.value.message
    assert Slice(CRIME.media, 80).key(TODAY).kind == "Movies"
    after = read_all(world.store)
    assert {key: after[key] for key in before} == before
