"""A device on the store's network that does all it can: `python -m tests.bench.flood ADDRESS AUTHORITY TOKEN`.

It is signed in. It holds connections whose headers drip, streams, and a body that never ends, and searches as fast as
it is answered. It ends with SIGTERM, and says how often it was answered with which status.
"""

import asyncio
import collections
import contextlib
import json
import signal
import ssl
import sys
from collections.abc import Awaitable, Callable
from functools import partial
from urllib.parse import urlsplit

DRIPPING = 40
STREAMS = 20
SEARCHES = ("/api/catalog/products?q=s", "/api/orders/orders?limit=200", "/api/orders/customers?search=9876")
SEARCHERS = 2 * len(SEARCHES)
# a device that asks without rest is this machine's own load rather than the store's
BETWEEN_S = 0.02
DRIP_S = 1.0
MEGABYTE = b"x" * 1_000_000


class Flood:
    """What the device does all at once; `answers` counts what it was told, by deed and status."""

    def __init__(self, address: str, authority: str, token: str) -> None:
        self._place = urlsplit(address)
        self._trust = ssl.create_default_context(cafile=authority)
        self._headers = f"Host: {self._place.netloc}\r\nAuthorization: Bearer {token}\r\n"
        self.answers: collections.Counter[str] = collections.Counter()

    async def strike(self) -> None:
        async with asyncio.TaskGroup() as group:
            for _ in range(DRIPPING):
                group.create_task(self._again(self._drip))
            for _ in range(STREAMS):
                group.create_task(self._again(self._follow))
            for n in range(SEARCHERS):
                group.create_task(self._again(partial(self._search, SEARCHES[n % len(SEARCHES)])))
            group.create_task(self._again(self._pour))

    async def _again(self, deed: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]) -> None:
        while True:
            try:
                reader, writer = await asyncio.open_connection(self._place.hostname, self._place.port, ssl=self._trust)
                await deed(reader, writer)
                writer.close()
            except (OSError, asyncio.IncompleteReadError):
                self.answers["cut off"] += 1
            await asyncio.sleep(BETWEEN_S)

    async def _drip(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"GET / HTTP/1.1\r\n")
        while not (reader.at_eof() or writer.is_closing()):
            writer.write(b"X-Drip: 1\r\n")
            await writer.drain()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(reader.read(1), DRIP_S)

    async def _follow(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(f"GET /api/sessions/stream HTTP/1.1\r\n{self._headers}\r\n".encode())
        await self._take(reader, "stream")
        await reader.read()

    async def _search(self, path: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while not reader.at_eof():
            writer.write(f"GET {path} HTTP/1.1\r\n{self._headers}\r\n".encode())
            length = await self._take(reader, "search")
            await reader.readexactly(length)
            await asyncio.sleep(BETWEEN_S)

    async def _pour(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(f"POST /api/orders/orders HTTP/1.1\r\n{self._headers}Transfer-Encoding: chunked\r\n\r\n".encode())
        while not (reader.at_eof() or writer.is_closing()):
            writer.write(b"%x\r\n%b\r\n" % (len(MEGABYTE), MEGABYTE))
            await writer.drain()

    async def _take(self, reader: asyncio.StreamReader, what: str) -> int:
        """Reads the head of an answer; gives the length of its body."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        self.answers[f"{what} {head.split()[1]}"] += 1
        lengths = [line.split(":")[1] for line in head.lower().splitlines() if line.startswith("content-length:")]
        return int(lengths[0]) if lengths else 0


async def _flood(flood: Flood) -> None:
    striking = asyncio.ensure_future(flood.strike())
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, striking.cancel)
    await asyncio.wait([striking])
    json.dump(dict(sorted(flood.answers.items())), sys.stdout)


if __name__ == "__main__":
    asyncio.run(_flood(Flood(*sys.argv[1:])))
