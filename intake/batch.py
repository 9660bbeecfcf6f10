"""The batch processor: each report is resolved, placed, advanced and answered, in order, in memory. One that speaks of
what nobody has reported yet is held, and taken in with the report that it waits for.

Each report is a step that returns what it did; the batch folds the steps. `intake.intake` loads before and saves after,
in one transaction.
"""

from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from enrichment.authorities import Concerned, claimed_by, concerned_authorities
from enrichment.children import Ambiguous, Child
from enrichment.registering import register_recorded, register_withdrawn
from episodes.early import may_wait
from episodes.reports import About, Matched, Origin, RecordHeld, Report, Retracted, TimerDue
from intake.child_duties import ask_about_duties
from intake.claims import tell_of_claims
from intake.deciding import answer, take_in
from intake.early import EarlyWordError
from intake.handing_over import follow_the_police
from intake.holding import hold
from intake.late_claim import claim_late
from intake.placing import place, tell_live_episodes
from intake.records import Parsed, Rejected
from intake.relinking import relink
from intake.resolving import SPEAKS_OF_NONE, Resolution, resolve_child
from intake.resting import clocks_started
from intake.settling import decide_left, settle_batch
from intake.step import Context, ReportOf, Step, raised
from intake.telling import begins, tell_of_birth, tell_of_message, tell_of_missing, tell_of_numbers
from intake.vocabulary import unknown_word
from intake.withdrawing import is_needed, let_go, tell_of_withdrawal
from routing.case import BACKLOG, Case, DutiesCase
from routing.library import HUB
from store.rows import TimerRow

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
        concerned = self._concerned(parsed)
        authority = next(iter(concerned.authorities), HUB)
        self.done += tell_of_message(self.context, authority, parsed)
        if not self._is_taken(parsed, concerned):
            return
        while self._release(parsed.report):
            pass  # what was taken in now may have been waited for itself

    def _concerned(self, parsed: Parsed) -> Concerned:
        return concerned_authorities(parsed.report, self.context.children, self.context.packs, parsed.described)

    def _release(self, report: Report) -> bool:
        """Takes in what has waited for this report, in the order of its own times; whether there was any."""
        early, children, count = self.context.early, self.context.children, 0
        if not early:
            return False
        for former, person in children.joined:
            early.follow(former, person)
        for each in early.for_one_of(report, [child.id for child in children.children()]):
            try:
                became = self._at_each(each.parsed, self._concerned(each.parsed), each.row.person)
            except Exception as fault:  # it must not take the report with it for which it has waited
                raise EarlyWordError(each.row.id, fault) from fault
            if any(isinstance(step, Step) for step in became.values()):
                early.let_go(each)
                count += 1
        return count > 0

    def _is_taken(self, parsed: Parsed, concerned: Concerned) -> bool:
        """Takes the report in, or refuses it to somebody's knowledge; False where it waits now."""
        became, report = self._at_each(parsed, concerned), parsed.report
        if any(isinstance(step, Step) for step in became.values()):
            return True
        nowhere = {authority: step.child for authority, step in became.items() if isinstance(step, Nowhere)}
        if may_wait(report):
            self.done += hold(self.context, parsed, nowhere, concerned.unknown)
            return False
        if concerned.unknown and not became:
            self.done += raised(self.context, HUB, "unknown_authority", _NO_PACK, report, report.about, of_sender=True)
        for authority in nowhere:
            self.done += raised(
                self.context, authority, "doubtful_match", SPEAKS_OF_NONE, report, report.about, of_sender=True
            )
        return True

    def _at_each(self, parsed: Parsed, concerned: Concerned, person: str | None = None) -> dict[str, "Step | Nowhere"]:
        """What became of the report at each authority that it concerns. `person`: whose it is, where that was found out
        before."""
        became: dict[str, Step | Nowhere] = {}
        begun: list[str] = []
        for authority in concerned.authorities:
            step = became[authority] = self._at(authority, parsed, person)
            if isinstance(step, Nowhere):
                continue
            self.done += step
            for child in {change.child.id: change.child for change in step.cases}.values():
                self.done += follow_the_police(self.context, concerned, child, parsed.report)
            if begins(step, parsed.report):
                begun.append(authority)
            let_go(self.context, [change.child for change in step.cases])
        if begun:
            self.done += tell_of_claims(self.context, concerned, begun, parsed.report)
        return became

    def _at(self, authority: str, parsed: Parsed, person: str | None) -> Step | Nowhere:
        """What a report leads to at one authority."""
        report, context = parsed.report, self.context
        fault = unknown_word(report, context.packs.governing(authority, context.now))
        if fault:
            told = raised(context, authority, "unreadable", f"unknown_word: {fault}", report, report.about)
            aside = Rejected(parsed.raw, "unknown_word", fault, told.messages[0].id, parsed.key)
            return Step(rejected=(aside,)) + (Step() if parsed.raw.claim else told)  # told when it was set aside first
        try:
            return _taken_in(context, authority, parsed, person)
        except Ambiguous as why:
            return raised(context, authority, "doubtful_match", f"{why}.", report, report.about)

    def start_clocks(self, episode: str) -> bool:
        """The clocks of an absence that was loaded from history run from now on; False where it is none."""
        child = self.context.children.of_episode(episode)
        case = child.cases.get(episode) if child else None
        if child is None or case is None or not case.from_history:
            return False
        case, events = clocks_started(self.context, case)
        child.keep(case)
        self.done += answer(self.context, child, case, case.episode, events)
        return True

    def settle(self, backlog: bool = False) -> None:
        """To be called once all of the batch has been read. `backlog`: more may be waiting in Kafka."""
        self.done = settle_batch(self.context, self.done, backlog)

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
            case Case() | DutiesCase() as case if timer.rule == BACKLOG:
                self.done += decide_left(self.context, child, case, report)
            case DutiesCase():
                self.done += ask_about_duties(self.context, child, report)
            case Case() as case:
                self.done += take_in(self.context, child, case, report)
        let_go(self.context, (child,))


def _taken_in(context: Context, authority: str, parsed: Parsed, person: str | None) -> Step | Nowhere:
    """One report at one authority. Raises Ambiguous where several children may be meant."""
    report = parsed.report
    if isinstance(report, RecordHeld):
        return _hear_register(context, authority, parsed)
    if isinstance(report, Matched):
        return _matched(context, authority, parsed) or Nowhere()
    known = context.children.child(person) if person else None
    resolved = Resolution(known) if known else resolve_child(context, authority, parsed)
    step = Step(matches=(resolved.match,)) if resolved.match else Step()
    if resolved.child is None:
        if may_wait(report):
            return Nowhere()
        detail = resolved.doubt.detail if resolved.doubt and not resolved.doubt.nobody else SPEAKS_OF_NONE
        of_sender = detail == SPEAKS_OF_NONE
        return step + raised(context, authority, "doubtful_match", detail, report, report.about, of_sender=of_sender)
    before = resolved.child.learnt() if isinstance(report, Retracted) or report.about.identifiers else None
    placed = place(context, resolved.child, report, resolved.doubt)
    if before:
        context.children.unlearn(resolved.child, before)
    if placed is None:
        return Nowhere(resolved.child)
    if resolved.match:
        into = next((change.case.id for change in placed.cases), None)
        step = Step(matches=(replace(resolved.match, episode=into),))
    step += placed + ask_about_duties(context, resolved.child, report, placed.events)
    step += _is_about(resolved.child, parsed, placed)
    return step + tell_of_missing(context, authority, parsed, step)


def _matched(context: Context, authority: str, parsed: Parsed) -> Step | None:
    """A person says whose it is; who answers for that child is worked out anew (AMB-197)."""
    assert isinstance(parsed.report, Matched)
    step = relink(context, authority, parsed.report)
    for child in {change.child.id: change.child for change in step.cases}.values() if step else ():
        if step:
            step += _is_about(child, parsed, step)
            step += claim_late(context, child, parsed) if _names_another(context, child) else Step()
    return step


def _is_about(child: Child, parsed: Parsed, step: Step) -> Step:
    """That the report was the child's, in the first of its cases that changed."""
    case = next((change.case.id for change in step.cases if change.child is child), None)
    return Step(whose=(ReportOf(parsed, child, case),))


def _is_known_now(child: Child) -> None:
    """Whose child it is has been said by the register itself: nobody is waited for any more."""
    for case in child.cases.values() if child.record.registered else ():
        child.keep(replace(case, whose=None))


def _names_another(context: Context, child: Child) -> bool:
    """Whether the child's own register says that another authority answers."""
    return child.record.registered and claimed_by(child.authority, child.record, context.packs) != child.authority


def _hear_register(context: Context, authority: str, parsed: Parsed) -> Step:
    """A register says what it holds of a child now, or that it holds nothing any more."""
    assert parsed.at is not None
    births: dict[str, date | None] = {}
    if parsed.record is None:
        needed = partial(is_needed, context)
        child = register_withdrawn(context.children, authority, parsed.at, context.now, needed)
    else:
        known = context.children.known(authority, parsed.record, parsed.at.key, parsed.described)
        births = {each.id: each.record.date_of_birth for each in known}
        about = parsed.report.about
        child = register_recorded(context.children, authority, about, parsed.record, parsed.described, parsed.at)
    step = tell_of_numbers(context, parsed.report)
    if child is None:
        return step + Step(no_news=(parsed,))
    step += Step(whose=(ReportOf(parsed, child),))
    names_another = _names_another(context, child)
    step += claim_late(context, child, parsed) if names_another else Step()  # before anything is asked of a new worker
    step += tell_live_episodes(context, child, parsed.report)
    if parsed.record is not None and births.get(child.id) != child.record.date_of_birth:
        step += tell_of_birth(context, child, parsed.report)
    step += Step() if names_another else claim_late(context, child, parsed)
    _is_known_now(child)
    step += tell_of_withdrawal(context, child, parsed.report)
    return step + ask_about_duties(context, child, parsed.report)
