"""Whether every topic is read by somebody of the consumer group. A hub that was given no partition of a topic cannot
see by its own progress that nobody reads it."""

import re
from collections.abc import Callable, Collection


class Membership:
    """Of the topics of a pattern. `monotonic` is a clock in seconds; after `stuck` seconds something is wrong."""

    def __init__(self, pattern: str, monotonic: Callable[[], float], stuck: float) -> None:
        self._pattern, self._monotonic, self._stuck = re.compile(pattern), monotonic, stuck
        self._since: dict[str, float] = {}
        self._restless: float | None = None

    def saw(self, unassigned: Collection[str] | None, without: Collection[str] = ()) -> bool:
        """Which topics are not read in full, less those that may not be read; None: the members share them out. Whether
        that is so of a topic of which it was not before."""
        now = self._monotonic()
        if unassigned is None:
            self._restless = now if self._restless is None else self._restless
            return False
        self._restless = None
        topics = {topic for topic in unassigned if self._pattern.match(topic) and topic not in without}
        is_new = not topics <= self._since.keys()
        self._since = {topic: self._since.get(topic, now) for topic in topics}
        return is_new

    def forget(self) -> None:
        """The consumers are other ones from now on: the group has its time."""
        self._since, self._restless = {}, None

    def fault(self) -> str | None:
        """What is wrong, in words; None where every topic is read, or was until a moment ago."""
        if self._is_long(self._restless):
            return "the consumer group does not come to rest"
        left = sorted(topic for topic, since in self._since.items() if self._is_long(since))
        return f"nobody reads {', '.join(left[:5])}" if left else None

    def _is_long(self, since: float | None) -> bool:
        return since is not None and self._monotonic() - since >= self._stuck
