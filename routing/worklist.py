"""What waits for somebody: every promise of a case that is open and asks for something that a person can answer, every
message that must be acknowledged and has not been, and whose child it is, where nobody has said. Pure; the rows are
kept by `intake.worklist`."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from routing.acknowledging import unacknowledged
from routing.case import AnyCase, Case
from routing.message_types import MESSAGE_TYPES
from routing.messages import Promise, Recipient, Urgency
from routing.pack import Pack

Wanted = Literal["task", "decision", "meeting", "interview", "acknowledgement", "match"]


@dataclass(frozen=True, slots=True)
class OpenWork:
    """One thing that one recipient is waited for. `since` is when it was first asked; `due` is in UTC, None where the
    source sets no limit. `message` is the newest that asks for it."""

    promise: Promise
    recipient: Recipient
    wanted: Wanted
    urgency: Urgency
    due: datetime | None

    @property
    def message(self) -> str:
        return self.promise.message

    @property
    def since(self) -> datetime:
        return self.promise.at


def open_work(case: AnyCase, pack: Pack) -> Iterator[OpenWork]:
    """What waits in a case, by the pack that governs it, in the order in which it was asked."""
    for promise in case.promises:
        wanted = _wanted(promise, pack) if promise.open else None
        if wanted is not None:
            yield from _for_each(promise, wanted, promise.due, pack)
    if isinstance(case, Case):
        if case.whose is not None and case.episode.state != "retracted":
            for recipient in case.whose.to:
                yield OpenWork(case.whose, recipient, "match", "immediate", None)
        for promise, by in unacknowledged(case.promises, case.episode, pack):
            yield from _for_each(promise, "acknowledgement", by, pack)


def _for_each(promise: Promise, wanted: Wanted, due: datetime | None, pack: Pack) -> Iterator[OpenWork]:
    rule = pack.rules_by_id.get(promise.rule)
    for recipient in promise.to:
        yield OpenWork(promise, recipient, wanted, rule.urgency if rule else "routine", due)


def _wanted(promise: Promise, pack: Pack) -> Wanted | None:
    """What a promise asks for; a task or a referral that a decision settles is a decision to take."""
    act, rule = MESSAGE_TYPES[promise.type].asks_for, pack.rules_by_id.get(promise.rule)
    if act in ("task", None) and rule is not None and any(pattern.startswith("decided") for pattern in rule.settled_by):
        return "decision"
    return act
