"""Lines of the ledger as people read them: what senders chose stands there as hashes, and is put back as far as the
contents, and what was sent, are kept."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from urllib.parse import unquote

import orjson

from routing.ledger_words import HASHED, recorded_destination, recorded_recipient
from routing.messages import Recipient
from store import Delivery, LedgerEntry, Transaction
from store.history import by_message
from store.rows import SendersName

_To = tuple[str, str | None]
NOT_KEPT = "not_kept"
"""In place of a role that no procedure knows, where what was sent is not kept."""
_PERSONAL = 3  # parts of a destination after its channel: authority, role, person


async def in_clear(tx: Transaction, lines: Sequence[LedgerEntry], deliveries: Iterable[Delivery]) -> list[LedgerEntry]:
    """The lines with these words. `report` of a fact and `because` of a decision (None: a clock) are then the source
    and the id of a report; where they are not kept, its type and what the ledger calls it. Of a recipient who is not
    known any more the role is left. `deliveries`: those of the messages that the lines tell of."""
    names = await tx.names_of_causes({line.causation for line in lines if line.causation})
    called = {line.cause: _called(line, names) for line in lines if line.kind == "fact"}
    ways = by_message(deliveries)
    return [_read(line, names, called, ways) for line in lines]


def _read(
    line: LedgerEntry,
    names: Mapping[str, SendersName],
    called: Mapping[str, list[str]],
    ways: Mapping[str, Sequence[Delivery]],
) -> LedgerEntry:
    match line.kind:
        case "fact":
            return replace(line, entry=line.entry | {"report": called[line.cause]})
        case "decision":
            because = called.get(line.cause) or _called(line, names) if line.causation else None
            sent = ways.get(line.entry["message"], ())
            to = told_to(line.entry["to"], line.authority or "", sent)
            return replace(line, entry=line.entry | {"because": because, "to": to, "destinations": _where(line, sent)})
    return line


def _called(line: LedgerEntry, names: Mapping[str, SendersName]) -> list[str]:
    """Source and id of the report that caused a line, as far as they are known."""
    former = line.causation.rpartition("#")[0] if line.causation else ""
    kept = line.entry["report"][0] if line.kind == "fact" else unquote(former)
    name = names.get(line.causation or "")
    if name is None:
        return [kept, line.cause]
    return [kept if name.source is None else name.source, name.id]


def told_to(to: Iterable[Sequence[str | None]], authority: str, sent: Iterable[Delivery]) -> list[_To]:
    """Roles and persons to whom a message was told, as its line of the ledger has them, by what was sent."""
    known = dict[_To, _To]()
    for role, person in chain.from_iterable(map(_named_in, sent)):
        for unlisted in (False, True):
            known[recorded_recipient(authority, Recipient(role, person, unlisted=unlisted))] = role, person
    return [known.get((str(role), person)) or (_kept(role) or NOT_KEPT, _kept(person)) for role, person in to]


def _kept(word: str | None) -> str | None:
    return None if word and word.startswith(HASHED) else word


def _named_in(delivery: Delivery) -> list[_To]:
    """Whom a message names that it is for; one that was emptied, whom its destination names."""
    if delivery.row.payload:
        return [(each["role"], each["person"]) for each in orjson.loads(delivery.row.payload)["to"]]
    _, *rest = delivery.row.destination.split("/", 3)
    return [(rest[1], rest[2])] if len(rest) == _PERSONAL else []


def _where(line: LedgerEntry, sent: Iterable[Delivery]) -> list[str]:
    known = {recorded_destination(each.row.destination): each.row.destination for each in sent}
    return [known.get(where, where) for where in line.entry["destinations"]]
