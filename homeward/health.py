"""Health over HTTP: `/live` says that the process answers, `/ready` that it does its work. Nothing about a child."""

import asyncio
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from homeward.hub import Hub

_STUCK = 60.0  # seconds without progress while records wait
_READ_WITHIN = 5.0  # seconds for a request


class Health:
    """Readiness: the database answers; the group's coordinator is known and partitions are assigned; where records
    wait, positions move."""

    def __init__(self, hub: "Hub") -> None:
        self._hub = hub
        self._server: asyncio.Server | None = None
        self._positions: dict[Any, int] = {}
        self._moved = 0.0

    async def start(self) -> None:
        if self._hub.settings.health_port:
            settings = self._hub.settings
            self._server = await asyncio.start_server(self._answer, settings.health_host, settings.health_port)

    async def stop(self) -> None:
        if self._server:
            self._server.close()
            await self._server.wait_closed()

    async def state(self) -> dict[str, Any]:
        """What is checked, each with true or false, what stands in the outbox, and how many seconds ago each register
        sent its newest record."""
        checks: dict[str, bool] = {}
        standing: dict[str, Any] = {}
        try:
            async with self._hub.parts.store.reading() as tx:
                counts, feeds = await tx.standing(), await tx.feeds()
            checks["database"] = True
            now = self._hub.parts.now()
            ages = {feed.authority: round((now - feed.newest_at).total_seconds()) for feed in feeds}
            standing = {"deliveries": counts.states, "quarantined": counts.quarantined, "register_age": ages}
        except Exception:  # whatever ails the database: the hub is not ready
            checks["database"] = False
        if "consumers" in self._hub.running:
            checks["consumers"] = self._consuming()
        return {"ready": all(checks.values()), "checks": checks, **standing}

    def _consuming(self) -> bool:
        subscribed = (getattr(subscriber, "consumer", None) for subscriber in self._hub.broker.subscribers)
        consumers = [consumer for consumer in subscribed if consumer is not None]
        if not consumers:
            return False
        now = asyncio.get_running_loop().time()
        waiting = False
        for consumer in consumers:
            if consumer._coordinator is None or consumer._coordinator.coordinator_id is None:
                return False
            for partition in consumer.assignment():
                state = consumer._subscription.subscription.assignment.state_value(partition)
                position = state._position if state and state._position is not None else 0
                highwater = consumer.highwater(partition) or 0
                waiting = waiting or highwater > position
                if self._positions.get(partition) != position:
                    self._positions[partition], self._moved = position, now
        return not waiting or now - self._moved < _STUCK

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(_READ_WITHIN):
                path = (await reader.readline()).split(b" ")[1:2]
            state = {"live": True} if path == [b"/live"] else await self.state() if path == [b"/ready"] else None
            status = "404 Not Found" if state is None else "200 OK" if state.get("ready", True) else "503 Unavailable"
            body = json.dumps(state).encode()
            head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
            writer.write(head.encode() + body)
            await writer.drain()
        except (TimeoutError, ConnectionError, ValueError):
            pass  # a caller that hangs up or talks nonsense is its own affair
        finally:
            writer.close()
