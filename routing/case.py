"""What is kept together of an episode, of a child's duties and of a national alert: the thing itself, what was promised
in it, and when rules want to be asked again. What becomes of promises is in `routing.promises`."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from episodes.alert import NationalAlert
from episodes.duties import ChildDuties
from episodes.episode import Episode
from episodes.origin import Origin
from routing.messages import Message, Promise


@dataclass(frozen=True, slots=True)
class Timer:
    """A rule's wish to be asked again at an instant."""

    rule: str
    due_at: datetime


BACKLOG = "backlog"
"""What a timer names that asks, once the backlog is read, what becomes of what was late on arrival."""


@dataclass(frozen=True, slots=True)
class LeftLate:
    """Rules that were late on arrival, left until what waits in Kafka has been read: since when, and because of which
    report."""

    since: datetime
    cause: Origin
    rules: tuple[str, ...]

    def and_also(self, before: "LeftLate | None") -> "LeftLate":
        """The same with what was left before; the oldest instant stands, and the newest report."""
        if before is None:
            return self
        return LeftLate(before.since, self.cause, tuple(dict.fromkeys((*before.rules, *self.rules))))


@dataclass(frozen=True, slots=True)
class Case:
    """An episode with what was promised in it and the timers that stand for it. `late`: what was late on arrival and is
    not decided yet. `from_history`: it was loaded from history, and its rules are not asked until somebody starts its
    clocks. `whose`: somebody was asked whose child it is, and has not said; no promise of the procedure."""

    episode: Episode
    promises: tuple[Promise, ...] = ()
    timers: tuple[Timer, ...] = ()
    late: LeftLate | None = None
    from_history: bool = False
    whose: Promise | None = None

    @property
    def id(self) -> str:
        return self.episode.id

    @property
    def clocks(self) -> tuple[Timer, ...]:
        """The timers, with that of what was late on arrival."""
        return with_late(self.timers, self.late)


def with_late(timers: tuple[Timer, ...], late: LeftLate | None) -> tuple[Timer, ...]:
    """The timers, with the one that asks what becomes of what was late on arrival."""
    return (*timers, Timer(BACKLOG, late.since)) if late else timers


@dataclass(frozen=True, slots=True)
class DutiesCase:
    """A child's duties outside any episode, with what was promised and the timers that stand for it. `late`: what was
    late on arrival and is not decided yet."""

    duties: ChildDuties
    promises: tuple[Promise, ...] = ()
    timers: tuple[Timer, ...] = ()
    late: LeftLate | None = None

    @property
    def id(self) -> str:
        return self.duties.id

    @property
    def clocks(self) -> tuple[Timer, ...]:
        return with_late(self.timers, self.late)


@dataclass(frozen=True, slots=True)
class AlertCase:
    """A national alert with what was sent about it. No clock runs."""

    alert: NationalAlert
    promises: tuple[Promise, ...] = ()

    @property
    def timers(self) -> tuple[Timer, ...]:
        return ()

    @property
    def clocks(self) -> tuple[Timer, ...]:
        return ()

    @property
    def id(self) -> str:
        return self.alert.id


AnyCase = Case | DutiesCase | AlertCase
_Decided = TypeVar("_Decided", bound=Case | DutiesCase)


@dataclass(frozen=True, slots=True)
class Decision:
    """What a report led to in one case: the messages in the order of the pack, the promises and timers that stand from
    now on, the episode as the rules left it, and the child's other cases in which a promise ended with them. `late`:
    the rules that were late on arrival and are left to be decided when all has been read; `unsaid`: what such rules
    would have said, had their reason not ended until then."""

    messages: tuple[Message, ...]
    episode: Episode
    promises: tuple[Promise, ...]
    timers: tuple[Timer, ...] = ()
    others: tuple[Case, ...] = ()
    late: tuple[str, ...] = ()
    unsaid: tuple[Message, ...] = ()

    def case_after(self, before: _Decided) -> _Decided:
        """The case of the episode, or the duties, as they stand from now on."""
        after = replace(before, promises=self.promises, timers=self.timers)
        return replace(after, episode=self.episode) if isinstance(after, Case) else after
