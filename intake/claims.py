"""Several authorities that answer for one child: each is told of the others, nothing is decided, and none is silenced.
A register that claims unusually many children is a matter for the operator."""

from collections.abc import Sequence
from datetime import timedelta

from enrichment.authorities import Concerned, claimed_by
from enrichment.children import Child
from episodes.reports import Missing, Report
from intake.noting import key_of_claim
from intake.resolving import shown_reference
from intake.step import Context, Step, raised
from routing.case import Case
from routing.exceptions import exception
from routing.message_types import INTERVIEW_REQUEST
from routing.messages import derived_id
from store import Transaction

DAY, MANY = timedelta(days=1), 20
"""From how many claims in a day on a register is unusual."""
_EACH = (
    "Another authority is responsible for this child too, by its register or in the words of the police: {}. Each has "
    "an episode of its own. This one stays open until someone here ends it."
)
_DOUBTED = (
    "The register here holds a child with the same number and a different date of birth: {}. No episode was opened "
    "here; {} has one. Record whose notification it is (match.decision), or correct the number."
)
_FOR_ANOTHER = (
    "There is no procedure here for the authority that is named as responsible. The procedure of this authority runs "
    "meanwhile. Pass the notification on by hand."
)
_MANY = (
    "The register of {} has claimed {} children in a day who are another authority's by other accounts. Check the "
    "register."
)
CLAIM_ROW = "AMB-198"


def tell_of_claims(context: Context, concerned: Concerned, begun: Sequence[str], report: Report) -> Step:
    """What each authority at which something has begun by a report must know of the others."""
    step = Step()
    claimants = _claimants(context, concerned, report)
    for authority in claimants:
        others = [o for o in claimants if o != authority and (authority in begun or o in begun)]
        if not others or _has_handed_over(context, authority, report, begun):
            continue
        detail = _EACH.format(", ".join(others))
        step += raised(context, authority, "doubtful_match", detail, report, report.about, CLAIM_ROW)
        if authority not in begun:
            continue
        named = context.packs.key_of(report.responsible_authority) if isinstance(report, Missing) else None
        if isinstance(report, Missing) and named is not None and named != authority:
            note_claim(context, authority, report)
    for child in concerned.doubted:
        first_doubt(context, child)  # the record itself need not say it again
        step += doubted_claim(context, child, begun, report)
    for authority in (a for a in concerned.for_another if a in begun):
        step += raised(context, authority, "unknown_authority", _FOR_ANOTHER, report, report.about, "AMB-192")
    return step


def _claimants(context: Context, concerned: Concerned, report: Report) -> list[str]:
    """Who has the child as its own: those that answer for it now, and those that have an episode of the same incident
    under way as their own child's."""
    claimants = {authority: None for authority in concerned.answering if authority in concerned.authorities}
    for authority in concerned.authorities:
        for child in context.children.in_reference(authority, report.about):
            if any(
                is_under_way(context, case) and _is_own(context, child, case, report) for case in child.cases.values()
            ):
                claimants[authority] = None
    return [*claimants]


def _is_own(context: Context, child: Child, case: Case, report: Report) -> bool:
    missing, about = case.episode.missing, report.about
    told = any((r.force, r.incident) == (about.force, about.incident) for r in case.episode.references)
    return told and missing is not None and has_a_say(context, child, missing)


def _has_handed_over(context: Context, authority: str, report: Report, begun: Sequence[str]) -> bool:
    """Whether the authority has just heard that the child is another's from now on (AMB-197)."""
    children = context.children.in_reference(authority, report.about)
    return any(case.episode.handed_to in begun for child in children for case in child.cases.values())


def is_under_way(context: Context, case: Case) -> bool:
    """Whether the child is missing by it, or back with the interview still asked for, or back by word that is just
    being read: whose child it is may have waited beside it."""
    waits = any(promise.open and promise.type == INTERVIEW_REQUEST for promise in case.promises)
    found, since = case.episode.found, case.late.since if case.late else context.now
    back_now = found is not None and found.origin.at >= since
    is_open = case.episode.state == "open" or (case.episode.state == "found" and (waits or back_now))
    return case.episode.missing is not None and is_open and not case.from_history


def has_a_say(context: Context, child: Child, missing: Missing) -> bool:
    """Whether an authority has an episode as its own child's, and not by its duties as a host alone."""
    hosts = context.packs.newest(child.authority).terms.hosts
    return not hosts or answers(context, child) or is_named(context, child, missing)


def is_named(context: Context, child: Child, missing: Missing) -> bool:
    """Whether the police name the child's authority as the responsible one."""
    return context.packs.key_of(missing.responsible_authority) == child.authority


def answers(context: Context, child: Child) -> bool:
    """Whether the authority's own register says that it answers for the child."""
    return child.record.registered and claimed_by(child.authority, child.record, context.packs) == child.authority


def first_doubt(context: Context, child: Child) -> bool:
    """Whether it is the first time that this record's date of birth speaks against its claim."""
    assert child.place is not None
    assert child.record.date_of_birth is not None
    key = key_of_claim(child.authority, child.place.key, child.record.date_of_birth)
    return context.notes.first(key, f"doubted/{child.authority}", context.now)


def doubted_claim(context: Context, child: Child, acting: Sequence[str], report: Report) -> Step:
    """A register claims a child by a number alone, and the dates of birth differ: a person there must look at it."""
    detail = _DOUBTED.format(shown_reference(child), ", ".join(acting))
    return raised(context, child.authority, "doubtful_match", detail, report, report.about, CLAIM_ROW)


def note_claim(context: Context, authority: str, report: Missing) -> None:
    """A register has claimed a child of whom somebody else was told."""
    about, token = report.about, report.origin.token
    key = derived_id("claim of register", authority, about.force, about.incident, token)
    context.notes.first(key, f"{_CLAIMS}{authority}", context.now)


_CLAIMS = "claims/"


async def tell_of_many(tx: Transaction, context: Context) -> Step:
    """The operator hears of a register that has claimed many children in a day, as it passes the mark."""
    step = Step()
    for about in sorted({note.about for note in context.notes.new if note.about.startswith(_CLAIMS)}):
        await tx.lock([about])  # or two hubs could each count up to the mark, and neither past it
        more = sum(note.about == about for note in context.notes.new)
        before = await tx.count_notes(about, context.now - DAY)
        if before < MANY <= before + more:
            detail = _MANY.format(about.removeprefix(_CLAIMS), before + more)
            cause = ("/homeward/claims", about)
            message = exception(context.packs.hub, "data_quality", detail, context.now, cause, rows=(CLAIM_ROW,))
            step += Step(messages=(message,))
    return step
