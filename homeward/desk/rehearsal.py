"""A rehearsal of an answer for the desk: the hub's own intake, as far as the writing."""

import logging
from datetime import datetime

from desk.ports import RehearsedAnswer, RehearsedMessage
from intake.intake import Intake
from intake.records import RawRecord
from intake.rehearsing import RunningClock
from routing.messages import Message
from store import AnswerRow, StoreUnavailableError

log = logging.getLogger(__name__)


class IntakeRehearsal:
    """Rehearses with an intake that is set up as the hub's is."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake

    async def rehearse(self, answer: AnswerRow) -> RehearsedAnswer:
        raw = RawRecord(answer.topic, 0, 0, answer.event, answer.made_at)
        try:
            done = await self._intake.rehearse(raw)
        except StoreUnavailableError:
            raise
        except Exception:  # nobody is kept from answering by a fault of ours; the hub isolates what it cannot take in
            log.exception("Could not rehearse an answer", extra={"answer": answer.id})
            return RehearsedAnswer(failed=True)
        return RehearsedAnswer(
            tuple(_message(message) for message in done.messages),
            _clocks(done.stopped),
            _clocks(done.started),
            done.settled,
            done.changed,
            done.refused,
        )


def _message(message: Message) -> RehearsedMessage:
    to = tuple((each.role, each.person) for each in message.to)
    return RehearsedMessage(message.authority, message.type, message.kind, to, message.due)


def _clocks(clocks: tuple[RunningClock, ...]) -> tuple[tuple[str, datetime], ...]:
    return tuple(dict.fromkeys((rule, due) for _, rule, due in clocks))
