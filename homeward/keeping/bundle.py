"""What a child may ask to see: all that is held of them, what was told of them, to whom, by which way and under which
clause, what was withheld, and who looked; and nothing about anybody else.

What goes in is listed, not what stays out: a field that nobody has listed may name a brother, a neighbour or whoever
reported. Where such a field says something, its name stands in the bundle, so that a person reads it before it is
given."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from enrichment.children import Child
from episodes.episode import Episode
from homeward.keeping.schedule import Schedule
from reporting.clear_words import told_to
from reporting.finding import children_with
from routing.library import Packs
from routing.pack import Pack
from routing.pack_words import title_of
from routing.tables import PackError
from store import Delivery, LedgerEntry, Transaction
from store.contents_table import KeptContents
from store.history import by_message
from store.holds import Hold
from store.looks import about_child

_Told = dict[str, Any]
_OF_CHILD = (
    *("identifiers", "given_name", "family_name", "known_as", "date_of_birth", "age", "gender", "ethnicity"),
    *("home_address", "placement_address"),
)
_CODES = frozenset(
    ("incident", "force", "authority", "classification", "risk", "missing_from", "care_type", "end_reason", "result",
     "kind", "decision", "plan", "legal_status", "leaving_care", "handling", "modality", "urgency", "due", "due_basis",
     "responsible_authority", "host_authority")
)  # fmt: skip
"""Fields that say something of the child in a word of a list."""
_UNTOLD = ("to", "causation", "pack", "clauses", "channels", "answers", "answer_at", "authority", "episode", "name")
"""What a message carries that is told elsewhere in the bundle, or to machines."""
EXCEPTIONS = (
    "Children Act 2004 s. 16LA: the duty to share holds only where sharing is not more detrimental to the child than "
    "keeping back, and the procedure's own list says what a reader does not need"
)


@dataclass(frozen=True, slots=True)
class ChildBundle:
    """Everything of one child, ready to be written. `told`: JSON values alone."""

    child: Child
    told: _Told


async def bundle_of(
    tx: Transaction, person: str, packs: Packs, schedule: Schedule | None, now: datetime
) -> ChildBundle:
    """All that is held of a child."""
    (child,) = await children_with(tx, [person])
    traces = await tx.traces_of(person)
    seen = (*traces.episodes, about_child(person))
    lines = [line for each in seen for line in await tx.ledger_of_episode(each)]
    sent = [row for message in traces.messages for row in await tx.outbox_of_message(message)]
    hold = (await tx.holds_on([person], now)).get(person)
    told = {
        "made_at": now,
        "id": person,
        "authority": child.authority,
        "numbers": [*traces.numbers],
        "register": _record(child),
        "description": _description(child),
        "episodes": [_episode(case.episode) for case in child.cases.values()],
        "heard": [_heard(each) for each in await tx.contents_about(person)],
        "disclosures": disclosures(sent, lines, packs, child.authority),
        "looked": [_look(line) for line in lines if line.kind == "look"],
        "restricted": _hold(hold),
        "kept": [{"what": rule.what, "rule": str(rule), "source": rule.source} for rule in schedule.rules]
        if schedule
        else [],
    }
    return ChildBundle(child, orjson.loads(orjson.dumps(told, option=orjson.OPT_UTC_Z)))


def disclosures(sent: Sequence[Delivery], lines: Iterable[LedgerEntry], packs: Packs, authority: str) -> list[_Told]:
    """Each message with all whom it was told to, oldest first: what it said, why, and what it kept back."""
    decisions = {line.entry["message"]: line.entry for line in lines if line.kind == "decision"}
    told = by_message(sorted(sent, key=lambda each: each.position))
    return [_disclosure(rows, decisions.get(message, {}), packs, authority) for message, rows in told.items()]


def _disclosure(rows: Sequence[Delivery], entry: Mapping[str, Any], packs: Packs, authority: str) -> _Told:
    row, pack = rows[0].row, _pack(packs, entry, authority)
    payload: _Told = orjson.loads(row.payload) if row.payload else {}
    own, left = said_of_child(payload, _UNTOLD)
    named = [(each["role"], each.get("person")) for each in payload.get("to", ())]
    to = told_to(entry["to"], row.authority, rows) if entry.get("to") else named
    return {
        "at": row.at,
        "message": row.message_id,
        "what": title_of(row.type, row.kind, pack.kinds) if pack else row.type,
        "type": row.type,
        "kind": row.kind,
        "to": [{"role": role, "person": worker} for role, worker in to],
        "ways": [
            {"channel": each.row.destination.partition("/")[0], "state": each.state, "at": each.settled_at}
            for each in rows
        ],
        "clauses": [_clause(name, pack) for name in row.clauses],
        "said": own if row.payload else "what it said has been deleted as the retention schedule asks",
        "read_before_giving": left,
        "withheld": [{"field": name, "why": EXCEPTIONS} for name in _withheld(row.type, row.kind, to, pack)],
    }


def _pack(packs: Packs, entry: Mapping[str, Any], authority: str) -> Pack | None:
    name, _, version = str(entry.get("pack", "")).partition(" ")
    try:
        return packs.version(name, version) if version else packs.newest(authority)
    except (PackError, KeyError):
        return None


def _withheld(type_: str, kind: str | None, to: Iterable[Sequence[Any]], pack: Pack | None) -> list[str]:
    """What the pack keeps from these readers, or from messages of this kind."""
    names = (type_, f"{type_}/{kind}", *(role for role, _ in to))
    return sorted({field for name in names for field in (pack.withheld.get(name, ()) if pack else ())})


def _clause(name: str, pack: Pack | None) -> _Told:
    clause = pack.clauses.get(name) if pack else None
    if pack is None or clause is None:
        return {"id": name, "place": "", "says": ""}
    return {"id": name, "place": pack.source.place(clause.section), "says": clause.says}


def _heard(each: KeptContents) -> _Told:
    """What somebody told of the child."""
    told = _read(each.contents)
    data = told.get("data")
    own, left = said_of_child(data if isinstance(data, dict) else told)
    return {"at": each.at, "type": each.kind, "episode": each.episode, "said": own, "read_before_giving": left}


def _read(contents: bytes) -> _Told:
    try:
        told = orjson.loads(contents)
    except orjson.JSONDecodeError:
        return {}
    return told if isinstance(told, dict) else {}


def said_of_child(data: Mapping[str, Any], untold: Iterable[str] = ()) -> tuple[_Told, list[str]]:
    """The fields that say something of the child alone; and the names of those that a person must read first."""
    own: _Told = {}
    left = []
    for name, value in data.items():
        if value in (None, "", [], {}) or name in untold:
            continue
        if name == "child" and isinstance(value, dict):
            own[name] = {key: value[key] for key in _OF_CHILD if value.get(key)}
        elif name == "situation" and isinstance(value, dict):
            own[name] = value  # a closed list, all of it about the child
        elif isinstance(value, bool | int | float) or name in _CODES or name.endswith("_at"):
            own[name] = value
        else:
            left.append(name)
    return own, sorted(left)


def _record(child: Child) -> _Told:
    record = child.record
    return {
        "registered": record.registered,
        "received_at": record.received_at,
        "date_of_birth": record.date_of_birth,
        "legal_status": record.legal_status,
        "plan": record.plan,
        "leaving_care": record.leaving_care,
        "responsible_authority": record.responsible_authority,
        "services": [{"service": each.service, "since": each.since} for each in record.services],
        "concerns": [*record.concerns],
        "documents": [{"kind": each.kind, "updated_at": each.updated_at} for each in record.documents],
    }


def _description(child: Child) -> _Told:
    told = child.described
    if told is None:
        return {}
    return {
        "given_name": told.forename,
        "family_name": told.surname,
        "known_as": told.known_as,
        "aliases": [*told.aliases],
        "date_of_birth": told.date_of_birth,
        "gender": told.gender,
        "addresses": [{"line": each.line, "postcode": each.postcode} for each in told.addresses],
    }


def _episode(episode: Episode) -> _Told:
    return {
        "id": episode.id,
        "references": [{"force": each.force, "incident": each.incident} for each in episode.references],
        "opened_at": episode.opened_at,
        "state": episode.state,
        "start": episode.start,
        "risk": episode.risk,
        "history": [{"status": each.status, "since": each.since} for each in episode.lines],
        "returned_at": episode.return_at,
        "decisions": [{"kind": d.kind, "decision": d.decision, "at": d.origin.at} for d in episode.decisions],
        "interviews": [{"result": each.result, "at": each.at} for each in episode.outcomes],
        "meetings": [{"kind": each.kind, "held_at": each.held_at} for each in episode.meetings],
    }


def _look(line: LedgerEntry) -> _Told:
    return {"at": line.at, "who": line.entry["who"], "what": line.entry["what"]}


def _hold(hold: Hold | None) -> _Told | None:
    return {"by": hold.by, "why": hold.why, "at": hold.at, "until": hold.until} if hold else None
