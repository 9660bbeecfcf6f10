"""Obeying the journal: what it names and has not been erased in this database is erased, as in a backup that was
restored."""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from homeward.keeping.ageing import AGED, purge_aged
from homeward.keeping.erasing import FORGOTTEN, Erased, erasure_row, forget_traces, sweep
from homeward.keeping.purging import empty_old, journal_read, strip_children
from store import Store
from store.history import LedgerEntry
from store.keys import Erasure, KeyStore

log = logging.getLogger(__name__)
_Named = Mapping[str, Any]


async def forgotten_by(keys: KeyStore) -> set[str]:
    """The ids of all children whom the journal beside these keys has forgotten. Raises StoreUnavailableError."""
    return {each["person"] for line in await keys.erasures() for each in line.what.get(FORGOTTEN, ())}


async def lacks_keys(store: Store) -> bool:
    """Whether keys and journal of what this database holds are somewhere else."""
    forgotten = await forgotten_by(store.keys) if store.keys else set()
    async with store.reading() as tx:
        return await tx.keys_lost(forgotten)


async def lines_missing(store: Store) -> set[str]:
    """The lines of the journal that this database has obeyed and that are not there: an older backup of it was put
    back. Raises StoreUnavailableError."""
    journal = {line.id for line in await store.keys.erasures()} if store.keys else set()
    async with store.reading() as tx:
        return await tx.erased_besides(journal)


async def heal_journal(store: Store) -> set[str]:
    """Writes anew the lines that an older backup of the keys lacks, as the ledger tells them, and throws away again the
    keys of forgotten children that came back with it. Returns the lines that are missed all the same. Raises
    StoreUnavailableError."""
    missing = await lines_missing(store)
    if store.keys is None or not missing:
        return missing
    for id_ in sorted(missing):
        async with store.transaction() as tx:
            await tx.lock([id_])
            told = [row for row in await tx.ledger_about(id_) if row.kind == "erasure"]
            if not told or id_ not in await lines_missing(store):
                continue  # of an earlier version, whose rows do not name their line; or another hub was first
            await store.keys.note(_as_noted(id_, told))
            people = [row.entry["person"] for row in told if row.entry["what"] == FORGOTTEN]
            await tx.throw_away_again(people)
        log.warning("A line of the journal was lost and is written anew", extra={"line": id_, "child": people})
    return await lines_missing(store)


def _as_noted(id_: str, told: Sequence[LedgerEntry]) -> Erasure:
    """A line of the journal by the rows of the ledger that were written because of it."""
    whole = [
        {"person": row.entry["person"], "episodes": row.entry["episodes"]}
        for row in told
        if row.entry["what"] == FORGOTTEN
    ]
    aged = next((row.entry[AGED] for row in told if row.entry["what"] == AGED), None)
    what = {FORGOTTEN: whole} if whole else {AGED: aged}
    return Erasure(id_, datetime.fromisoformat(told[0].entry["noted_at"]), what)


async def episodes_of_forgotten(keys: KeyStore, person: str) -> list[str]:
    """The ids of the episodes of a child who was forgotten, under which the ledger has what happened. Raises
    StoreUnavailableError."""
    named = (each for line in await keys.erasures() for each in line.what.get(FORGOTTEN, ()))
    return sorted({episode for each in named if each["person"] == person for episode in each["episodes"]})


async def obey_journal(store: Store, now: datetime) -> Erased:
    """Returns what went of children who were forgotten. Nobody is asked again: what was still to be sent, according to
    the backup, is withdrawn. Only a child who has gone missing after the line was written, as where a forgetting was
    broken off, stays until a start after the return. Raises StoreUnavailableError."""
    done = Erased()
    if store.keys is None:
        return done
    journal = await store.keys.erasures()
    async with store.reading() as tx:
        obeyed = await tx.were_erased([line.id for line in journal])
    forgotten_since: set[str] = set()
    left = list[tuple[Erasure, list[_Named]]]()
    for line in reversed(journal):
        named: Sequence[_Named] = line.what.get(FORGOTTEN, ())
        if line.id in obeyed:
            forgotten_since |= {each["person"] for each in named}
        else:
            left.append((line, [each for each in named if each["person"] not in forgotten_since]))
    for line, named in reversed(left):
        await _obey(store, line, named, now, done)
    if left:
        await sweep(store)
    return done


async def _obey(store: Store, line: Erasure, named: Sequence[_Named], now: datetime, done: Erased) -> None:
    strips, old, held = journal_read(line.what)
    await strip_children(store, strips)
    aged = {part: datetime.fromisoformat(before) for part, before in line.what.get(AGED, {}).items()}
    async with store.transaction() as tx:
        await purge_aged(tx, aged)
        await tx.lock({each["person"] for each in named})
        await empty_old(tx, old, held)
        known = await tx.in_ledger({erasure_row(line, each["person"]) for each in named})
        traces = [
            await tx.traces_of(each["person"], each["episodes"])
            for each in named
            if erasure_row(line, each["person"]) not in known
        ]
        told_since = {each.person for each in await tx.contents_at([t.person for t in traces]) if each.at > line.at}
        missing = [each.person for each in traces if each.missing and each.person in told_since]
        going = [each for each in traces if each.person not in missing]
        await forget_traces(tx, going, line, now, done, "journal", "")
        if missing:
            log.warning("Whoever is missing again is forgotten after the return", extra={"child": missing})
        else:
            await tx.erased([line.id], now)
