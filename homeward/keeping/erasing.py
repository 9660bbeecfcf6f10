"""Forgetting children everywhere: in the journal, which lies outside the database, before anything else; in one
transaction of the database; and in the memory of this process."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import uuid4

from enrichment.matching import forget_names
from enrichment.matching.described import Described
from enrichment.serialisation import read_described
from homeward.keeping.stripping import without_relatives
from routing.messages import derived_id
from store import LedgerRow, Store, Transaction
from store.forgetting import ChildTraces
from store.keys import Erasure
from store.mentions import Mentions

FORGOTTEN = "forgotten"
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
    done = await forget_unswept(store, people, by, why, now)
    if done.rows:
        await sweep(store)
    return done


async def forget_unswept(store: Store, people: Collection[str], by: str, why: str, now: datetime) -> Erased:
    """The same for somebody who forgets others too, and sweeps when all is done."""
    done = Erased()
    async with store.transaction() as tx:
        await tx.lock({*people})
        traces = [await tx.traces_of(person) for person in sorted(people)]
        done.refused = await _refusals(tx, traces, now)
        going = [each for each in traces if each.person not in done.refused]
        if not going:
            return done
        whole = [{"person": each.person, "episodes": [*each.episodes]} for each in going]
        line = Erasure(str(uuid4()), now, {FORGOTTEN: whole})
        if store.keys:
            await store.keys.note(line)  # first of all: were this the last thing done, the next start would do the rest
        await forget_traces(tx, going, line, now, done, by, why)
        await tx.erased([line.id], now)
    return done


async def sweep(store: Store) -> None:
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


async def forget_traces(
    tx: Transaction, going: Sequence[ChildTraces], line: Erasure, now: datetime, done: Erased, by: str, why: str
) -> None:
    """Forgets them as the line of the journal says that stands already; counts what went."""
    if going:
        done.add(await tx.forget_mentions(await mentions_of(tx, [each.person for each in going])))
        await _forget_as_relatives(tx, going)
        for each in going:
            done.add(await tx.forget_child(each, now))
        lines = [_ledger_row(each, line, now, by, why) for each in going]
        known = await tx.in_ledger({row.id for row in lines})
        await tx.append([row for row in lines if row.id not in known], ())


async def _forget_as_relatives(tx: Transaction, going: Sequence[ChildTraces]) -> None:
    """No record of another child has a number of theirs any more."""
    numbers = {number for each in going for number in each.numbers}
    others = set(await tx.people_naming(numbers)) - {each.person for each in going}
    await tx.lock(others)
    rows, _ = await tx.load(others)
    for row in rows.values():
        document = without_relatives(row.doc, numbers)
        if document != row.doc:
            await tx.replace_documents(replace(row, doc=document), ())


async def mentions_of(tx: Transaction, people: Collection[str]) -> Mentions:
    """What children are known by, to look for where nobody has said whom something is about."""
    rows, _ = await tx.load(people)
    described = [read_described(row.described) for row in rows.values() if row.described]
    return Mentions(await tx.numbers_of(rows), [name for each in described for name in whole_names(each)])


def whole_names(described: Described) -> list[tuple[str, ...]]:
    """The names that a child is called by, each as the words that stand together where the child is meant."""
    firsts = [name for name in (described.forename, described.known_as) if name]
    own = [(first, described.surname) for first in firsts if described.surname]
    return [*own, *((alias,) for alias in described.aliases if " " in alias)]


def erasure_row(line: Erasure, person: str) -> str:
    """The id of the row of the ledger that says that a child was forgotten by this line of the journal."""
    return derived_id("erasure", line.id, person)


def _ledger_row(traces: ChildTraces, line: Erasure, now: datetime, by: str, why: str) -> LedgerRow:
    entry = {"who": by, "what": FORGOTTEN, "person": traces.person, "episodes": traces.episodes, "erasure": line.id}
    entry["noted_at"] = line.at.isoformat()
    id_ = erasure_row(line, traces.person)
    return LedgerRow(id_, now, "erasure", traces.authority, None, line.id, entry, why.encode() or None)
