"""Copies of what a database holds of episodes that are over, under ids of their own: a hundred thousand within
minutes, each as intake would have left it. The ledger's hashes are copied as they are, so it proves nothing."""

from typing import Any

from sqlalchemy import Table, insert, select

from routing.messages import derived_id
from store import Store
from store.tables import blocking, episode_references, episodes, identifiers, inbox, ledger, people

_TABLES: tuple[tuple[Table, tuple[str, ...]], ...] = (
    (people, ("id",)),
    (episodes, ("id", "person")),
    (episode_references, ("episode", "person")),
    (identifiers, ("person",)),
    (blocking, ("person",)),
    (inbox, ("key",)),
    (ledger, ("id", "episode")),
)
"""Each with the columns that hold ids."""
_AT_ONCE = 20
_FINDABLE = 50
"""One copy in so many is found by its name: else everybody would have hundreds of twins."""


async def clone(store: Store, times: int) -> None:
    """Adds so many copies, less one, of everything that is there."""
    rows = {}
    async with store.connection() as connection:
        for table, _ in _TABLES:
            columns = [column for column in table.columns if column.name != "position"]
            rows[table.name] = [dict(row._mapping) for row in await connection.execute(select(*columns))]
    for first in range(1, times, _AT_ONCE):
        async with store.connection() as connection:
            for table, ids in _TABLES:
                step = _FINDABLE if table is blocking else 1
                numbers = [k for k in range(first, min(first + _AT_ONCE, times)) if not k % step]
                copies = [_copy(row, ids, k) for k in numbers for row in rows[table.name]]
                if copies:
                    await connection.execute(insert(table), copies)


def _copy(row: dict[str, Any], ids: tuple[str, ...], k: int) -> dict[str, Any]:
    made = row | {name: derived_id("clone", str(row[name]), str(k)) for name in ids if row[name] is not None}
    for name in ("incident", "value"):
        if name in row:
            made[name] = f"{row[name]}-{k}"
    if "doc" in row:
        doc = row["doc"].replace(row["id"].encode(), made["id"].encode())
        made["doc"] = doc.replace(b'"H-', f'"H{k}-'.encode())
    return made
