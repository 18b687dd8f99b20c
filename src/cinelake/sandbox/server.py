"""Serves a sandbox over HTTP, on the loopback interface only.

Invariant: a reply is sent, delayed or cut exactly as the sandbox returned it, dated on the sandbox's day.
"""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from contextlib import suppress
from datetime import UTC, date, datetime
from email.utils import format_datetime, formatdate, parsedate_to_datetime
from threading import Thread
from types import TracebackType
from typing import Self

from aiohttp import web

from cinelake.sandbox.api.replies import Reply
from cinelake.sandbox.app import Sandbox

Sleep = Callable[[float], Awaitable[None]]
_HOST = "127.0.0.1"
_START_S = 120


async def serve(sandbox: Sandbox, *, port: int, ready: Callable[[str], None], sleep: Sleep) -> None:
    """Serve until cancelled; call `ready` with the address once connections are accepted. Port 0 picks a free one.

    Raises:
        OSError: the port is in use.
    """
    server = web.Server(_build_handler(sandbox, sleep, lambda: len(server.connections)), access_log=None)
    runner = web.ServerRunner(server, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, _HOST, port, backlog=1024).start()
        ready(f"http://{_HOST}:{runner.addresses[0][1]}")
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()


class Running:
    """A sandbox that serves from a thread; as a context manager, it stops at the end."""

    def __init__(self, url: str, thread: Thread, stop: Callable[[], None]) -> None:
        self.url = url
        self._thread = thread
        self._stop = stop

    def stop(self) -> None:
        """Close all connections and end the thread; a second call does nothing."""
        if self._thread.is_alive():
            self._stop()
            self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()


def start_in_thread(sandbox: Sandbox, *, sleep: Sleep, port: int = 0) -> Running:
    """Serve from a daemon thread with its own event loop; return when connections are accepted.

    Raises:
        OSError: the port is in use.
    """
    started: Future[tuple[str, Callable[[], None]]] = Future()
    thread = Thread(target=_run, args=(sandbox, port, sleep, started), name="sandbox", daemon=True)
    thread.start()
    url, stop = started.result(timeout=_START_S)
    return Running(url, thread, stop)


def _run(sandbox: Sandbox, port: int, sleep: Sleep, started: "Future[tuple[str, Callable[[], None]]]") -> None:
    async def main() -> None:
        loop, task = asyncio.get_running_loop(), asyncio.current_task()

        def stop() -> None:
            if task is not None:
                with suppress(RuntimeError):  # the loop has already ended
                    loop.call_soon_threadsafe(task.cancel)

        await serve(sandbox, port=port, ready=lambda url: started.set_result((url, stop)), sleep=sleep)

    try:
        asyncio.run(main())
    except asyncio.CancelledError:
        return
    except Exception as error:
        if started.done():
            raise
        started.set_exception(error)


def _build_handler(
    sandbox: Sandbox, sleep: Sleep, count_connections: Callable[[], int]
) -> Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]:
    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        sandbox.meter.note_connections(count_connections())
        reply = sandbox.answer(request.method, request.path, request.query, request.headers)
        if reply.delay_s:
            await sleep(reply.delay_s)
        if reply.cut is not None:
            _cut(request.transport, reply)
        return web.Response(status=reply.status, body=reply.body, headers={**reply.headers, **_build_date(sandbox.today)})

    return handle


def _build_date(day: date) -> dict[str, str]:
    """The headers of the time: that of this machine on the sandbox's day. The second one says that it is simulated."""
    now = datetime.combine(day, parsedate_to_datetime(formatdate(usegmt=True)).time(), UTC)
    return {"Date": format_datetime(now, usegmt=True), "X-Sandbox-Day": day.isoformat()}


def _cut(transport: asyncio.Transport | None, reply: Reply) -> None:
    """Close the connection before the answer, or within its body; anything written later is lost."""
    if transport is None:
        return
    if reply.cut == "reset":
        transport.abort()
        return
    head = f"HTTP/1.1 {reply.status} OK\r\nContent-Type: application/json\r\nContent-Length: {len(reply.body)}\r\n\r\n"
    transport.write(head.encode() + reply.body[: len(reply.body) // 2])
    transport.close()
