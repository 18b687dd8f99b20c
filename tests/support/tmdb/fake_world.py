"""A lake that is extracted and refreshed from a fake TMDB in this process, and compared with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import msgspec
from tests.support.refine.present import Present, read_present
from tests.support.runs import build_context, start_of, work
from tests.support.tmdb.fake_tmdb import Facts, FakeTmdb
from tests.support.tmdb.virtual import VirtualClock, run_virtual

from cinelake.extract.context import RunContext
from cinelake.extract.feed.documents import FeedReport
from cinelake.extract.feed.run import refresh_from_feed
from cinelake.extract.planning.decision import ExtractRequest, RefreshRequest, RunRequest
from cinelake.extract.run_documents import RunReport
from cinelake.lake.store import Store
from cinelake.lake.stores.object_store import open_memory
from cinelake.log import Log
from cinelake.media import Media
from cinelake.selection.limits import Limits
from cinelake.selection.listing_source import ListingSource
from cinelake.selection.selection import Selection
from cinelake.tmdb.client import Client
from cinelake.tmdb.rate_limiter import RateLimiter
from cinelake.tmdb.transport import Reply, Transport
from cinelake.verify.runs import verify_lake

DAY = date(2026, 3, 2)
TWO_GENRES = Selection(Media.MOVIE, (80, 10752), append=())


@dataclass
class Dated:
    """A transport whose responses have the date of a day."""

    inner: Transport
    day: date
    clock: VirtualClock

    async def send(self, path: str, params: Mapping[str, str]) -> Reply:
        reply = await self.inner.send(path, params)
        sent_at = start_of(self.day).now() + timedelta(seconds=self.clock.monotonic())
        return replace(reply, sent_at=sent_at, is_simulated=True)


@dataclass
class FakeWorld:
    """A TMDB whose films a test changes, and a lake that follows it."""

    tmdb: FakeTmdb = field(default_factory=FakeTmdb)
    store: Store = field(default_factory=open_memory)
    selection: Selection = TWO_GENRES
    skew: timedelta = timedelta()
    """By how much the clock of this machine is ahead."""

    def extract(
        self,
        day: date = DAY,
        *,
        source: ListingSource | None = None,
        limits: Limits = Limits(),  # noqa: B008 - frozen
        transport: Transport | None = None,
    ) -> RunReport:
        """Run `extract`."""
        return self._work(ExtractRequest(self.selection, source=source), day, limits, transport)

    def refresh(
        self,
        day: date,
        *,
        oldest: int | None = 0,
        max_age_days: int = 170,
        limits: Limits = Limits(max_removals=1.0),  # noqa: B008 - frozen
        source: ListingSource | None = None,
        transport: Transport | None = None,
    ) -> RunReport:
        """Run `refresh`."""
        request = RefreshRequest(self.selection, None, oldest, max_age_days, source=source)
        return self._work(request, day, limits, transport)

    def work(self, request: RunRequest, day: date) -> RunReport:
        """Do what a request asks for, without a limit on removals."""
        return self._work(request, day, Limits(max_removals=1.0), None)

    def read_feed(self, day: date, *, limits: Limits = Limits(), transport: Transport | None = None) -> FeedReport:  # noqa: B008 - frozen
        """Run `refresh --feed-only`."""

        async def main() -> FeedReport:
            return await refresh_from_feed(self._open(day, transport), self.selection, limits)

        return run_virtual(main())

    def check_present(self, *, but: str = "", is_complete: bool = True) -> None:
        """Assert that the lake stores the current version of every film (except the field `but`).

        With `is_complete`, verify reports no problem either.
        """
        present = read_present(self.store, self.selection)
        for genre_id in self.selection.genres:
            shown = {i: _decode(record, but) for i, record in list_genre(present, genre_id).items()}
            genres = () if genre_id is None else (genre_id,)
            films = {i: self.tmdb.films[i] | {"id_tmdb": i} for i in self.tmdb.select(genres)}
            assert shown == {i: {k: v for k, v in film.items() if k != but} for i, film in films.items()}
        assert not is_complete or verify_lake(self.store).problems == ()

    def _work(self, request: RunRequest, day: date, limits: Limits, transport: Transport | None) -> RunReport:
        async def main() -> RunReport:
            return await work(self._open(day, transport), request, limits)

        return run_virtual(main())

    def _open(self, day: date, transport: Transport | None) -> RunContext:
        """The context of a new process."""
        clock, log = VirtualClock(start_of(day).now() + self.skew), Log(level="warning")
        dated = Dated(transport or self.tmdb, day, clock)
        client = Client(dated, RateLimiter(float("inf")), clock, log, exports=self.tmdb)
        return build_context(client, self.store, client.clock)


def _decode(record: bytes, but: str) -> Facts:
    return {name: value for name, value in msgspec.json.decode(record).items() if name != but}


def list_genre(present: Present, genre_id: int | None) -> dict[int, bytes]:
    """The records of the slices of a genre (None: all titles); each title is in one of them."""
    records: dict[int, bytes] = {}
    for name, stored in present.items():
        if name.startswith("all-" if genre_id is None else f"genre-{genre_id}-"):
            assert not records.keys() & stored.keys(), f"{records.keys() & stored.keys()} are in two slices"
            records |= stored
    return records
