"""The chain from a report to each delivery, read from the ledger and the outbox. It names messages, rules, clauses and
roles; nothing of what a report says about a child is read."""

from dataclasses import dataclass
from typing import Any

from episodes.origin import cause_name
from reporting.clear_words import in_clear
from routing.library import Packs
from routing.messages import derived_id
from routing.tables import PackError
from store import Store
from store.history import Delivery, LedgerEntry, by_message
from store.looks import NO_AUTHORITY

ExplainedStep = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Explained:
    """The steps, oldest first, and what they are about: authority and episode."""

    steps: list[ExplainedStep]
    seen: frozenset[tuple[str, str | None]]


async def explained(store: Store, id_: str, packs: Packs, authority: str | None = None) -> Explained | None:
    """What is known of an episode or of one message; None where the id is unknown, or unknown to the authority that is
    named."""
    async with store.reading() as tx:
        deliveries = await tx.outbox_of_episode(id_) or await tx.outbox_of_message(id_)
        entries = await tx.ledger_of_episode(id_)
        if not entries and deliveries:
            row = deliveries[0].row
            decision = derived_id("decision", row.message_id)  # all that is held of a message in no episode
            held = await (tx.ledger_of_episode(row.subject) if row.subject else tx.ledger_about(decision))
            wanted = {p.row.message_id for p in deliveries}
            entries = _chain(held, wanted)
        entries = await in_clear(tx, entries, deliveries)
    if not entries and not deliveries:
        return None
    owners = {*(entry.authority for entry in entries), *(delivery.row.authority for delivery in deliveries)} - {None}
    if authority is not None and owners != {authority}:
        return None
    ways = by_message(deliveries)
    steps = [step for entry in entries if (step := _step(entry, ways, packs)) is not None]
    seen = {(each.authority, each.episode) for each in entries} | {(d.row.authority, d.row.subject) for d in deliveries}
    return Explained(steps, frozenset((authority or NO_AUTHORITY, episode) for authority, episode in seen))


def _chain(entries: list[LedgerEntry], messages: set[str]) -> list[LedgerEntry]:
    """The decisions of these messages, and the facts of the reports that caused them."""
    decisions = [e for e in entries if e.kind == "decision" and e.entry["message"] in messages]
    causes = {e.cause for e in decisions}
    return [e for e in entries if e in decisions or (e.kind in ("match", "fact") and e.cause in causes)]


def _step(entry: LedgerEntry, ways: dict[str, list[Delivery]], packs: Packs) -> ExplainedStep | None:
    match entry.kind:
        case "fact":
            source, report = entry.entry["report"]
            lines = [f"{name} at {at}" for name, at in entry.entry["events"]]
            return {
                "at": entry.at,
                "kind": "fact",
                "what": f"report {report} from {source} changed the episode",
                "lines": lines,
            }
        case "match":
            return _match(entry)
        case "decision":
            return _decision(entry, ways.get(entry.entry["message"], []), packs)
        case "timers" if entry.entry["timers"]:
            lines = [f"{rule} at {at}" for rule, at in entry.entry["timers"]]
            return {"at": entry.at, "kind": "timers", "what": "timers running from now on", "lines": lines}
    return None  # reports stand behind the facts, deliveries beside their messages


def _match(entry: LedgerEntry) -> ExplainedStep:
    """How the description in a report compared: levels and weights, nothing of what was compared."""
    candidates = enumerate(entry.entry["candidates"], 1)
    lines = [f"candidate {n}: {c['probability']:.2%}; {'; '.join(c['reasons'])}" for n, c in candidates]
    return {"at": entry.at, "kind": "match", "what": f"match by description: {entry.entry['outcome']}", "lines": lines}


def _decision(entry: LedgerEntry, deliveries: list[Delivery], packs: Packs) -> ExplainedStep:
    decided = entry.entry
    kind = f" {decided['kind']}" if decided["kind"] else ""
    to = ", ".join(f"{role} ({person})" if person else role for role, person in decided["to"])
    lines = [
        f"message {decided['message']} to {to}",
        f"rule {decided['rule']} of {decided['pack']}",
        *(f"clause {clause}: {_says(entry, clause, packs)}" for clause in decided["clauses"]),
    ]
    if decided["due"]:
        lines.append(f"due {decided['due']}")
    for delivery in deliveries:
        detail = f": {delivery.detail}" if delivery.detail else ""
        lines.append(f"delivery to {delivery.row.destination}: {delivery.state}, attempts {delivery.attempts}{detail}")
    cause = cause_name(*decided["because"]) if decided["because"] else "a timer"
    step: ExplainedStep = {
        "at": entry.at,
        "kind": "decision",
        "what": f"{decided['type']}{kind}, because of {cause}",
        "lines": lines,
    }
    return step | {"decision": dict(decided)}


def _says(entry: LedgerEntry, clause: str, packs: Packs) -> str:
    """What a clause says, in the pack's own words."""
    authority, _, version = str(entry.entry["pack"]).partition(" ")
    try:
        held = packs.version(authority, version).clauses.get(clause)
    except (PackError, KeyError):
        held = None
    return f"{held.says} ({held.section})" if held else "an interpretation, or a duty of the hub itself"
