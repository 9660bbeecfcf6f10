"""What one step of intake did. Each step returns it; a batch folds its steps into one and writes that down."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from operator import add
from typing import NamedTuple

from enrichment.children import Child, Children
from enrichment.matching import Judgement
from episodes.events import Event
from episodes.reports import About, Report
from intake.early import EarlyWords
from intake.noting import Notes, sender_of
from intake.records import Parsed, Rejected
from routing.case import AnyCase
from routing.exceptions import exception
from routing.library import Packs
from routing.messages import Message
from store.register_freshness import RegisterFreshness


@dataclass(frozen=True, slots=True)
class Context:
    """What every step of a batch is given: the children that the batch speaks of, the packs, the instant of receipt,
    the age of each register with the age from which that is worth a word, what was noticed before, the forces that are
    expected to report, if any are, and the word that waits for its incident with the time after which somebody is asked
    to look. `fresh`: the messages so far, none of which has left, with the events that they answer. `history`: what is
    taken in now happened long ago: facts are kept, nothing is said and no clock is set."""

    children: Children
    packs: Packs
    now: datetime
    freshness: Mapping[str, RegisterFreshness] = field(default_factory=dict)
    notes: Notes = field(default_factory=Notes)
    stale_after: timedelta = timedelta(days=2)
    forces: frozenset[str] = frozenset()
    early: EarlyWords = field(default_factory=EarlyWords)
    early_after: timedelta = timedelta(hours=24)
    fresh: dict[str, tuple[Event, ...]] = field(default_factory=dict)
    history: bool = False


@dataclass(frozen=True, slots=True)
class CaseChange:
    """What a report changed in one case (that of an episode, of an alert, or of a child's duties): the events, and the
    case with its promises and timers as it stands afterwards."""

    child: Child
    case: AnyCase
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class MatchResult:
    """How the description in a report compared with those on file. `person`: who it certainly is;
    `episode`: the one that the report was taken into."""

    authority: str
    report: Report
    person: str | None
    judgement: Judgement
    episode: str | None = None


@dataclass(frozen=True, slots=True)
class ReportOf:
    """Whose report it was: that of the child, in the case (None: in none of them)."""

    parsed: Parsed
    child: Child
    case: str | None = None


@dataclass(frozen=True, slots=True)
class Late:
    """Something about an episode, or a child's duties, that was late on arrival: left until all has been read, with the
    events that it answers and the rules that would have spoken."""

    episode: str
    events: tuple[Event, ...]
    rules: tuple[str, ...]


class Step(NamedTuple):
    """What was done: the cases that changed, in order, the messages, the records set aside, how descriptions compared,
    the records of a register that brought no news, what is left until all has been read, the messages that need not
    leave any more, those that are counted with others alike instead of being sent, and whose each report was."""

    # Each report makes some twenty-five of them, and a tuple is made in an eighth of a dataclass's time.

    cases: tuple[CaseChange, ...] = ()
    messages: tuple[Message, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    matches: tuple[MatchResult, ...] = ()
    no_news: tuple[Parsed, ...] = ()
    late: tuple[Late, ...] = ()
    unsent: tuple[Message, ...] = ()
    counted: tuple[Message, ...] = ()
    whose: tuple[ReportOf, ...] = ()

    def __add__(self, later: "Step") -> "Step":  # type: ignore[override]
        return Step(*map(add, self, later))

    @property
    def events(self) -> tuple[Event, ...]:
        return tuple(event for change in self.cases for event in change.events)


def raised(
    context: Context,
    authority: str,
    kind: str,
    detail: str,
    report: Report,
    about: About,
    *rows: str,
    of_sender: bool = False,
) -> Step:
    """An exception of the hub to a person at the authority, or to the operator, because of a report. `rows` of the
    requirements ask for it, besides the hub's own duty. `of_sender`: what is wrong is how the sender sends, so that
    many of one sender with the same words are one cause."""
    pack = context.packs.speaking_for(authority, context.now)
    origin = report.origin
    cause = (origin.source, origin.id)
    told = exception(pack, kind, detail, context.now, cause, about, about.identifiers, origin.claim, rows, once=True)
    return Step(messages=(replace(told, alike=f"{sender_of(report)}: {detail}") if of_sender else told,))


def told_retracted(context: Context, authority: str, report: Report, clauses: tuple[str, ...]) -> Step:
    """That a notification was sent in error of which nobody needs to know but the intake role."""
    (message,) = raised(context, authority, "retracted", "", report, report.about).messages
    return Step(messages=(replace(message, type="notify.info", clauses=clauses, fields={}),))
