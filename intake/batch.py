"""The batch processor: each report is resolved, placed, advanced and answered, in order, in memory. One that speaks of
what nobody has reported yet is held, and taken in with the report that it waits for.

Each report is a step that returns what it did; the batch folds the steps. `intake.intake` loads before and saves after,
in one transaction.
"""

from dataclasses import dataclass, replace

from enrichment.authorities import concerned_authorities
from enrichment.children import Ambiguous, Child
from enrichment.registering import register_recorded, register_withdrawn
from episodes.early import may_wait
from episodes.events import Change
from episodes.reports import About, Matched, Missing, Origin, RecordHeld, Report, TimerDue
from intake.child_duties import ask_about_duties
from intake.deciding import take_in
from intake.holding import hold
from intake.late_claim import claim_late
from intake.placing import place, tell_live_episodes
from intake.records import Parsed, Rejected
from intake.relinking import relink
from intake.resolving import SPEAKS_OF_NONE, Resolution, resolve_child
from intake.settling import settle_batch
from intake.step import Context, Step, raised
from intake.vocabulary import unknown_word
from routing.case import Case, DutiesCase
from routing.library import HUB
from store.rows import TimerRow

_LED_TO_NOTHING = "The procedure has no answer to this report. Nobody is told and nothing is asked for. Check it."
_NO_PACK = "There is no procedure here for the authority that the message names. Pass the message on by hand."


@dataclass(frozen=True, slots=True)
class Nowhere:
    """A report that speaks of no episode known at an authority, with the child as it is known there."""

    child: Child | None = None


class BatchProcessor:
    """What the reports of one transaction lead to: `done` folds every step so far."""

    def __init__(self, context: Context) -> None:
        self.context, self.done = context, Step()

    def process(self, parsed: Parsed) -> None:
        """Takes one report in at every authority that it concerns, and then what has waited for it."""
        if not self._is_taken(parsed):
            return
        while self._release(parsed.report):
            pass  # what was taken in now may have been waited for itself

    def _release(self, report: Report) -> bool:
        """Takes in what has waited for this report, in the order of its own times; whether there was any."""
        early, children, count = self.context.early, self.context.children, 0
        for former, person in children.joined:
            early.follow(former, person)
        for each in early.for_one_of(report, [child.id for child in children.children()]):
            concerned, _ = self._at_each(each.parsed, each.row.person)
            if any(isinstance(step, Step) for step in concerned.values()):
                early.let_go(each)
                count += 1
        return count > 0

    def _is_taken(self, parsed: Parsed) -> bool:
        """Takes the report in, or refuses it to somebody's knowledge; False where it waits now."""
        concerned, unknown = self._at_each(parsed)
        if any(isinstance(step, Step) for step in concerned.values()):
            return True
        nowhere = {authority: step.child for authority, step in concerned.items() if isinstance(step, Nowhere)}
        if may_wait(parsed.report):
            self.done += hold(self.context, parsed, nowhere, unknown)
            return False
        if unknown and not concerned:
            self.done += raised(self.context, HUB, "unknown_authority", _NO_PACK, parsed.report, parsed.report.about)
        for authority in nowhere:
            about = parsed.report.about
            self.done += raised(self.context, authority, "doubtful_match", SPEAKS_OF_NONE, parsed.report, about)
        return True

    def _at_each(self, parsed: Parsed, person: str | None = None) -> tuple[dict[str, Step | Nowhere], bool]:
        """What became of the report at each authority that it concerns, and whether it names one without a pack.
        `person`: whose it is, where that was found out before."""
        report, packs = parsed.report, self.context.packs
        authorities, unknown = concerned_authorities(report, self.context.children, packs, parsed.described)
        became: dict[str, Step | Nowhere] = {}
        for authority in authorities:
            fault = unknown_word(report, packs.governing(authority, self.context.now))
            became[authority] = (
                self._refused(authority, parsed, fault) if fault else self._at(authority, parsed, person)
            )
            if isinstance(step := became[authority], Step):
                self.done += step
        return became, unknown

    def _refused(self, authority: str, parsed: Parsed, fault: str) -> Step:
        step = Step(rejected=(Rejected(parsed.raw, "unknown_word", fault),))
        detail, report = f"unknown_word: {fault}", parsed.report
        return step + raised(self.context, authority, "unreadable", detail, report, report.about)

    def _at(self, authority: str, parsed: Parsed, person: str | None) -> Step | Nowhere:
        try:
            return _taken_in(self.context, authority, parsed, person)
        except Ambiguous as why:
            return raised(self.context, authority, "doubtful_match", f"{why}.", parsed.report, parsed.report.about)

    def settle(self) -> None:
        """To be called once all has been read."""
        self.done = settle_batch(self.context, self.done)

    def fire(self, timer: TimerRow) -> None:
        """A timer is due: its rule is asked again."""
        assert timer.episode is not None
        about = About(authority=timer.authority, episode=timer.episode)
        child = self.context.children.whose(timer.authority, about)
        if child is None:
            return
        origin = Origin("/homeward/timers", timer.id, "timer.fired", timer.due_at)
        report = TimerDue(origin=origin, about=About(episode=timer.episode), rule=timer.rule)
        match child.case(timer.episode):
            case DutiesCase():
                self.done += ask_about_duties(self.context, child, report)
            case Case() as case:
                self.done += take_in(self.context, child, case, report)


def _taken_in(context: Context, authority: str, parsed: Parsed, person: str | None) -> Step | Nowhere:
    """One report at one authority. Raises Ambiguous where several children may be meant."""
    report = parsed.report
    if isinstance(report, RecordHeld):
        return _hear_register(context, authority, parsed)
    if isinstance(report, Matched):
        return relink(context, authority, report) or Nowhere()
    known = context.children.child(person) if person else None
    resolved = Resolution(known) if known else resolve_child(context, authority, parsed)
    step = Step(matches=(resolved.match,)) if resolved.match else Step()
    if resolved.child is None:
        if may_wait(report):
            return Nowhere()
        detail = resolved.doubt.detail if resolved.doubt and not resolved.doubt.nobody else SPEAKS_OF_NONE
        return step + raised(context, authority, "doubtful_match", detail, report, report.about)
    placed = place(context, resolved.child, report, resolved.doubt)
    if placed is None:
        return Nowhere(resolved.child)
    if resolved.match:
        into = next((change.case.id for change in placed.cases), None)
        step = Step(matches=(replace(resolved.match, episode=into),))
    step += placed + ask_about_duties(context, resolved.child, report, placed.events)
    return step + _led_to_nothing(context, resolved.child, report, step)


def _led_to_nothing(context: Context, child: Child, report: Report, step: Step) -> Step:
    """A first report of a missing child that leads to no message at all is told (AMB-171)."""
    begun = any(event.change in (Change.OPENED, Change.TOLD, Change.ALERTED) for event in step.events)
    if not isinstance(report, Missing) or not begun or step.messages or step.late:
        return Step()
    return raised(context, child.authority, "data_quality", _LED_TO_NOTHING, report, report.about, ("AMB-171",))


def _hear_register(context: Context, authority: str, parsed: Parsed) -> Step:
    """A register says what it holds of a child now, or that it holds nothing any more."""
    assert parsed.at is not None
    if parsed.record is None:
        child = register_withdrawn(context.children, authority, parsed.at, context.now)
    else:
        about = parsed.report.about
        child = register_recorded(context.children, authority, about, parsed.record, parsed.described, parsed.at)
    if child is None:
        return Step(no_news=(parsed,))
    step = tell_live_episodes(context, child, parsed.report)
    step += claim_late(context, child, parsed)
    return step + ask_about_duties(context, child, parsed.report)
