"""What Kafka does not take of the answers that are kept: why, for who looks, and in the log as a trouble of each
topic and kind of fault, with one for a Kafka that is away."""

import logging

from desk.ports import NotPublishedError
from store import AnswerLane
from store.trouble import Trouble

log = logging.getLogger(__name__)
_AWAY = "Cannot reach Kafka: the answers are kept, retrying"


class Untaken:
    """By lane, why what is to be sent next in it was not taken when last tried. The log tells of each trouble when it
    begins, once a minute, and when no lane is left in it."""

    def __init__(self) -> None:
        self._held: dict[AnswerLane, tuple[str, str]] = {}  # what the log says, and why
        self._troubles: dict[str, Trouble] = {}  # by what the log says: no more than lanes are held up

    def refused(self, lane: AnswerLane, error: NotPublishedError) -> None:
        """Kafka did not take it."""
        if error.held == "all":
            self._begins(lane, _AWAY, str(error), "Kafka can be reached again")
            return
        self._reached()
        what = f"Kafka does not take an answer for {lane[0]}: it is kept, retrying"
        self._begins(lane, what, str(error), f"Kafka takes the answers for {lane[0]} again")

    def failed(self, lane: AnswerLane, error: Exception) -> None:
        """The desk did not get as far."""
        name = type(error).__name__
        what = f"Could not send an answer for {lane[0]} ({name}): it is kept, retrying"
        over = f"The desk can send the answers for {lane[0]} again"
        self._begins(lane, what, f"The desk could not send it ({name}): its log says why", over, error)

    def taken(self, lane: AnswerLane) -> None:
        """Kafka has it: nothing is held up any more in this lane, and Kafka is not away."""
        self._reached()
        self.gone(lane)

    def gone(self, *lanes: AnswerLane) -> None:
        """Nothing waits any more in these."""
        if not [lane for lane in lanes if self._held.pop(lane, None)]:
            return
        for what in self._left():
            self._troubles.pop(what).ends()

    def lanes(self) -> set[AnswerLane]:
        """Those of which something was not taken."""
        return set(self._held)

    def whys(self, topic: str) -> list[str]:
        """Why answers wait for a topic, each reason once. A Kafka that is away is one for every topic."""
        return [*dict.fromkeys(why for lane, (what, why) in self._held.items() if lane[0] == topic or what == _AWAY)]

    def _reached(self) -> None:
        if _AWAY in self._troubles:
            self.gone(*[lane for lane, (what, _) in self._held.items() if what == _AWAY])

    def _begins(self, lane: AnswerLane, what: str, why: str, over: str, error: Exception | None = None) -> None:
        before = self._held.get(lane)
        self._held[lane] = what, why
        if before and before[0] != what:
            for other in self._left():  # it gave way to this one, which does not say that it is over
                del self._troubles[other]
        trouble = self._troubles.setdefault(what, Trouble(log, over))
        trouble.begins(what, error, cause=lane[0] if error else why)

    def _left(self) -> set[str]:
        """The troubles that no lane is in any more."""
        return self._troubles.keys() - {what for what, _ in self._held.values()}
