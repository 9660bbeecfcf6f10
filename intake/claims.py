"""Several authorities that answer for one child: each is told of the others, nothing is decided, and none is silenced.
A register that claims unusually many children is a matter for the operator."""

from collections.abc import Sequence
from datetime import timedelta

from enrichment.authorities import Concerned
from enrichment.children import Child
from episodes.reports import Missing, Report
from intake.noting import key_of_claim
from intake.resolving import reference_of
from intake.step import Context, Step, raised
from routing.exceptions import exception
from routing.messages import derived_id
from store import Transaction

DAY, MANY = timedelta(days=1), 20
"""From how many claims in a day on a register is unusual."""
_EACH = (
    "another authority answers for this child too, by its register or by the word of the police: {}; each has an "
    "episode of its own, and this one goes on until somebody here ends it"
)
_DOUBTED = (
    "the register here holds somebody under a number of this child who was born on another day: {}; nothing was begun "
    "here, {} acts. Say whose notification it is with match.decision, or put the number right"
)
_FOR_ANOTHER = (
    "the authority that is named as responsible has no pack here; the procedure of this one runs meanwhile: pass it on"
)
_MANY = (
    "the register of {} has claimed {} children in a day who are in another authority's care by other words: look at it"
)
ROW = "AMB-198"


def tell_of_claims(context: Context, concerned: Concerned, begun: Sequence[str], report: Report) -> Step:
    """What each authority at which something has begun by a report must know of the others."""
    step = Step()
    answering = [a for a in concerned.answering if a in concerned.authorities]
    for authority in (a for a in answering if len(answering) > 1 and a in begun):
        others = ", ".join(other for other in answering if other != authority)
        step += raised(context, authority, "doubtful_match", _EACH.format(others), report, report.about, ROW)
        named = context.packs.key_of(report.responsible_authority) if isinstance(report, Missing) else None
        if isinstance(report, Missing) and named is not None and named != authority:
            note_claim(context, authority, report)
    for child in concerned.doubted:
        first_doubt(context, child)  # the record itself need not say it again
        step += doubted_claim(context, child, begun, report)
    for authority in (a for a in concerned.for_another if a in begun):
        step += raised(context, authority, "unknown_authority", _FOR_ANOTHER, report, report.about, "AMB-192")
    return step


def first_doubt(context: Context, child: Child) -> bool:
    """Whether it is the first time that this record's date of birth speaks against its claim."""
    assert child.place is not None
    assert child.record.date_of_birth is not None
    key = key_of_claim(child.authority, child.place.key, child.record.date_of_birth)
    return context.notes.first(key, f"doubted/{child.authority}", context.now)


def doubted_claim(context: Context, child: Child, acting: Sequence[str], report: Report) -> Step:
    """A register claims a child by a number alone, and the dates of birth differ: a person there must look at it."""
    detail = _DOUBTED.format(reference_of(child), ", ".join(acting))
    return raised(context, child.authority, "doubtful_match", detail, report, report.about, ROW)


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
        more = sum(note.about == about for note in context.notes.new)
        before = await tx.count_notes(about, context.now - DAY)
        if before < MANY <= before + more:
            detail = _MANY.format(about.removeprefix(_CLAIMS), before + more)
            cause = ("/homeward/claims", about)
            message = exception(context.packs.hub, "data_quality", detail, context.now, cause, rows=(ROW,))
            step += Step(messages=(message,))
    return step
