"""Obeying the journal: what it names and has not been erased in this database is erased, as in a backup that was
restored."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from homeward.keeping.ageing import AGED, purge_aged
from homeward.keeping.erasing import FORGOTTEN, Erased, forget_traces, sweep
from homeward.keeping.purging import empty_old, journal_read, strip_children
from store import Store
from store.keys import KeyStore


async def forgotten_by(keys: KeyStore) -> set[str]:
    """The ids of all children whom the journal beside these keys has forgotten. Raises StoreUnavailableError."""
    return {each["person"] for line in await keys.erasures() for each in line.what.get(FORGOTTEN, ())}


async def obey_journal(store: Store, now: datetime) -> Erased:
    """Returns what went of children who were forgotten. Nobody is asked again: what was still to be sent, according to
    the backup, is withdrawn. Raises StoreUnavailableError."""
    done = Erased()
    if store.keys is None:
        return done
    journal = await store.keys.erasures()
    async with store.reading() as tx:
        obeyed = await tx.were_erased([line.id for line in journal])
    left = [line for line in journal if line.id not in obeyed]
    for line in left:
        named: Sequence[Mapping[str, Any]] = line.what.get(FORGOTTEN, ())
        strips, old, held = journal_read(line.what)
        await strip_children(store, strips)
        aged = {part: datetime.fromisoformat(before) for part, before in line.what.get(AGED, {}).items()}
        async with store.transaction() as tx:
            await purge_aged(tx, aged)
            await tx.lock({each["person"] for each in named})
            await empty_old(tx, old, held)
            traces = [await tx.traces_of(each["person"], each["episodes"]) for each in named]
            await forget_traces(tx, traces, line, now, done, "journal", "")
    if left:
        await sweep(store)
    return done
