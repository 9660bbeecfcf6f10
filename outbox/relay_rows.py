"""What a relay makes of rows and receipts: letters, what a sender gets, what the store and the ledger are told.

Values only; who sends and when stands in `outbox.relay`.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import takewhile

from outbox.addressing import whom
from outbox.retry import Retry
from routing.ledger_words import recorded_destination
from routing.messages import derived_id
from schemas.causes import Cause, cause_of
from schemas.delivery import Outgoing, Receipt, Verdict
from store import LeasedRow, LedgerRow, Settlement

TOPIC = "topic/"
Addressed = tuple[LeasedRow, str | None]
"""A claimed row with its address; None where its destination has none."""
_OfLetter = tuple[Cause | None, str | None]
"""What brought a row and for whom: rows that agree in it may leave in one letter."""


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


def outgoing(row: LeasedRow, address: str, stands: Callable[[], bool]) -> Outgoing:
    """A row as a sender gets it; `stands`: whether its lease does."""
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
        stands=stands,
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
        case Verdict.AWAY | Verdict.BEHIND:
            return row.settled("untried")
        case Verdict.RETRY | Verdict.BROKE_OFF:
            wait = retry.of_urgency(row.row.urgency).wait(row.attempts)
            if wait is None:
                return row.settled("parked", receipt.detail)
            return row.settled("retrying", receipt.detail, now + wait)


def ledger_lines(told: Sequence[tuple[LeasedRow, Settlement]], now: datetime) -> list[LedgerRow]:
    """The ledger's lines about what became of rows. Those that simply left share a line for each authority, which names
    every one of them; each other end has its own."""
    left: dict[str, list[LeasedRow]] = {}
    for row, settlement in told:
        if settlement.outcome == "accepted" and not settlement.detail:
            left.setdefault(row.row.authority, []).append(row)
    together = {authority: rows for authority, rows in left.items() if len(rows) > 1}
    shared = {row.position for rows in together.values() for row in rows}
    lines = [_line(row, settlement, now) for row, settlement in told if row.position not in shared]
    return [*lines, *(_line_of_many(authority, rows, now) for authority, rows in together.items())]


def _line(row: LeasedRow, settlement: Settlement, now: datetime) -> LedgerRow:
    entry = {
        "outbox": row.row.id,
        "message": row.row.message_id,
        "destination": recorded_destination(row.row.destination),
        "attempt": row.attempts,
        "outcome": settlement.outcome,
        "detail": settlement.detail,
    }
    # A released row counts its attempts from one again: the instant tells the two apart.
    key = derived_id("delivery", row.row.id, str(row.attempts), str(row.fence), settlement.outcome, now.isoformat())
    return LedgerRow(key, now, "delivery", row.row.authority, row.row.subject, row.row.message_id, entry)


def _line_of_many(authority: str, rows: Sequence[LeasedRow], now: datetime) -> LedgerRow:
    names = ("outbox", "message", "destination", "attempt")
    left = [[row.row.id, row.row.message_id, recorded_destination(row.row.destination), row.attempts] for row in rows]
    entry = {"outcome": "accepted", "columns": names, "rows": left}
    first = rows[0]
    key = derived_id("deliveries", first.row.id, str(first.attempts), str(first.fence), now.isoformat())
    return LedgerRow(key, now, "delivery", authority, None, None, entry)
