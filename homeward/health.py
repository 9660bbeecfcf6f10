"""Health over HTTP: `/live` says that the process answers, `/ready` that it does its work, `/metrics` the same in
numbers. Nothing about a child."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any

from homeward.metrics import CONTENT_TYPE, metrics

_READ_WITHIN = 5.0  # seconds for a request
_STANDING_WITHIN = 5.0  # seconds that the database has: one that hangs does not answer
Check = Callable[[], str | None]
"""What is wrong with a part of the hub, in words; None where it does its work."""
Standing = Callable[[], Awaitable[tuple[dict[str, Any], Mapping[str, str | None]]]]
"""What stands in the database, and what is wrong by that. It raises where the database does not answer."""


class Health:
    """`checks` say by name what is wrong, `standing` what stands in the database, whose answering is a check of its
    own. `channels`: every way out. Port 0: nothing is served."""

    def __init__(
        self, checks: Mapping[str, Check], standing: Standing, host: str, port: int, channels: Collection[str] = ()
    ) -> None:
        self._checks, self._standing, self._host, self._port = checks, standing, host, port
        self._channels = channels
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        if self._port:
            self._server = await asyncio.start_server(self._answer, self._host, self._port)

    async def stop(self) -> None:
        if self._server:
            self._server.close()
            await self._server.wait_closed()

    async def state(self) -> dict[str, Any]:
        """What is checked, each with true or false, what is wrong, and what stands in the database."""
        faults: dict[str, str | None] = {"database": None}
        try:
            async with asyncio.timeout(_STANDING_WITHIN):
                standing, found = await self._standing()
            faults |= found
        except Exception as error:  # whatever ails the database: the hub is not ready
            standing, faults["database"] = {}, f"it does not answer ({type(error).__name__})"
        faults |= {name: check() for name, check in self._checks.items()}
        checks = {name: fault is None for name, fault in faults.items()}
        told = {name: fault for name, fault in faults.items() if fault}
        return {"ready": not told, "checks": checks, "faults": told, **standing}

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(_READ_WITHIN):
                path = (await reader.readline()).split(b" ")[1:2]
            status, kind, text = await self._answer_to(path[0] if path else b"")
            body = text.encode()
            head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
            writer.write(head.encode() + body)
            await writer.drain()
        except (TimeoutError, ConnectionError, ValueError):
            pass  # a caller that hangs up or talks nonsense is its own affair
        finally:
            writer.close()

    async def _answer_to(self, path: bytes) -> tuple[str, str, str]:
        """The status, the type and the text of an answer."""
        match path:
            case b"/live":
                return "200 OK", "application/json", json.dumps({"live": True})
            case b"/ready":
                state = await self.state()
                return "200 OK" if state["ready"] else "503 Unavailable", "application/json", json.dumps(state)
            case b"/metrics":
                return "200 OK", CONTENT_TYPE, metrics(await self.state(), self._channels)
        return "404 Not Found", "application/json", json.dumps(None)
