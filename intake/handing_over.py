"""Another authority answers for a child from now on (AMB-197): the episode here is not closed, as the child may still
be missing, but nothing more is asked in it, and what was asked for is withdrawn. Whoever was told that the child is
missing is told when it is back. An authority with duties as a host goes on with those, by the conditions of its
rules."""

from dataclasses import replace

from enrichment.authorities import Concerned, claimed_by
from enrichment.children import Child
from episodes.events import Change, Event
from episodes.history import beginning_anew
from episodes.reports import Missing, Report
from intake.deciding import answer
from intake.step import CaseChange, Context, Step, raised
from routing.case import Case
from routing.decide import decide_withdrawn

HANDED_OVER_ROW = "AMB-197"
_HANDED_OVER = (
    "Another authority ({}) answers for this child now and has an episode of its own. What was asked for here is "
    "withdrawn, and nothing more will be asked. Those who were told that the child is missing hear when it is back."
)


def hand_over(context: Context, child: Child, case: Case, to: str, report: Report) -> Step:
    """The episode handed over to another authority; nothing where it was before, or where the procedure here has duties
    towards another authority's child."""
    terms = context.packs.version(child.authority, case.episode.pack).terms
    if terms.hosts or case.episode.handed_to == to or case.episode.state == "retracted":
        return Step()
    episode = replace(case.episode, handed_to=to)
    event = Event(Change.HANDED_OVER, report, report.origin.at)
    pack = context.packs.version(child.authority, episode.pack)
    others = child.others(case.id)
    decision = decide_withdrawn(case, episode, (event,), child.record, others, pack, context.now, HANDED_OVER_ROW)
    after = decision.case_after(case)
    child.keep(after)
    step = Step((CaseChange(child, after, (event,)),), decision.messages)
    about = episode.missing.about if episode.missing else report.about
    detail, of_it = _HANDED_OVER.format(to), by_itself(report, case)
    return step + raised(context, child.authority, "doubtful_match", detail, of_it, about, HANDED_OVER_ROW)


def by_itself(report: Report, case: Case) -> Report:
    """The report, as what is raised by it about one case alone: a record may speak of several who are missing together,
    and each is told of by itself."""
    return replace(report, origin=replace(report.origin, claim=f"{report.origin.claim} {case.id}"))


def take_back(context: Context, child: Child, report: Report) -> Step:
    """The episodes that were handed over, where the child's register here claims the child again: as if they had begun
    here, less what is moot."""
    step = Step()
    for case in [c for c in child.cases.values() if c.episode.handed_to is not None]:
        episode = replace(case.episode, handed_to=None)
        # What was promised before counts no more; but what is said again is not called by the same name.
        former = tuple(replace(p, closed_at=p.closed_at or context.now, undone=True) for p in case.promises)
        begun = Case(episode, former, late=case.late)
        step += answer(context, child, begun, episode, beginning_anew(episode, report.origin))
    return step


def follow_the_police(context: Context, concerned: Concerned, child: Child, report: Report) -> Step:
    """The police have named another authority than before, and no register here claims the child: the episode that
    began by their word, or as one of the host, is the other's. And back, where they name this one again."""
    if not isinstance(report, Missing):
        return Step()
    if child.authority in concerned.answering:
        return take_back(context, child, report)
    if _claims(context, child):
        return Step()
    named = context.packs.key_of(report.responsible_authority)
    if named is None or named not in concerned.answering or named not in context.packs.authorities:
        return Step()
    step = Step()
    for case in [c for c in child.cases.values() if _is_told_of(c, report)]:
        step += hand_over(context, child, case, named, report)
    return step


def _claims(context: Context, child: Child) -> bool:
    return child.record.registered and claimed_by(child.authority, child.record, context.packs) == child.authority


def _is_told_of(case: Case, report: Missing) -> bool:
    about = report.about
    return any((r.force, r.incident) == (about.force, about.incident) for r in case.episode.references)
