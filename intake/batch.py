"""The batch processor: each report is resolved, placed, advanced and answered, in order, in memory.

Each report is a step that returns what it did; the batch folds the steps. `intake.intake` loads before and saves after,
in one transaction.
"""

from dataclasses import replace
from datetime import date
from functools import partial

from enrichment.authorities import concerned_authorities
from enrichment.children import Ambiguous
from enrichment.registering import register_recorded, register_withdrawn
from episodes.reports import About, Matched, Missing, Origin, RecordHeld, Retracted, TimerDue
from intake.child_duties import ask_about_duties
from intake.claims import tell_of_claims
from intake.deciding import take_in
from intake.late_claim import claim_late
from intake.placing import place, tell_live_episodes
from intake.records import Parsed, Rejected
from intake.relinking import relink
from intake.resolving import SPEAKS_OF_NONE, resolve_child
from intake.step import Context, Step, raised
from intake.telling import begins, tell_of_birth, tell_of_message, tell_of_missing, tell_of_numbers
from intake.vocabulary import unknown_word
from intake.withdrawing import is_needed, let_go, tell_of_withdrawal
from routing.case import Case, DutiesCase
from routing.library import HUB
from store.rows import TimerRow

_NO_PACK = "There is no procedure here for the authority that the message names. Pass the message on by hand."


class BatchProcessor:
    """What the reports of one transaction lead to: `done` folds every step so far."""

    def __init__(self, context: Context) -> None:
        self.context, self.done = context, Step()

    def process(self, parsed: Parsed) -> None:
        """Takes one report in at every authority that it concerns."""
        report = parsed.report
        concerned = concerned_authorities(report, self.context.children, self.context.packs, parsed.described)
        authorities = concerned.authorities
        self.done += tell_of_message(self.context, authorities[0] if authorities else HUB, parsed)
        if concerned.unknown and not authorities:
            self.done += raised(self.context, HUB, "unknown_authority", _NO_PACK, report, report.about)
        begun: list[str] = []
        for authority in authorities:
            step = self._step(authority, parsed)
            self.done += step
            if begins(step, report):
                begun.append(authority)
            let_go(self.context, [change.child for change in step.cases])
        if begun:
            self.done += tell_of_claims(self.context, concerned, begun, report)

    def _step(self, authority: str, parsed: Parsed) -> Step:
        """What a report leads to at one authority."""
        report, context = parsed.report, self.context
        fault = unknown_word(report, context.packs.governing(authority, context.now))
        if fault:
            told = raised(context, authority, "unreadable", f"unknown_word: {fault}", report, report.about)
            return Step(rejected=(Rejected(parsed.raw, "unknown_word", fault, told.messages[0].id),)) + told
        try:
            return _at(context, authority, parsed)
        except Ambiguous as why:
            return raised(context, authority, "doubtful_match", f"{why}.", report, report.about)

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
                let_go(self.context, (child,))


def _at(context: Context, authority: str, parsed: Parsed) -> Step:
    """One report at one authority."""
    report = parsed.report
    if isinstance(report, RecordHeld):
        return _hear_register(context, authority, parsed)
    if isinstance(report, Matched):
        step = relink(context, authority, report)
        return _speaks_of_none(context, authority, parsed) if step is None else step
    resolved = resolve_child(context, authority, parsed)
    step = Step(matches=(resolved.match,)) if resolved.match else Step()
    if resolved.child is None:
        doubt = resolved.doubt
        detail = doubt.detail if doubt and not doubt.nobody else SPEAKS_OF_NONE
        return step + raised(context, authority, "doubtful_match", detail, report, report.about)
    if isinstance(report, Missing):
        context.children.adopt(resolved.child, report.about)
    before = resolved.child.learnt() if isinstance(report, Retracted) or report.about.identifiers else None
    placed = place(context, resolved.child, report, resolved.doubt)
    if before:
        context.children.unlearn(resolved.child, before)
    if resolved.match:
        into = next((change.case.id for change in placed.cases), None)
        step = Step(matches=(replace(resolved.match, episode=into),))
    step += placed + ask_about_duties(context, resolved.child, report, placed.events)
    return step + tell_of_missing(context, authority, parsed, step)


def _speaks_of_none(context: Context, authority: str, parsed: Parsed) -> Step:
    return raised(context, authority, "doubtful_match", SPEAKS_OF_NONE, parsed.report, parsed.report.about)


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
    step += tell_live_episodes(context, child, parsed.report)
    if parsed.record is not None and births.get(child.id) != child.record.date_of_birth:
        step += tell_of_birth(context, child, parsed.report)
    step += claim_late(context, child, parsed) + tell_of_withdrawal(context, child, parsed.report)
    return step + ask_about_duties(context, child, parsed.report)
