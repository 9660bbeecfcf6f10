"""The duties towards a child that belong to no episode: asked about whenever the register or an episode has news."""

from collections.abc import Sequence
from dataclasses import replace

from enrichment.children import Child
from episodes.duties import ChildDuties, Heard, heard
from episodes.events import Event
from episodes.reports import Report
from intake.step import CaseChange, Context, Late, Step
from routing.case import DutiesCase
from routing.decide import decide_duties
from routing.messages import derived_id


def ask_about_duties(context: Context, child: Child, report: Report, elsewhere: Sequence[Event] = ()) -> Step:
    """Asks about the child's duties. They are told what the register and the child's episodes are told (`elsewhere`:
    what the report changed there); they are kept once there is something to keep."""
    pack = context.packs.governing(child.authority, context.now)
    if context.history or not pack.has_duties:
        return Step()
    held = child.duties or _none_yet(context, child)
    duties = replace(held.duties, pack=pack.version)
    if isinstance(report, Heard):
        duties, events = heard(duties, report)
    else:
        events = tuple({event.name: event for event in elsewhere}.values())
    episodes = tuple(child.cases.values())
    decision = decide_duties(held, duties, events, child.record, episodes, pack, context.now, reads_on=True)
    after = DutiesCase(duties, decision.promises, decision.timers, held.late)
    if _kept(after) == _kept(held) and not decision.late:
        return Step()
    child.keep(after)
    context.children.refer(child, after)
    for other in decision.others:
        child.keep(other)
    late = (Late(after.id, events, decision.late),) if decision.late else ()
    return Step((CaseChange(child, after, events),), decision.messages, late=late)


def _kept(case: DutiesCase) -> tuple[object, ...]:
    return case.promises, case.timers, case.duties.documents


def _none_yet(context: Context, child: Child) -> DutiesCase:
    id_ = derived_id("file", child.id)
    return DutiesCase(ChildDuties(id=id_, authority=child.authority, pack="", opened_at=context.now))
