"""Seals the ledger as a hub does that runs."""

import asyncio

from homeward.sealing import Sealer

_PATIENCE = 60.0  # seconds


async def seal(sealer: Sealer) -> None:
    """Looks until what is there is sealed. On Postgres that takes a second look at least, and as many more as somebody
    on the server is still writing, be it to a database of another test."""
    await sealer.look()
    async with asyncio.timeout(_PATIENCE):
        while sealer._waited:
            await asyncio.sleep(0.01)
            await sealer.look()
