"""The batch processor: each report is resolved, placed, advanced and answered, in order, in memory.

Each report is a step that returns what it did; the batch folds the steps. `intake.intake` loads before and saves after,
in one transaction.
"""

from dataclasses import replace

from enrichment.authorities import concerned_authorities
from enrichment.children import Ambiguous
from enrichment.registering import register_recorded, register_withdrawn
from episodes.reports import About, Matched, Missing, Origin, RecordHeld, TimerDue
from intake.child_duties import ask_about_duties
from intake.deciding import take_in
from intake.late_claim import claim_late
from intake.placing import place, tell_live_episodes
from intake.records import Parsed, Rejected
from intake.relinking import relink
from intake.resolving import SPEAKS_OF_NONE, resolve_child
from intake.step import Context, Step, raised
from intake.vocabulary import unknown_word
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
        report, packs = parsed.report, self.context.packs
        authorities, unknown = concerned_authorities(report, self.context.children, packs, parsed.described)
        if unknown and not authorities:
            self.done += raised(self.context, HUB, "unknown_authority", _NO_PACK, report, report.about)
        for authority in authorities:
            fault = unknown_word(report, packs.governing(authority, self.context.now))
            if fault:
                step = Step(rejected=(Rejected(parsed.raw, "unknown_word", fault),))
                detail = f"unknown_word: {fault}"
                self.done += step + raised(self.context, authority, "unreadable", detail, report, report.about)
                continue
            try:
                self.done += _at(self.context, authority, parsed)
            except Ambiguous as why:
                self.done += raised(self.context, authority, "doubtful_match", f"{why}.", report, report.about)

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
    placed = place(context, resolved.child, report, resolved.doubt)
    if resolved.match:
        into = next((change.case.id for change in placed.cases), None)
        step = Step(matches=(replace(resolved.match, episode=into),))
    return step + placed + ask_about_duties(context, resolved.child, report, placed.events)


def _speaks_of_none(context: Context, authority: str, parsed: Parsed) -> Step:
    return raised(context, authority, "doubtful_match", SPEAKS_OF_NONE, parsed.report, parsed.report.about)


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
