"""What a relay makes of rows and receipts: rounds, what a sender gets, what the store and the ledger are told.

Values only; who sends and when stands in `outbox.relay`.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import takewhile

from outbox.addressing import whom
from outbox.retry import Retry
from routing.messages import derived_id
from schemas.causes import Cause, cause_of
from schemas.delivery import Outgoing, Receipt, Verdict
from store import LeasedRow, LedgerRow, Settlement

TOPIC = "topic/"
Addressed = tuple[LeasedRow, str | None]
"""A claimed row with its address; None where its destination has none."""
_OfLetter = tuple[Cause | None, str | None]
"""What brought a row and for whom: rows that agree in it may leave in one letter."""


def rounds(rows: Sequence[Addressed]) -> list[list[Addressed]]:
    """The rows in rounds, which keep the order of every lane. A round holds one row of a lane at most; of a mailbox's
    lane those that one cause brought, next to one another, as they leave in one letter."""
    return [[pair for _, pair in turn] for turn in _dealt(rows)]


def letters(rows: Sequence[Addressed]) -> list[list[Addressed]]:
    """The rows of each letter: what one cause brought for one mailbox, as far as the order of every lane lets it leave
    as one. Letters that hold a lane stand in the order of its rows."""
    found: list[list[Addressed]] = []
    for turn in _dealt(rows):
        of_turn: dict[_OfLetter, list[Addressed]] = {}
        for letter, pair in turn:
            of_turn.setdefault(letter, []).append(pair)
        found += of_turn.values()
    return found


def _dealt(rows: Sequence[Addressed]) -> list[list[tuple[_OfLetter, Addressed]]]:
    """The rows in rounds, each with the letter that it is of."""
    dealt: list[list[tuple[_OfLetter, Addressed]]] = []
    last: dict[str, tuple[int, _OfLetter]] = {}
    for row, address in rows:
        letter = _cause(row), address
        place, before = last.get(row.lane, (-1, (None, None)))
        place += letter[0] is None or letter != before
        last[row.lane] = place, letter
        if place == len(dealt):
            dealt.append([])
        dealt[place].append((letter, (row, address)))
    return dealt


def torn_tail(rows: Sequence[LeasedRow], limit: int) -> list[LeasedRow]:
    """The rows at the end of a full claim whose cause may have brought more than was claimed: left for the next claim,
    so that their letter is whole. None where the claim holds nothing else."""
    if len(rows) < limit or (cause := _cause(rows[-1])) is None:
        return []
    tail = [*takewhile(lambda row: _cause(row) == cause, reversed(rows))]
    return [] if len(tail) == len(rows) else tail


def _cause(row: LeasedRow) -> Cause | None:
    """The cause of what goes to people; None for what goes to a topic, where each message is a record of its own."""
    told = row.row
    if told.destination.startswith(TOPIC):
        return None
    return cause_of(told.id, told.subject, told.aggregateid, told.at, told.payload)


def outgoing(row: LeasedRow, address: str) -> Outgoing:
    """A row as a sender gets it."""
    role = person = None
    if not row.row.destination.startswith(TOPIC):
        _, role, person = whom(row.row.destination)
    return Outgoing(
        row=row.row.id,
        message=row.row.message_id,
        type=row.row.type,
        subject=row.row.subject,
        time=row.row.at,
        key=row.row.aggregateid,
        address=address,
        body=row.row.payload,
        trace=row.row.trace,
        role=role,
        person=person,
        overtakes=row.overtakes,
        repeats=row.repeats,
        late=row.late,
        sending=row.sending,
    )


def nowhere(row: LeasedRow) -> Receipt:
    """The receipt of a row whose destination has no address."""
    fix = (
        "No address: add the role's mailbox to the directory (for secure e-mail, in one of "
        "HOMEWARD_SECURE_EMAIL_DOMAINS), then release the delivery"
    )
    return Receipt(row.row.id, Verdict.REFUSED, fix)


def settled(row: LeasedRow, receipt: Receipt, retry: Retry, now: datetime) -> Settlement:
    """What a receipt means for its row."""
    match receipt.verdict:
        case Verdict.SENT:
            ask_at = None if receipt.ask_in is None else now + timedelta(seconds=receipt.ask_in)
            return row.settled("accepted", receipt.detail, ask_at, receipt.reference)
        case Verdict.REFUSED:
            return row.settled("failed", receipt.detail)
        case Verdict.IN_DOUBT:
            return row.settled("in_doubt", receipt.detail, reference=receipt.reference)
        case Verdict.AWAY:
            return row.settled("untried")
        case Verdict.RETRY | Verdict.BROKE_OFF:
            wait = retry.of_urgency(row.row.urgency).wait(row.attempts)
            if wait is None:
                return row.settled("parked", receipt.detail)
            return row.settled("retrying", receipt.detail, now + wait)


def ledger_line(row: LeasedRow, settlement: Settlement, now: datetime) -> LedgerRow:
    """The ledger's line about an attempt."""
    entry = {
        "outbox": row.row.id,
        "message": row.row.message_id,
        "destination": row.row.destination,
        "attempt": row.attempts,
        "outcome": settlement.outcome,
        "detail": settlement.detail,
    }
    # A released row counts its attempts from one again: the instant tells the two apart.
    key = derived_id("delivery", row.row.id, str(row.attempts), str(row.fence), settlement.outcome, now.isoformat())
    return LedgerRow(key, now, "delivery", row.row.authority, row.row.subject, row.row.message_id, entry)
