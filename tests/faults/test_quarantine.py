"""What cannot be had is named, kept, and tried again; all else is untouched."""

import json
from collections.abc import Callable, Mapping

import pytest
from tests.support.runs import CRIME, CRIME_AND_WAR, World
from tests.support.service import SandboxTransport
from tests.support.stores import read_all
from tests.support.virtual import VirtualClock

from cinelake.extract.verify import verify_lake
from cinelake.lake.batches import MAX_BYTES, parse_batch
from cinelake.lake.layout import MANIFESTS, RAW
from cinelake.tmdb.transport import Reply, Transport

Spoil = Callable[[int, Reply], Reply]


class _Spoiling:
    """Hands the details of some titles through a function."""

    def __init__(self, inner: Transport, ids: set[int], spoil: Spoil) -> None:
        self._inner = inner
        self._ids = ids
        self._spoil = spoil

    async def send(self, path: str, params: Mapping[str, str]) -> Reply:
        reply = await self._inner.send(path, params)
        title_id = int(path.rpartition("/")[2]) if path.startswith("/3/movie/") else 0
        return self._spoil(title_id, reply) if title_id in self._ids else reply


def _spoiled(world: World, ids: set[int], spoil: Spoil) -> Transport:
    inner = SandboxTransport(world.sandbox, VirtualClock())
    inner.paths = world.paths
    return _Spoiling(inner, ids, spoil)


def _inflate(size: int) -> Spoil:
    return lambda _id, reply: Reply(200, reply.body[:-1] + b',"x":"' + b"y" * size + b'"}')


def _some_ids(world: World, count: int) -> set[int]:
    calm = World(world.sandbox)
    calm.extract(CRIME)
    ids = sorted(i for data in read_all(calm.store, RAW).values() for i in parse_batch(data))
    return set(ids[5 : 5 + count])


BAD: dict[str, tuple[Spoil, str]] = {
    "500 for ever": (lambda _id, _reply: Reply(500, b"{}"), "500 on /3/movie/"),
    "another id": (lambda title_id, _reply: Reply(200, b'{"id":%d}' % (title_id + 1)), "the answer is of id"),
    "refused": (lambda _id, _reply: Reply(422, b'{"status_code":22}'), "422 on /3/movie/"),
    "too large": (_inflate(MAX_BYTES), "a batch holds 10000000"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_title_that_cannot_be_had_is_named_and_had_later(name: str) -> None:
    world = World()
    bad, (spoil, reason) = _some_ids(world, 2), BAD[name]
    report = world.extract(CRIME, transport=_spoiled(world, bad, spoil))
    assert not report.is_complete
    assert {i for line in report.slices for i in line.quarantined} == bad
    manifests = [json.loads(data) for data in read_all(world.store, MANIFESTS).values()]
    assert all(reason in q["reason"] for m in manifests for q in m["quarantined"])
    assert {problem.kind for problem in verify_lake(world.store).problems} == {"quarantined"}
    kept, asked = read_all(world.store, RAW), world.count_details()

    mended = world.extract(CRIME)
    assert mended.is_complete
    assert world.count_details() - asked == len(bad)
    after = read_all(world.store, RAW)
    assert {key: after[key] for key in kept} == kept
    assert {i for key in after.keys() - kept.keys() for i in parse_batch(after[key])} == bad
    assert verify_lake(world.store).problems == ()
    assert any(key.endswith(".2.json") for key in read_all(world.store, MANIFESTS))


def test_a_run_that_stays_short_writes_nothing_new_when_repeated() -> None:
    world = World()
    bad = _some_ids(world, 1)
    spoil, _ = BAD["500 for ever"]
    world.extract(CRIME, transport=_spoiled(world, bad, spoil))
    before = {**read_all(world.store, RAW), **read_all(world.store, MANIFESTS)}
    assert not world.extract(CRIME, transport=_spoiled(world, bad, spoil)).is_complete
    assert {**read_all(world.store, RAW), **read_all(world.store, MANIFESTS)} == before


def test_a_chunk_above_ten_megabytes_is_halved_until_its_pieces_fit() -> None:
    world = World()
    fat = _some_ids(world, 12)
    report = world.extract(CRIME, transport=_spoiled(world, fat, _inflate(3_500_000)))
    assert report.is_complete
    assert verify_lake(world.store).problems == ()
    sizes = [len(data) for data in read_all(world.store, RAW).values()]
    assert MAX_BYTES // 3 < max(sizes) <= MAX_BYTES
    calm = World(world.sandbox)
    calm.extract(CRIME)
    ids = [sorted(i for d in read_all(w.store, RAW).values() for i in parse_batch(d)) for w in (world, calm)]
    assert ids[0] == ids[1]


def test_a_service_that_lists_titles_it_does_not_have_leaves_them_as_gone() -> None:
    world = World()
    lost = _some_ids(world, 3)
    report = world.extract(CRIME_AND_WAR, transport=_spoiled(world, lost, lambda _id, _reply: Reply(404, b"{}")))
    assert report.is_complete
    assert report.gone >= 3
    manifests = [json.loads(data) for data in read_all(world.store, MANIFESTS).values()]
    assert {i for m in manifests for i in m["gone"]} == lost
    assert all(len(m["gone"]) + m["records"] == m["listed"] for m in manifests)
