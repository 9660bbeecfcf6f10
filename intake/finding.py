"""A return, taken into every episode of the child that it ends (AMB-185, 187, 189)."""

from dataclasses import replace

from enrichment.children import Child
from episodes.episode import Episode
from episodes.events import Change, brought
from episodes.identity import ended_by
from episodes.parting import Parted, acts_of, parted
from episodes.reports import Found
from intake.deciding import take_in
from intake.step import CaseChange, Context, Step
from routing.case import Case
from routing.decide import decide_withdrawn

MERGED_ROW = "AMB-187"


def take_in_found(context: Context, child: Child, report: Found) -> Step | None:
    """None where the child has no episode that it may be told of: it waits for one."""
    terms = context.packs.governing(child.authority, context.now).terms
    episodes = child.episodes()
    ended = ended_by(report, episodes, terms)
    if not ended:
        return None
    if not report.contact_made and not ended[0].back:
        return take_in(context, child, child.cases[ended[0].id], report)
    step = Step()
    for episode in (e for e in ended if e.state != "waiting"):
        if episode.state == "open":
            step += _join_waiting(context, child, child.cases[episode.id], report)
        # The reference is that of the first alone: the others have their own.
        told = (
            report if episode is ended[0] else replace(report, about=replace(report.about, force=None, incident=None))
        )
        step += take_in(context, child, child.cases[episode.id], told)
    left = [e.id for e in ended if e.state == "waiting" and e.id in child.cases]
    for id_ in left if step == Step() else ():
        step += take_in(context, child, child.cases[id_], report)
    return step


def part_absences(context: Context, child: Child, report: Found) -> list[Parted]:
    """Parts the episodes that a return ends from what began after it (AMB-173, AMB-185)."""
    terms = context.packs.governing(child.authority, context.now).terms
    others = []
    for episode in (e for e in ended_by(report, child.episodes(), terms) if e.state in ("open", "found")):
        other = parted(episode, report, terms)
        if other.said:
            child.keep(replace(child.cases[episode.id], episode=other.episode))
            others.append(other)
    return others


def end_others(context: Context, child: Child, ended: Episode, report: Found) -> Step:
    """The return taken into every other open episode of the child that began before it (AMB-189)."""
    step, back = Step(), report.return_at
    told = replace(report, about=replace(report.about, force=None, incident=None))
    for case in [c for c in child.cases.values() if c.id != ended.id and c.episode.state == "open"]:
        if back is not None and case.episode.start is not None and case.episode.start <= back:
            step += take_in(context, child, case, told)
    return step


def _join_waiting(context: Context, child: Child, case: Case, report: Found) -> Step:
    """What waits for this episode to end and began before the return is the same absence (AMB-187): its reference and
    what it says are the open episode's from now on."""
    step, back = Step(), report.return_at
    for waiting in [c for c in child.cases.values() if c.episode.state == "waiting"]:
        told, start = waiting.episode.missing, waiting.episode.start
        if told is None or start is None or back is None or start > back:
            continue
        step += _given_up(context, child, waiting, report)
        step += take_in(context, child, child.cases[case.id], told)
        for act in acts_of(waiting.episode):
            again = replace(act, origin=replace(act.origin, again=report.origin.answered))
            step += take_in(context, child, child.cases[case.id], again)
    return step


def _given_up(context: Context, child: Child, waiting: Case, report: Found) -> Step:
    """The episode that waited is none of its own: what was asked for in it is withdrawn."""
    episode: Episode = replace(waiting.episode, state="retracted")
    events = brought(Change.MERGED, report)
    pack = context.packs.version(child.authority, episode.pack)
    others = child.others(episode.id)
    decision = decide_withdrawn(waiting, episode, events, child.record, others, pack, context.now, MERGED_ROW)
    after = decision.case_after(waiting)
    child.keep(after)
    return Step((CaseChange(child, after, events),), decision.messages)
