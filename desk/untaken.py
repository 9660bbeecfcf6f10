"""What Kafka does not take of the answers that are kept: why, for who looks, and in the log as one trouble."""

import logging

from store import AnswerLane
from store.trouble import Trouble

log = logging.getLogger(__name__)


class Untaken:
    """By lane, why what is to be sent next in it was not taken when last tried. The log tells of it when it begins,
    once a minute, and when no lane is left."""

    def __init__(self) -> None:
        self._whys: dict[AnswerLane, str] = {}
        self._refused = Trouble(log, "Kafka takes the answers again")
        self._failed = Trouble(log, "The desk can send the answers again")

    def refused(self, lane: AnswerLane, why: str) -> None:
        """Kafka did not take it."""
        self._whys[lane] = why
        self._refused.begins("Kafka does not take an answer: it is kept, retrying", part=lane[0], cause=why)

    def failed(self, lane: AnswerLane, error: Exception) -> None:
        """The desk did not get as far."""
        self._whys[lane] = f"The desk could not send it ({type(error).__name__}): its log says why"
        self._failed.begins("Could not send an answer: it is kept, retrying", error, part=lane[0], cause=lane[0])

    def taken(self, *lanes: AnswerLane) -> None:
        """Nothing is held up any more in these."""
        known = [lane for lane in lanes if self._whys.pop(lane, None) is not None]
        for topic in {topic for topic, _ in known} - {topic for topic, _ in self._whys}:
            self._refused.ends(topic)
            self._failed.ends(topic)

    def lanes(self) -> set[AnswerLane]:
        """Those of which something was not taken."""
        return set(self._whys)

    def whys(self, topic: str) -> list[str]:
        """Why answers wait for a topic, each reason once."""
        return [*dict.fromkeys(why for (where, _), why in self._whys.items() if where == topic)]
