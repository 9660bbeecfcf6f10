"""Topics by change data capture: whether the replication slot is there by which Debezium reads the outbox."""

from collections.abc import Callable
from datetime import datetime

from homeward import clock
from store import Store
from store.capture import SLOT, capture_slot
from store.errors import StoreUnavailableError
from store.pausing import Pause

NO_SLOT = (
    f"Change data capture does not read the outbox: the replication slot {SLOT} or its publication is not there, or "
    "has lost what it was to keep. See “Topics by change data capture” in docs/operating.md"
)
_BY, _WHY = "homeward", "change data capture lost its slot: set HOMEWARD_TOPICS_BY=relay before you resume"


class CaptureSlot:
    """The slot in the database of this url."""

    def __init__(self, url: str, now: Callable[[], datetime] = clock.now) -> None:
        self._store, self._now = Store.open(url), now

    async def fault(self) -> str | None:
        """Asked each time: it may be gone with the server that had it. Then topics are paused: a new slot keeps nothing
        of what was promised before it, and whoever makes one may not know that something was."""
        try:
            if await capture_slot(self._store) is not None:
                return None
            async with self._store.transaction() as tx:
                await tx.pause(Pause("topic", _BY, self._now(), _WHY))
        except StoreUnavailableError as error:
            return f"Cannot tell whether change data capture reads the outbox: {error}"
        return NO_SLOT

    async def close(self) -> None:
        await self._store.close()
