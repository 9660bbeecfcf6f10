"""Forgetting children everywhere: in the journal, which lies outside the database, before anything else; in one
transaction of the database; and in the memory of this process. What the journal names is erased again wherever it has
not been, as in a backup that was restored."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from enrichment.matching import forget_names
from enrichment.matching.described import Described
from enrichment.serialisation import read_described
from routing.messages import derived_id
from store import LedgerRow, Store, Transaction
from store.forgetting import ChildTraces
from store.keys import Erasure
from store.mentions import Mentions

_FORGOTTEN = "forgotten"
_MISSING = "the child is missing, or a report about the child waits"
_UNSENT = "{} messages about the child are still to be sent: let them leave, or release what is held up"
_HELD = "the child is held by {}: {}"


@dataclass(slots=True)
class Erased:
    """What went, by table, and whom it could not be done for, with the reason."""

    rows: dict[str, int] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)

    def add(self, rows: Mapping[str, int]) -> None:
        for table, count in rows.items():
            self.rows[table] = self.rows.get(table, 0) + count


async def forget_children(store: Store, people: Collection[str], by: str, why: str, now: datetime) -> Erased:
    """Forgets these children as a whole, and says so in the ledger, by ids alone. It is not done for a child who is
    missing, for whom something is still to be sent, or who is held."""
    done = Erased()
    async with store.transaction() as tx:
        await tx.lock({*people})
        traces = [await tx.traces_of(person) for person in sorted(people)]
        done.refused = await _refusals(tx, traces, now)
        going = [each for each in traces if each.person not in done.refused]
        if not going:
            return done
        whole = [{"person": each.person, "episodes": [*each.episodes]} for each in going]
        line = Erasure(str(uuid4()), now, {_FORGOTTEN: whole})
        if store.keys:
            await store.keys.note(line)  # first of all: were this the last thing done, the next start would do the rest
        await _forget(tx, going, line, now, done, by, why)
    await _sweep(store)
    return done


async def obey_journal(store: Store, now: datetime) -> Erased:
    """Erases what the journal names and has not been erased in this database. Nobody is asked again: what was still to
    be sent, according to the backup, is withdrawn."""
    done = Erased()
    if store.keys is None:
        return done
    journal = await store.keys.erasures()
    async with store.reading() as tx:
        obeyed = await tx.were_erased([line.id for line in journal])
    for line in (each for each in journal if each.id not in obeyed):
        named: Sequence[Mapping[str, Any]] = line.what.get(_FORGOTTEN, ())
        async with store.transaction() as tx:
            await tx.lock({each["person"] for each in named})
            traces = [await tx.traces_of(each["person"], each["episodes"]) for each in named]
            await _forget(tx, traces, line, now, done, "journal", "")
    if done.rows:
        await _sweep(store)
    return done


async def _sweep(store: Store) -> None:
    """Out of the memory of this process, and out of the files of the database."""
    forget_names()
    await store.sweep()


async def _refusals(tx: Transaction, traces: Sequence[ChildTraces], now: datetime) -> dict[str, str]:
    held = await tx.holds_on([each.person for each in traces], now)
    refused = {}
    for each in traces:
        if hold := held.get(each.person):
            refused[each.person] = _HELD.format(hold.by, hold.why)
        elif each.missing:
            refused[each.person] = _MISSING
        elif each.unsent:
            refused[each.person] = _UNSENT.format(each.unsent)
    return refused


async def _forget(
    tx: Transaction, going: Sequence[ChildTraces], line: Erasure, now: datetime, done: Erased, by: str, why: str
) -> None:
    if going:
        people, _ = await tx.load({each.person for each in going})
        described = [read_described(row.described) for row in people.values() if row.described]
        numbers = {number for each in going for number in each.numbers}
        done.add(await tx.forget_mentions(Mentions(numbers, [n for each in described for n in whole_names(each)])))
        for each in going:
            done.add(await tx.forget_child(each, now))
        lines = [_ledger_row(each, line, now, by, why) for each in going]
        known = await tx.in_ledger({row.id for row in lines})
        await tx.append([row for row in lines if row.id not in known], ())
    await tx.erased([line.id], now)


def whole_names(described: Described) -> list[tuple[str, ...]]:
    """The names that a child is called by, each as the words that stand together where the child is meant."""
    firsts = [name for name in (described.forename, described.known_as) if name]
    own = [(first, described.surname) for first in firsts if described.surname]
    return [*own, *((alias,) for alias in described.aliases if " " in alias)]


def _ledger_row(traces: ChildTraces, line: Erasure, now: datetime, by: str, why: str) -> LedgerRow:
    entry = {"who": by, "what": _FORGOTTEN, "person": traces.person, "erasure": line.id}
    key = derived_id("erasure", line.id, traces.person)
    return LedgerRow(key, now, "erasure", traces.authority, None, None, entry, why.encode() or None)
