"""A line to Postgres over TCP that can be cut without a word: what is sent goes nowhere and nothing comes back, as
behind a firewall that has forgotten the connection."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from sqlalchemy import make_url

_NOTICED_WITHIN = 15.0
"""Seconds: what the hub asks of either end (`store.postgres`)."""


@dataclass
class CutLine:
    """`url` leads over the line; `cut` makes dead what is connected, and lets new connections through unless the line
    is `dark`: then they are taken, and lead nowhere."""

    url: str = ""
    dark: bool = False
    _dead: list[asyncio.Event] = field(default_factory=list)

    def cut(self) -> None:
        for each in self._dead:
            each.set()

    async def _noticed(self, dead: asyncio.Event, *ends: asyncio.StreamWriter) -> None:
        """Each end finds out by itself, as its keepalives would tell it: ours to either end are answered."""
        with suppress(asyncio.CancelledError):
            await dead.wait()
            await asyncio.sleep(_NOTICED_WITHIN)
            for end in ends:
                end.transport.abort()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, dead: asyncio.Event) -> None:
        with suppress(ConnectionError, asyncio.CancelledError):
            while data := await reader.read(65_536):
                if dead.is_set():
                    await asyncio.Event().wait()
                writer.write(data)
                await writer.drain()
        writer.close()


@asynccontextmanager
async def line_to(url: str, tls: ssl.SSLContext | None = None) -> AsyncIterator[CutLine]:
    """A line to the server of that url, until the end of the block. With `tls` it is encrypted, as by a server of that
    certificate."""
    server_url, line, tasks = make_url(url), CutLine(), set[asyncio.Task[None]]()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if tls is not None:
            await reader.readexactly(8)  # the client asks for encryption
            writer.write(b"S")
            try:
                await writer.start_tls(tls)
            except (ssl.SSLError, ConnectionError):
                writer.close()
                return
        dead, folder = asyncio.Event(), server_url.query.get("host")
        if line.dark:
            dead.set()
        try:
            far = (
                await asyncio.open_unix_connection(f"{folder}/.s.PGSQL.{server_url.port or 5432}")
                if folder
                else await asyncio.open_connection(server_url.host, server_url.port or 5432)
            )
        except OSError:
            writer.close()
            return
        line._dead.append(dead)
        ends = line._noticed(dead, writer, far[1])
        for work in (line._carry(reader, far[1], dead), line._carry(far[0], writer, dead), ends):
            tasks.add(task := asyncio.create_task(work))
            task.add_done_callback(tasks.discard)

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    through = server_url.set(host="127.0.0.1", port=port).difference_update_query(["host"])
    line.url = through.render_as_string(hide_password=False)
    try:
        yield line
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
