"""Whose report it is, and what a person is told where that is not sure. Nothing waits for the answer: a report that
begins an episode begins one for a child open to nothing, until somebody says whose it is (`match.decision`)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from consumers.raw import Judged, Told
from enrichment.matching import Judgement
from enrichment.people import Ambiguous, Child, People
from enrichment.whose import Answer, whose
from episodes.reports import Found, Missing

if TYPE_CHECKING:
    from consumers.desk import Desk

SPEAKS_OF_NONE = "the report speaks of a child or an episode that is not known here; check the reference"
_MEANWHILE = "the rules run as for a child open to nothing"
_ANSWER = "say whose notification it is with match.decision"


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why it is not sure whose report it is. `nobody`: nothing on file comes near."""

    detail: str
    nobody: bool = False


def identified(desk: "Desk", authority: str, told: Told) -> tuple[Child | None, Doubt | None]:
    """The child, and the doubt where there is one. No child: the report begins no episode and speaks of nobody known.
    Raises Ambiguous where it speaks of several and must change nothing."""
    report, about = told.report, told.report.about
    begins = isinstance(report, Missing | Found)
    try:
        answer = whose(desk.people, authority, about, told.described)
    except Ambiguous as why:
        if not isinstance(report, Missing) or not why.candidates:
            raise
        # Its numbers are those of several: none of them is this child's for sure.
        stranger = desk.people.begin(authority, replace(about, identifiers=()), report.origin.id)
        return stranger, Doubt(f"{why}: {_listed(why.candidates)}; {_MEANWHILE}; {_ANSWER}")
    if answer.judged is not None and answer.judged.outcome != "none":
        desk.judged.append(Judged(authority, report, answer.child.id if answer.child else None, answer.judged))
    child = answer.child
    doubt = None if child else _doubt(desk, authority, answer)
    if child is None:
        if not begins:
            return None, doubt
        child = desk.people.begin(authority, about, report.origin.id)
    elif isinstance(report, Missing):
        desk.people.identify(child, about.identifiers)
    if begins and told.described and not child.record.registered and child.described is None:
        desk.people.describe(child, told.described)
    return child, doubt


def _doubt(desk: "Desk", authority: str, answer: Answer) -> Doubt:
    near = _candidates(desk.people, answer.judged)
    if not near:
        return Doubt(f"not enriched: the register holds nobody like this{_age(desk, authority)}; {_MEANWHILE}", True)
    many = "somebody" if len(near) == 1 else "more than one child"
    return Doubt(
        f"not enriched: {many} on file may be meant, likeliest first: {_listed(near)}; {_MEANWHILE}; {_ANSWER}"
    )


def _candidates(people: People, judged: Judgement | None) -> list[Child]:
    return [child for ranked in (judged.ranked if judged else ()) if (child := people.child(ranked.id)) is not None]


def _listed(children: Iterable[Child]) -> str:
    return ", ".join(_reference(child) for child in children)


def _reference(child: Child) -> str:
    """By what a person who may see the record finds it: its first number in the register, else an incident. Nothing
    of what describes the child."""
    if child.record.registered and child.record.identifiers:
        return " ".join(child.record.identifiers[0])
    incidents = [r.incident for case in child.cases.values() for r in case.episode.references]
    return f"incident {incidents[-1]}" if incidents else "a child without a number"


def _age(desk: "Desk", authority: str) -> str:
    """What must be known of the register to weigh that it holds nobody."""
    feed = desk.feeds.get(authority)
    if feed is None:
        return ", and it has told nothing so far"
    age = desk.now - feed.newest_at
    return f", and its newest record is {age // timedelta(hours=1)} hours old" if age > desk.stale_after else ""
