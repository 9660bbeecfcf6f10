"""Topics by change data capture: whether the replication slot is there by which Debezium reads the outbox."""

from store import Store
from store.capture import SLOT, slot_unread
from store.errors import StoreUnavailableError

NO_SLOT = (
    f"Change data capture does not read the outbox: the replication slot {SLOT} is not there, or has lost what it was "
    "to keep. See “Topics by change data capture” in docs/operating.md"
)


class CaptureSlot:
    """The slot in the database of this url."""

    def __init__(self, url: str) -> None:
        self._store = Store.open(url)

    async def fault(self) -> str | None:
        """Asked each time: it may be gone with the server that had it."""
        try:
            return NO_SLOT if await slot_unread(self._store) is None else None
        except StoreUnavailableError as error:
            return f"Cannot tell whether change data capture reads the outbox: {error}"

    async def close(self) -> None:
        await self._store.close()
