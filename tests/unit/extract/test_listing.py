"""The lister finds every id of a query, and proves that none is missing."""

from collections.abc import Mapping
from datetime import date, timedelta

import pytest
from tests.support.tmdb.discover import Discover, Title
from tests.support.tmdb.service import TODAY, SandboxTransport, ScriptedTransport
from tests.support.tmdb.virtual import VirtualClock, run_virtual

from cinelake.extract.listing.lister import ListedWindow, Lister
from cinelake.extract.listing.undated import UndatedFinder
from cinelake.log import Log
from cinelake.media import Media
from cinelake.sandbox.app import Behaviour, Sandbox
from cinelake.sandbox.catalogue.catalogue import Catalogue
from cinelake.tmdb.client import Client
from cinelake.tmdb.endpoints import Query
from cinelake.tmdb.rate_limiter import RateLimiter
from cinelake.tmdb.transport import Reply

DAY = date(1999, 12, 31)


def _client(discover: Discover) -> tuple[Client, ScriptedTransport]:
    transport = ScriptedTransport(discover.answer)
    return Client(transport, RateLimiter(float("inf")), VirtualClock(), Log()), transport


def _list_dated(discover: Discover, query: Query) -> tuple[set[int], int, int]:
    """Ids, missing, requests."""

    async def main() -> tuple[set[int], int, int]:
        client, transport = _client(discover)
        windows: list[ListedWindow] = []

        async def keep(window: ListedWindow) -> None:
            windows.append(window)

        await Lister(client).list_dated(query, keep)
        ids = [i for window in windows for i in window.ids]
        assert len(set(ids)) == len(ids)
        return set(ids), sum(window.missing for window in windows), len(transport.requests)

    return run_virtual(main())


def _list_undated(discover: Discover, query: Query) -> tuple[ListedWindow, int]:
    async def main() -> tuple[ListedWindow, int]:
        client, transport = _client(discover)
        return await UndatedFinder(client, Lister(client)).list_undated(query), len(transport.requests)

    return run_virtual(main())


def _spread(count: int, *, first: date = date(1995, 1, 1), days: int = 1800) -> list[Title]:
    return [Title(n, (first + timedelta(days=n * 7919 % days)).isoformat()) for n in range(1, count + 1)]


@pytest.mark.parametrize("count", [0, 1, 20, 21, 499, 501, 3000])
def test_stable_catalogue_needs_about_one_request_for_twenty_titles(count: int) -> None:
    query = Query(Media.MOVIE, 80, date(1995, 1, 1), date(1999, 12, 31))
    ids, missing, requests = _list_dated(Discover(_spread(count)), query)
    assert (ids, missing) == (set(range(1, count + 1)), 0)
    assert requests <= 1 + 1.25 * count / 20 + count / 100


class _Shifting(Discover):
    """Each page after the first repeats the last title of the page before, so that one title is never seen."""

    def __init__(self, titles: list[Title], orders: set[str]) -> None:
        super().__init__(titles)
        self._orders = orders

    def answer(self, path: str, params: Mapping[str, str]) -> Reply:
        if params.get("sort_by") in self._orders and int(params["page"]) > 1:
            previous = super().answer(path, {**params, "page": str(int(params["page"]) - 1)})
            here = super().answer(path, params)
            last = previous.body[previous.body.rindex(b'{"id"') : previous.body.index(b"]")]
            start, end = here.body.index(b"[") + 1, here.body.index(b"}") + 1
            return Reply(200, here.body[:start] + last + here.body[end:])
        return super().answer(path, params)


def test_titles_that_shift_between_pages_are_found_in_another_order() -> None:
    query = Query(Media.MOVIE, 80, DAY, DAY)
    titles = [Title(n, DAY.isoformat()) for n in range(1, 201)]
    ids, missing, _ = _list_dated(_Shifting(titles, {"original_title.asc"}), query)
    assert (ids, missing) == (set(range(1, 201)), 0)


def test_titles_that_shift_in_every_order_are_found_in_halves() -> None:
    orders = {"original_title.asc", "primary_release_date.asc", "vote_count.desc", "popularity.asc"}
    query = Query(Media.MOVIE, 80, date(1995, 1, 1), date(1999, 12, 31))
    ids, missing, _ = _list_dated(_Shifting(_spread(300), orders), query)
    assert (ids, missing) == (set(range(1, 301)), 0)


def test_unsettled_mismatch_is_counted_as_missing() -> None:
    """One day cannot be halved, so titles that shift in every order stay missing and are reported."""
    orders = {"original_title.asc", "primary_release_date.asc", "vote_count.desc", "popularity.asc"}
    titles = [Title(n, DAY.isoformat()) for n in range(1, 201)]
    ids, missing, _ = _list_dated(_Shifting(titles, orders), Query(Media.MOVIE, 80, DAY, DAY))
    assert missing == 200 - len(ids) > 0


@pytest.mark.parametrize(
    "build",
    [
        lambda n: Title(n, DAY.isoformat(), votes=n % 700),
        lambda n: Title(n, DAY.isoformat(), runtime=n % 200),
        lambda n: Title(n, DAY.isoformat(), language=("en", "pt", "fr", "ja")[n % 4]),
        lambda n: Title(n, DAY.isoformat(), genres=frozenset({80, 18} if n % 2 else {80, 53})),
    ],
    ids=["votes", "runtime", "language", "genres"],
)
def test_day_above_the_page_cap_is_split_by_another_dimension(build: object) -> None:
    assert callable(build)
    titles = [build(n) for n in range(1, 12_001)]
    ids, missing, _ = _list_dated(Discover(titles), Query(Media.MOVIE, 80, DAY, DAY))
    assert (len(ids), missing) == (12_000, 0)


def test_titles_beyond_the_page_cap_of_an_unsplittable_day_are_missing() -> None:
    titles = [Title(n, DAY.isoformat()) for n in range(1, 10_401)]
    ids, missing, _ = _list_dated(Discover(titles), Query(Media.MOVIE, 80, DAY, DAY))
    assert (len(ids), missing) == (10_000, 400)


@pytest.mark.parametrize("has_nulls_first", [True, False])
@pytest.mark.parametrize(("dated", "undated"), [(300, 0), (300, 7), (300, 45), (11_000, 130), (21_000, 60)])
def test_undated_titles_are_found_at_either_end_of_a_sort_by_date(dated: int, undated: int, has_nulls_first: bool) -> None:
    titles = [*_spread(dated), *(Title(n, "", votes=n % 9, runtime=n % 91) for n in range(50_001, 50_001 + undated))]
    window, requests = _list_undated(Discover(titles, has_nulls_first=has_nulls_first), Query(Media.MOVIE, 80))
    assert (window.ids, window.total, window.missing) == (list(range(50_001, 50_001 + undated)), undated, 0)
    assert requests <= 0.1 * (dated + dated / 20) + 10


class _Mixed(Discover):
    """Sorts undated titles among the others."""

    def _sort(self, titles: list[Title], order: str) -> list[Title]:
        _ = order
        return sorted(titles, key=lambda title: title.id * 7919 % 10_007)


def test_undated_titles_sorted_among_others_are_found() -> None:
    titles = [*_spread(900), *(Title(n) for n in range(50_001, 50_031))]
    window, _ = _list_undated(_Mixed(titles), Query(Media.MOVIE, 80))
    assert (len(window.ids), window.missing) == (30, 0)


@pytest.mark.parametrize("has_nulls_first", [True, False])
def test_realistic_catalogue_is_listed_exactly(has_nulls_first: bool) -> None:
    async def main() -> None:
        clock = VirtualClock()
        catalogue = Catalogue(20_000, 0, 1, TODAY)
        sandbox = Sandbox(catalogue, now=clock.monotonic, behaviour=Behaviour(has_nulls_first=has_nulls_first))
        client = Client(SandboxTransport(sandbox, clock), RateLimiter(float("inf")), clock, Log())
        lister, ids = Lister(client), list[int]()

        async def keep(window: ListedWindow) -> None:
            assert window.missing == 0
            ids.extend(window.ids)

        await lister.list_dated(Query(Media.MOVIE, None, None, date(9999, 12, 31)), keep)
        listed = client.tally.requests
        await keep(await UndatedFinder(client, lister).list_undated(Query(Media.MOVIE)))
        truth = sandbox.answer("GET", "/__truth", {"media": "movie"}, {}).body
        assert f'"ids":{sorted(ids)}'.replace(" ", "").encode() in truth.replace(b" ", b"")
        assert client.tally.requests - listed <= 0.1 * (len(ids) + listed)

    run_virtual(main())
