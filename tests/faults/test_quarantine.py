"""Titles that cannot be fetched are quarantined and tried again; everything else is stored."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from tests.support.runs import CRIME, CRIME_AND_WAR, World
from tests.support.stores import Killed, WatchedStore, read_all
from tests.support.tmdb.service import TODAY, SandboxTransport, build_sandbox
from tests.support.tmdb.virtual import VirtualClock
from tests.support.unfolding import read_unfolded

from cinelake.extract.report import check_counts
from cinelake.extract.run_documents import read_watermark
from cinelake.lake.batches import MAX_BYTES, parse_batch
from cinelake.lake.keys import LISTINGS, MANIFESTS, OWN, RAW, RunKey
from cinelake.media import Media
from cinelake.selection.selection import Selection
from cinelake.tmdb.transport import Reply, Transport
from cinelake.verify.runs import verify_lake

Spoil = Callable[[int, Reply], Reply]


class _Spoiling:
    """Passes the details of some titles through a function."""

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


def _answer(status: int, body: bytes) -> Spoil:
    return lambda _id, _reply: Reply(status, body)


def _some_ids(world: World, count: int) -> set[int]:
    undisturbed = World(world.sandbox)
    undisturbed.extract(CRIME)
    ids = sorted(i for data in read_all(undisturbed.store, RAW).values() for i in parse_batch(data))
    return set(ids[5 : 5 + count])


BAD: dict[str, tuple[Spoil, str]] = {
    "always 500": (lambda _id, _reply: Reply(500, b"{}"), "500 on /3/movie/"),
    "another id": (lambda title_id, _reply: Reply(200, b'{"id":%d}' % (title_id + 1)), "with an invalid body (id"),
    "refused": (lambda _id, _reply: Reply(422, b'{"status_code":22}'), "422 on /3/movie/"),
    "too large": (_inflate(MAX_BYTES), "a batch holds 10000000"),
}


@pytest.mark.parametrize("name", BAD)
def test_failed_title_is_quarantined_and_fetched_by_the_next_run(name: str) -> None:
    world = World()
    bad, (spoil, reason) = _some_ids(world, 2), BAD[name]
    report = world.extract(CRIME, transport=_spoiled(world, bad, spoil))
    assert not report.is_complete
    assert {i for line in report.slices for i in line.quarantined} == bad
    manifests = [json.loads(data) for data in read_unfolded(world.store, MANIFESTS).values()]
    assert all(reason in q["reason"] for m in manifests for q in m["quarantined"])
    assert {problem.kind for problem in verify_lake(world.store).problems} == {"quarantined"}
    kept, requested = read_all(world.store, RAW), world.count_details()

    assert world.extract(CRIME).is_complete
    assert world.count_details() - requested == len(bad)
    after = read_all(world.store, RAW)
    assert {key: after[key] for key in kept} == kept
    assert {i for key in after.keys() - kept.keys() for i in parse_batch(after[key])} == bad
    assert verify_lake(world.store).problems == ()
    assert any(key.endswith(".2.json") for key in read_unfolded(world.store, MANIFESTS))


def test_repeated_incomplete_run_writes_nothing_new() -> None:
    world = World()
    bad = _some_ids(world, 1)
    spoil, _ = BAD["always 500"]
    world.extract(CRIME, transport=_spoiled(world, bad, spoil))
    before = {**read_all(world.store, RAW), **read_all(world.store, MANIFESTS)}
    assert not world.extract(CRIME, transport=_spoiled(world, bad, spoil)).is_complete
    assert {**read_all(world.store, RAW), **read_all(world.store, MANIFESTS)} == before


def test_chunk_above_ten_megabytes_is_split() -> None:
    world = World()
    fat = _some_ids(world, 12)
    report = world.extract(CRIME, transport=_spoiled(world, fat, _inflate(3_500_000)))
    assert report.is_complete
    assert verify_lake(world.store).problems == ()
    sizes = [len(data) for data in read_all(world.store, RAW).values()]
    assert MAX_BYTES // 3 < max(sizes) <= MAX_BYTES
    undisturbed = World(world.sandbox)
    undisturbed.extract(CRIME)
    ids = [sorted(i for d in read_all(w.store, RAW).values() for i in parse_batch(d)) for w in (world, undisturbed)]
    assert ids[0] == ids[1]


def test_listed_titles_with_404_are_gone() -> None:
    world = World()
    chosen = _some_ids(world, 3)
    report = world.extract(CRIME_AND_WAR, transport=_spoiled(world, chosen, _answer(404, b'{"status_code":34}')))
    assert report.is_complete
    assert report.gone >= 3
    manifests = [json.loads(data) for data in read_unfolded(world.store, MANIFESTS).values()]
    assert {i for m in manifests for i in m["gone"]} == chosen
    assert all(len(m["gone"]) + m["records"] == m["listed"] for m in manifests)


def test_html_404_does_not_make_a_title_gone() -> None:
    world = World()
    chosen = _some_ids(world, 3)
    report = world.extract(CRIME, transport=_spoiled(world, chosen, _answer(404, b"<html>not found</html>")))
    assert (report.gone, report.quarantined, report.is_complete) == (0, 3, False)
    assert {i for line in report.slices for i in line.quarantined} == chosen


def test_higher_tolerance_completes_an_incomplete_listing() -> None:
    world = World()
    missing = Missing(SandboxTransport(world.sandbox, VirtualClock()))
    assert not world.extract(CRIME, transport=missing).is_complete
    assert world.extract(CRIME, transport=missing, tolerance=1.0).is_complete
    assert verify_lake(world.store).problems == ()


class Missing:
    """Counts one title more than it lists, in every query with more than three."""

    def __init__(self, inner: Transport) -> None:
        self._inner = inner

    async def send(self, path: str, params: Mapping[str, str]) -> Reply:
        reply = await self._inner.send(path, params)
        if not path.startswith("/3/discover/"):
            return reply
        page = json.loads(reply.body)
        page["total_results"] += page["total_results"] > 3
        return Reply(200, json.dumps(page).encode())


def test_altered_record_is_not_copied_into_another_slice() -> None:
    world = World()
    world.extract(CRIME)
    for key, data in read_all(world.store, RAW).items():
        world.store.write(key, data.replace(b'"id":', b'"Id":'))
    world.paths.clear()
    assert world.extract(CRIME_AND_WAR).is_complete
    war = {key: data for key, data in read_all(world.store, RAW).items() if "genre-10752" in key}
    assert war
    assert not any(b'"Id":' in data for data in war.values())
    assert world.count_details() == len({i for data in war.values() for i in parse_batch(data)})  # all are requested


def test_split_chunk_with_a_later_record_has_no_duplicates() -> None:
    world = World()
    fat = _some_ids(world, 12)
    chosen = min(fat)

    def spoil(title_id: int, reply: Reply) -> Reply:
        return Reply(500, b"{}") if title_id == chosen else _inflate(3_500_000)(title_id, reply)

    world.extract(CRIME, transport=_spoiled(world, fat, spoil))
    for key in read_all(world.store, MANIFESTS):
        world.store.delete(key)  # as if killed before the slices were committed
    report = world.extract(CRIME, transport=_spoiled(world, fat, _inflate(3_500_000)))
    assert report.is_complete
    assert verify_lake(world.store).problems == ()


class Rewriting:
    """Changes the replies of every path with a given start."""

    def __init__(self, world: World, start: str, change: Callable[[str, Reply], Reply]) -> None:
        self._inner = SandboxTransport(world.sandbox, VirtualClock())
        self._start = start
        self._change = change

    async def send(self, path: str, params: Mapping[str, str]) -> Reply:
        reply = await self._inner.send(path, params)
        return self._change(path, reply) if path.startswith(self._start) else reply


def _edit_page(change: Callable[[dict[str, Any]], None]) -> Callable[[str, Reply], Reply]:
    def edit(_path: str, reply: Reply) -> Reply:
        page = json.loads(reply.body)
        change(page)
        return Reply(200, json.dumps(page).encode())

    return edit


def test_duplicate_row_leaves_the_listing_unproven() -> None:
    world = World()
    chosen = _some_ids(world, 1)

    def repeat(page: dict[str, Any]) -> None:
        rows = page["results"]
        others = [row for row in rows if row["id"] not in chosen]
        page["results"] = [row if row["id"] not in chosen else others[0] for row in rows] if others else rows

    report = world.extract(CRIME, transport=Rewriting(world, "/3/discover/", _edit_page(repeat)))
    assert (report.is_complete, report.unproven) == (False, 1)
    assert read_watermark(world.store, CRIME.id) is None


def test_run_without_any_title_is_incomplete() -> None:
    world = World()
    empty = _edit_page(lambda page: page.update(results=[], total_results=0, total_pages=1))
    report = world.extract(CRIME, transport=Rewriting(world, "/3/discover/", empty))
    assert (report.is_complete, report.reason_incomplete) == (False, "TMDB lists no title at all")
    assert read_watermark(world.store, CRIME.id) is None
    assert [problem.kind for problem in verify_lake(world.store).problems] == ["incomplete run"]


def test_run_with_404_for_every_title_is_incomplete() -> None:
    world = World()
    gone = _answer(404, b'{"status_code":34}')
    report = world.extract(CRIME_AND_WAR, transport=Rewriting(world, "/3/movie/", lambda _, reply: gone(0, reply)))
    assert not report.is_complete
    assert "answered 404 for" in report.reason_incomplete
    assert read_watermark(world.store, CRIME_AND_WAR.id) is None


def test_small_share_of_404s_is_plausible() -> None:
    assert check_counts(CRIME, 45_704, 107) == check_counts(CRIME, 12, 12) == ""
    assert check_counts(CRIME, 1_000, 51) != ""
    assert check_counts(replace(CRIME, since=TODAY), 0, 0) == ""  # a single day may have no title


def test_windows_listed_with_other_switches_are_listed_again() -> None:
    large = Selection(Media.MOVIE, (), date(2010, 1, 1), date(2019, 12, 31), append=())
    with_adult = replace(large, include_adult=True)
    world = World(build_sandbox(VirtualClock(), films=6_000))

    def die(method: str, key: str) -> None:
        if method == "write" and key.startswith(LISTINGS):
            raise Killed

    with pytest.raises((Killed, BaseExceptionGroup)):
        World(world.sandbox, WatchedStore(world.store, die)).extract(large)
    assert read_all(world.store, f"{OWN}/windows/")
    report = world.extract(with_adult)
    assert report.titles == World(world.sandbox).extract(with_adult).titles > World(world.sandbox).extract(large).titles
    assert verify_lake(world.store, RunKey(with_adult.id, TODAY)).problems == ()
