"""How far an answer has come, in words, and what Homeward did because of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from desk.acts import act_of, who_is_meant
from desk.clock_words import day_and_hour, length_in_words
from desk.views.said import event_in_words
from reporting.held_cases import HeldCase
from routing.pack import Pack
from store import AnswerRow, LedgerEntry

_LONG = timedelta(minutes=5)
"""After which whoever answered is told to ring instead."""


@dataclass(frozen=True, slots=True)
class OutcomeView:
    """`title`: how far it has come. `lines`: what that means; `followed`: what it led to; `others`: what others
    answered to the same. `waits`: the page will say more in a moment."""

    title: str
    lines: tuple[str, ...]
    followed: tuple[str, ...]
    others: tuple[str, ...]
    said: str
    episode: str | None
    message: str | None
    waits: bool
    stands: str


def outcome_view(
    row: AnswerRow,
    taken: bool,
    ledger: Sequence[LedgerEntry],
    others: Sequence[AnswerRow],
    held: HeldCase | None,
    pack: Pack,
    now: datetime,
    refused: str,
    patience: timedelta,
) -> OutcomeView:
    """`ledger`: what was written down because of the answer; `refused`: why the hub could not take it in."""
    title, lines = _how_far(row, taken, ledger, now, refused, patience)
    return OutcomeView(
        title=title,
        lines=lines,
        followed=tuple(_followed(ledger, pack)),
        others=tuple(_other(other, now) for other in others),
        said=row.said or "",
        episode=row.episode,
        message=row.message,
        waits=not taken and not refused,
        stands=_stands(row, held, now) if taken and others else "",
    )


def _other(answer: AnswerRow, now: datetime) -> str:
    told = f"{answer.by}, {day_and_hour(answer.made_at, now)}: {answer.said}"
    return told if answer.sent_at else f"{told}. Kept, not sent."


def _how_far(
    row: AnswerRow, taken: bool, ledger: Sequence[LedgerEntry], now: datetime, refused: str, patience: timedelta
) -> tuple[str, tuple[str, ...]]:
    if refused:
        return "Sent, and not taken in", (f"Homeward could not read it: {refused}. Tell the operator.",)
    if row.sent_at is None:
        lines = ["Kafka does not take it yet. Your answer is kept and we keep trying. Do not send it again."]
        if now - row.made_at >= _LONG:
            waited = length_in_words(now - row.made_at)
            lines.append(f"Nobody has received it for {waited}. Ring whoever must know now, and tell the operator.")
        return "Kept, not sent", tuple(lines)
    sent = f"Sent {day_and_hour(row.sent_at, now)}"
    if not taken:
        late = now - row.sent_at > patience
        return sent, ("Still waiting. Do not send it again." if late else "Waiting for Homeward to take it in.",)
    facts = any(line.kind == "fact" for line in ledger)
    raised = any(line.kind == "decision" and line.entry["type"] == "exception.raise" for line in ledger)
    if raised and not facts:
        return "Recorded, not applied", (f"{sent}. Somebody has been asked to look at it.",)
    if not facts and not any(line.kind == "decision" for line in ledger):
        return "Taken in", (f"{sent}. It changed nothing: the same was known already, or nothing had asked for it.",)
    return "Taken in", (f"{sent}.",)


def _followed(ledger: Sequence[LedgerEntry], pack: Pack) -> list[str]:
    told = [event_in_words(name, pack) for line in ledger if line.kind == "fact" for name, _ in line.entry["events"]]
    for line in (each for each in ledger if each.kind == "decision"):
        to = ", ".join(dict.fromkeys(who_is_meant(pack, role, person) for role, person in line.entry["to"]))
        told.append(f"{act_of(pack, line.entry['type'], line.entry['kind'])}: sent to {to}")
    return list(dict.fromkeys(told))


def _stands(row: AnswerRow, held: HeldCase | None, now: datetime) -> str:
    """What stands after several answered the same."""
    if held is None or held.episode is None:
        return ""
    decided = [d for d in held.episode.episode.decisions if not d.unasked]
    if not decided:
        return ""
    last = decided[-1]
    by = f" by {last.by.person or last.by.role}" if last.by else ""
    return f"What stands now: {last.decision.replace('_', ' ')}{by}, {day_and_hour(last.origin.at, now)}."
