"""A child comes into scope late, or what a rule of the beginning depends on changes (AMB-182): by a correction, by the
register, by a decision. What the beginning would have asked for is asked for then, as far as it was not and is not
moot. Pure."""

from dataclasses import dataclass, replace

from episodes.episode import Episode
from episodes.events import OF_THE_REGISTER, Change, Event
from episodes.history import anew, beginning
from episodes.record import RegisterRecord
from routing.case import Case
from routing.evaluate import depends_on, evaluate
from routing.pack import Pack, Rule
from routing.recipients import resolve
from routing.situation import Situation

LOOKED_BACK_AT = frozenset(
    {
        Change.CORRECTED, Change.JOINED, Change.CLASSIFIED, Change.WHEREABOUTS, Change.START_CHANGED, Change.DECIDED,
        Change.CLOCK_OVERRIDE, Change.RECORD_CHANGED, Change.SERVICE_OPENED, Change.SERVICE_CLOSED, Change.RECOUNTED,
    }
)  # fmt: skip
"""The changes at which the rules of the beginning are asked once more."""
COUNTS = ("occasions", "episodes_within")
BEGUN = ("open", "found", "ended")


@dataclass(frozen=True, slots=True)
class Review:
    """`before` is the situation as it was. `comes_into_scope`: the pack is about the child only now. `counted`: what
    has changed is the child's other episodes."""

    before: Situation
    cause: Event
    comes_into_scope: bool
    counted: bool

    def of(self, episode: Episode) -> tuple[Event, ...]:
        """What is asked about once more."""
        origin = self.cause.report.origin
        opened = (beginning(episode.missing, origin),) if episode.missing is not None else ()
        if self.comes_into_scope and episode.back and episode.found:
            found = Event(Change.FOUND, episode.found, episode.return_at or origin.at)
            return (*opened, *anew([found], origin))
        return opened

    def is_new(self, rule: Rule, event: Event, pack: Pack) -> bool:
        """Whether the rule had no reason to speak before."""
        if self.counted:
            return depends_on(rule.tests, COUNTS, pack)
        if self.comes_into_scope and not rule.beyond_scope:
            return True
        held = evaluate(rule.tests, self.before, event, pack) is not None
        return not held or not resolve(rule.to, self.before, event, pack)[0]


def review_of(case: Case, former: RegisterRecord, s: Situation, cause: Event, pack: Pack) -> Review | None:
    """None where nothing has changed that the beginning hangs on: `case` and `former`, the record, are as they were
    before. Of a child who is back a change of the register speaks no more, unless it brings the child into scope."""
    changes = {event.change for event in s.events}
    if changes.isdisjoint(LOOKED_BACK_AT) or s.episode.state not in BEGUN or case.episode.state not in BEGUN:
        return None
    if former.registered and not s.record.registered:  # a record that is gone says nothing
        return None
    before = replace(s, episode=case.episode, promises=case.promises, record=former, events=())
    comes = evaluate(pack.scope, before, cause, pack) is None and evaluate(pack.scope, s, cause, pack) is not None
    if not comes and s.episode.state != "open" and changes <= OF_THE_REGISTER:
        return None
    return Review(before, cause, comes, changes <= {Change.RECOUNTED})
