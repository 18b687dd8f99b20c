"""A proxy on loopback that delays each request to a server, and counts them: the distance of a remote store."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

_PIECE = 1 << 16


@dataclass(slots=True)
class Proxy:
    """A running proxy: its port, the delay of each request in seconds, and the number of requests so far."""

    port: int
    delay_s: float
    requests: int = 0


@contextmanager
def delay_requests(port: int, delay_s: float) -> Iterator[Proxy]:
    """Forward connections to a port of this machine. A request is what a client sends after a response, or first."""
    loop = asyncio.new_event_loop()
    proxy = Proxy(0, delay_s)

    async def connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
        is_answered = True

        async def send() -> None:
            nonlocal is_answered
            while data := await reader.read(_PIECE):
                if is_answered:
                    is_answered = False
                    proxy.requests += 1
                    await asyncio.sleep(proxy.delay_s)  # noqa: TID251 - the delay is the purpose
                far_writer.write(data)
                await far_writer.drain()
            far_writer.close()

        async def receive() -> None:
            nonlocal is_answered
            while data := await far_reader.read(_PIECE):
                is_answered = True
                writer.write(data)
                await writer.drain()
            writer.close()

        with suppress(OSError):
            await asyncio.gather(send(), receive())

    server = loop.run_until_complete(asyncio.start_server(connect, "127.0.0.1", 0))
    proxy.port = server.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        server.close()
