"""Whose report it is, and what a person is told where that is not sure. Nothing waits for the answer: a report that
begins an episode begins one for a child open to nothing, until somebody says whose it is (`match.decision`)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta

from enrichment.children import Ambiguous, Child, Children
from enrichment.matching import Judgement
from enrichment.numbers import force_of
from enrichment.whose import Match, whose
from episodes.early import may_wait
from episodes.reports import Found, Missing, Report
from intake.records import Parsed
from intake.step import Context, MatchResult

SPEAKS_OF_NONE = "The report is about a child or an episode that is not known here. Check the reference."
_MEANWHILE = "Handled as a child with no open case until someone confirms the identity."
_ANSWER = "Record whose notification it is (match.decision)."


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why it is not sure whose report it is. `nobody`: nothing on file comes near."""

    detail: str
    nobody: bool = False


@dataclass(frozen=True, slots=True)
class Resolution:
    """Whose report it is at one authority. No child: it begins no episode and speaks of nobody known. `match`: how the
    description compared, where it came to that."""

    child: Child | None
    doubt: Doubt | None = None
    match: MatchResult | None = None


def resolve_child(context: Context, authority: str, parsed: Parsed) -> Resolution:
    """Raises Ambiguous where the report speaks of several children and must change nothing."""
    report, about, force = parsed.report, parsed.report.about, force_of(parsed.report)
    children = context.children
    # A return that names no incident waits for its child; any other waits for its incident, and for its child as well
    # where it gives a number, to which the register may join others.
    begins = isinstance(report, Missing) or (isinstance(report, Found) and about.incident is None)
    waits_for_child = isinstance(report, Found) and bool(about.identifiers)
    try:
        found = whose(children, authority, about, parsed.described, force)
    except Ambiguous as why:
        if not why.candidates or not (begins or _waits(context, authority, report)):
            raise
        # Its numbers are those of several: none of them is this child's for sure.
        stranger = children.begin(authority, replace(about, identifiers=()), report.origin.token) if begins else None
        return Resolution(stranger, Doubt(f"{why}: {_listed(why.candidates)}. {_MEANWHILE} {_ANSWER}"))
    match = None
    if found.judged is not None and found.judged.outcome != "none":
        match = MatchResult(authority, report, found.child.id if found.child else None, found.judged)
    child = found.child
    doubt = None if child else _doubt(context, authority, found)
    if child is None:
        if not begins and not waits_for_child:
            return Resolution(None, doubt, match)
        child = children.begin(authority, about, report.origin.token, force)
    elif isinstance(report, Missing):
        children.learn(child, about.identifiers, force)
    if begins and parsed.described and not child.record.registered and child.described is None:
        children.describe(child, parsed.described)
    return Resolution(child, doubt, match)


def _waits(context: Context, authority: str, report: Report) -> bool:
    """Whether it speaks of an incident that nobody has reported yet: whose that is, its report will say."""
    return may_wait(report) and not context.children.in_reference(authority, report.about)


def _doubt(context: Context, authority: str, found: Match) -> Doubt:
    near = _candidates(context.children, found.judged)
    if not near:
        age = _age(context, authority)
        return Doubt(f"No match on the register{age}. {_MEANWHILE}", nobody=True)
    many = "Possible match" if len(near) == 1 else "More than one possible match, most likely first"
    return Doubt(f"{many}: {_listed(near)}. {_MEANWHILE} {_ANSWER}")


def _candidates(children: Children, judged: Judgement | None) -> list[Child]:
    ranked = judged.ranked if judged else ()
    return [child for each in ranked if (child := children.child(each.id)) is not None]


def _listed(children: Iterable[Child]) -> str:
    return ", ".join(shown_reference(child) for child in children)


def shown_reference(child: Child) -> str:
    """By what a person who may see the record finds it: its first number in the register, else an incident. Nothing
    of what describes the child."""
    if child.record.registered and child.record.identifiers:
        return " ".join(child.record.identifiers[0])
    incidents = [r.incident for case in child.cases.values() for r in case.episode.references]
    return f"incident {incidents[-1]}" if incidents else "a child without a number"


def _age(context: Context, authority: str) -> str:
    """What must be known of the register to weigh that it holds nobody."""
    register = context.freshness.get(authority)
    if register is None:
        return ", which has sent nothing so far"
    age = context.now - register.newest_at
    return f", whose newest record is {age // timedelta(hours=1)} hours old" if age > context.stale_after else ""
