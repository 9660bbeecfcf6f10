"""Whether change data capture reads the outbox from the log of Postgres: by a replication slot, which keeps what has
not been read yet, and nothing from before it was made."""

from sqlalchemy import text

from store.database import Store
from store.errors import translated

SLOT = "homeward_topics"
"""As `deploy/debezium` names it."""
_ASK = text(
    "SELECT wal_status, pg_wal_lsn_diff(pg_current_wal_lsn(), confirmed_flush_lsn)::bigint AS unread "
    "FROM pg_replication_slots WHERE slot_name = :slot AND database = current_database()"
)


async def slot_unread(store: Store) -> int | None:
    """Bytes of the log that the slot keeps and that have not been read; None where there is no slot, or it has lost
    what it was to keep: nothing that is promised now would be written. Raises StoreUnavailableError."""
    async with store.reading_connection() as connection:
        with translated():
            found = (await connection.execute(_ASK, {"slot": SLOT})).one_or_none()
    return None if found is None or found.wal_status == "lost" else int(found.unread or 0)
