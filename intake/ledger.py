"""The ledger entries of a transaction: each report with its bytes, each fact, each decision with its clauses,
each promise. Entries hold ids, words of packs and instants, and nothing that names a child. What a sender chose is
hashed in them; it stands in the contents, and in what was sent."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from episodes.origin import Origin
from intake.early import EarlyWord
from intake.records import Parsed
from intake.step import CaseChange, MatchResult
from routing.ledger_words import recorded_destination, recorded_id, recorded_recipient
from routing.messages import Message, derived_id
from store import Delivery
from store.rows import Concerns, LedgerRow, OutboxRow, SendersName, TimerRow


def report_key(parsed: Parsed) -> str:
    """The id of the line that a report has."""
    raw = parsed.raw
    return derived_id("report", raw.place, parsed.report.origin.at.isoformat() if raw.reread else "")


def of_report(parsed: Parsed, about: Sequence[Concerns] = ()) -> LedgerRow:
    """That a report came, with the bytes it came in, and whom these are about."""
    origin, raw = parsed.report.origin, parsed.raw
    entry = {
        "type": origin.type,
        "id": _cause(origin),
        "topic": raw.topic,
        "partition": raw.partition,
        "offset": raw.offset,
    }
    who, told = parsed.report.about.authority, tuple(about)
    key, cause, name = report_key(parsed), _cause(origin), SendersName(origin.source, origin.id)
    return LedgerRow(key, origin.at, "report", who, None, cause, entry, raw.value, told, name)


def _named(origin: Origin) -> list[str]:
    """How a line names the report that it comes from: by its type, and not in its sender's words."""
    return [origin.type, _cause(origin)]


def _cause(origin: Origin) -> str:
    return recorded_id(origin.source, origin.id)


def of_match(match: MatchResult) -> LedgerRow:
    """Why a description was, or may be, somebody's: ids, weights in bits and levels of agreement, and no value."""
    origin, judgement = match.report.origin, match.judgement
    entry = {
        "report": _named(origin),
        "outcome": judgement.outcome,
        "person": match.person,
        "candidates": [
            {
                "person": ranked.id,
                "weight": round(ranked.score.weight, 2),
                "probability": round(ranked.score.probability, 6),
                "reasons": [str(reason) for reason in ranked.score.reasons],
            }
            for ranked in judgement.ranked
        ],
    }
    key = derived_id("match", match.authority, *origin.parts, origin.at.isoformat())
    return LedgerRow(key, origin.at, "match", match.authority, match.episode, _cause(origin), entry)


def of_early(early: EarlyWord) -> LedgerRow:
    """That a report waits for what it speaks of."""
    origin, about = early.report.origin, early.report.about
    entry = {"report": _named(origin), "for": derived_id("reference", about.force, about.incident)}
    key = derived_id("waits", early.row.id, origin.at.isoformat())
    return LedgerRow(key, origin.at, "waits", early.row.authority, None, _cause(origin), entry)


def of_facts(change: CaseChange, now: datetime) -> LedgerRow:
    """What a report changed of an episode now; it may do so once more when it is told to another authority later."""
    authority, episode, origin = change.child.authority, change.case.id, change.events[0].report.origin
    entry = {"report": _named(origin), "events": [[e.name, e.at.isoformat()] for e in change.events]}
    names = (e.name for e in change.events)
    key = derived_id("fact", episode, *origin.parts, *(origin.again or ()), *names, now.isoformat())
    return LedgerRow(key, origin.at, "fact", authority, episode, _cause(origin), entry)


def decision_key(message: Message) -> str:
    """The id of the line that a message has."""
    return derived_id("decision", message.id)


def of_decision(message: Message, rows: Iterable[OutboxRow] | None, counted: bool = False) -> LedgerRow:
    """What was decided, by which rule of which version, on which clauses, and where it was promised to go; no rows: it
    did not leave, as its reason had ended before it could, or because it is `counted` in a message about many alike."""
    cause = recorded_id(*message.causation) if message.causation else None
    entry = {
        "message": message.id,
        "type": message.type,
        "kind": message.kind,
        "rule": message.rule,
        "pack": f"{message.pack} {message.version}",
        "clauses": message.clauses,
        "to": [recorded_recipient(message.authority, r) for r in message.to],
        "due": message.due.isoformat() if message.due else None,
        "replaces": message.replaces,
        "destinations": [recorded_destination(row.destination) for row in rows or ()],
        **({"unsent": True} if rows is None else {}),
        **({"counted": True} if counted else {}),
    }
    key = decision_key(message)
    return LedgerRow(key, message.at, "decision", message.authority, message.episode, cause, entry)


def of_withdrawal(delivery: Delivery, detail: str, at: datetime) -> LedgerRow:
    """That what was promised does not leave any more."""
    row = delivery.row
    entry = {
        "outbox": row.id,
        "message": row.message_id,
        "destination": recorded_destination(row.destination),
        "attempt": delivery.attempts,
        "outcome": "withdrawn",
        "detail": detail,
    }
    key = derived_id("delivery", row.id, "withdrawn")
    return LedgerRow(key, at, "delivery", row.authority, row.subject, row.message_id, entry)


def of_timers(change: CaseChange, timers: Iterable[TimerRow], now: datetime) -> LedgerRow:
    """Which clocks run from now on."""
    authority, episode, origin = change.child.authority, change.case.id, change.events[0].report.origin
    entry = {"timers": [[t.rule, t.due_at.isoformat()] for t in timers]}
    key = derived_id("timers", episode, *origin.parts, *(origin.again or ()), now.isoformat())
    return LedgerRow(key, origin.at, "timers", authority, episode, _cause(origin), entry)
