"""While a backlog is read, an alert or a request is promised and kept back: what ends its reason may wait in the next
batch. When the backlog is read it leaves, or it is withdrawn and stands in the ledger."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from enrichment.children import Children
from episodes.events import Event
from episodes.history import history
from intake import ledger
from intake.rechecking import rows_over
from intake.records import Parsed
from intake.step import Context
from routing.case import LeftLate
from routing.library import Packs
from routing.message_types import INTERVIEW_REQUEST, calls_off, taken_back_by
from routing.messages import Message
from routing.netting import may_be_over
from store import Delivery, Transaction

_WAITED = timedelta(seconds=30)  # in Kafka, after which a record was part of a backlog
_OVER = "Withdrawn before it left: its reason had ended in what was still waiting to be read"


def has_waited(parsed: Iterable[Parsed], now: datetime) -> bool:
    """Whether one of these records was waiting in Kafka for a while."""
    return any(now - each.raw.timestamp > _WAITED for each in parsed)


def may_be_kept_back(message: Message, packs: Packs) -> bool:
    """Whether it asks or warns of something about an episode that may be over, or calls off what may have been done.
    What tells how things are goes out."""
    if message.episode is None:
        return False
    rule = packs.version(message.authority, message.version).rules_by_id.get(message.rule)
    return may_be_over(message.type, rule) or calls_off(message.type)


def keep_back(context: Context, messages: Iterable[Message]) -> None:
    """Sees to it that each episode with something kept back is looked at when the backlog is read."""
    for message in messages:
        if not message.episode or not may_be_kept_back(message, context.packs):
            continue
        child = context.children.of_episode(message.episode)
        case = child.cases.get(message.episode) if child else None
        if child is not None and case is not None and case.episode.missing is not None and case.late is None:
            cause = replace(case.episode.missing.origin, again=(*(message.causation or ("", "")), message.id))
            child.keep(replace(case, late=LeftLate(context.now, cause, ())))


async def not_left_yet(tx: Transaction, children: Children, now: datetime) -> dict[str, tuple[Event, ...]]:
    """The messages about these children that are kept back, each with the events that it may answer: nothing follows
    from what was asked for in them, should it turn out that it need not have been."""
    cases = [case for child in children.children() for case in child.cases.values() if case.late is not None]
    told = {case.id: history(case.episode, m.origin) for case in cases if (m := case.episode.missing) is not None}
    waiting = [each for each in await tx.outbox_of_episodes(told, True) if _is_kept_back(each, now)]
    return {each.row.message_id: told[each.row.subject or ""] for each in waiting}


@dataclass(frozen=True, slots=True)
class KeptBack:
    """What was kept back of some episodes: what leaves now, and what is over."""

    leaving: tuple[Delivery, ...]
    over: tuple[Delivery, ...]

    @classmethod
    async def of(cls, tx: Transaction, context: Context, episodes: Sequence[str]) -> "KeptBack":
        """The backlog of these episodes is read. A promise of which nothing leaves is as if it had not been given."""
        waits = [d for d in await tx.outbox_of_episodes(episodes, True) if _waits(d, context.now)]
        gone = await rows_over(tx, context.children, context.packs, [d.row for d in waits])
        over = tuple(d for d in waits if d.row.id in gone)
        leaving = tuple(d for d in waits if d.row.id not in gone and d.next_attempt_at is not None)
        unheard = {d.row.message_id for d in over} - {d.row.message_id for d in leaving}
        for episode in dict.fromkeys(episodes):
            _undo(context, episode, unheard)
        return cls(leaving, over)

    @property
    def unasked(self) -> list[tuple[str, str]]:
        """The requests for an interview that do not leave, by episode and message."""
        rows = [each.row for each in self.over if each.row.type == INTERVIEW_REQUEST]
        return [(row.subject, row.message_id) for row in rows if row.subject]

    async def let_go(self, tx: Transaction, now: datetime) -> None:
        """Writes it down."""
        await tx.let_go([d.position for d in self.leaving], now)
        await tx.withdraw([d.position for d in self.over], _OVER, now)
        await tx.append([ledger.of_withdrawal(d, _OVER, now) for d in self.over], ())


def _waits(delivery: Delivery, now: datetime) -> bool:
    """Whether no relay can take it: it is kept back, or stands in its lane behind what it takes back."""
    behind = delivery.state == "prepared" and bool(taken_back_by(delivery.row.type))
    return behind or _is_kept_back(delivery, now)


def _is_kept_back(delivery: Delivery, now: datetime) -> bool:
    kept = delivery.next_attempt_at is not None and delivery.next_attempt_at > now
    return kept and delivery.state == "prepared"


def _undo(context: Context, episode: str, messages: set[str]) -> None:
    child = context.children.of_episode(episode)
    case = child.cases.get(episode) if child else None
    if child is None or case is None:
        return
    promises = tuple(
        replace(p, closed_at=context.now, undone=True) if p.open and p.message in messages else p for p in case.promises
    )
    child.keep(replace(case, promises=promises))
