"""What became of an answer: kept, sent, taken in and what followed, or why nothing did."""

from dataclasses import replace
from datetime import timedelta

from starlette.responses import Response

from desk.looking import looked
from desk.sending import claim_key, ledger_causes
from desk.serving import DeskPage
from desk.views.outcome import outcome_view
from desk.visit import NotHereError, Visit
from reporting.clear_words import in_clear
from reporting.held_cases import held_cases

PATIENT_FOR = timedelta(seconds=60)
"""How long the hub may take before the page says that it takes long."""


async def outcome_page(visit: Visit) -> Response:
    """The page of one answer, for everybody at its authority; and for its author from outside, who sees how far it has
    come and nothing of what others were told."""
    async with visit.desk.store.reading() as tx:
        row = await tx.answer(visit.asked("answer"))
        if row is None or not (visit.user.grant_at(row.authority) or row.by == visit.user.id):
            raise NotHereError
        taken = claim_key(row) in await tx.claimed([claim_key(row)])
        followed = await tx.ledger_about(*ledger_causes(row)) if taken else []
        told = [line.entry["message"] for line in followed if line.kind == "decision"]
        followed = await in_clear(tx, followed, [d for each in told for d in await tx.outbox_of_message(each)])
        others = [o for o in await tx.answers_to(row.message) if o.id != row.id] if row.message else []
        cases = await held_cases(tx, [row.episode]) if row.episode else []
        refused = [] if taken else [q for q in await tx.quarantined() if _is(q.row.value, row.id)]
    await looked(visit, "answer", row.authority, [row.episode])
    pack = visit.desk.packs.newest(row.authority)
    held = cases[0] if cases else None
    detail = refused[0].row.detail if refused else ""
    view = outcome_view(row, taken, followed, others, held, pack, visit.now, detail, PATIENT_FOR)
    inside = visit.user.grant_at(row.authority) is not None
    if not inside:
        view = replace(view, followed=(), others=(), stands="", episode=None)
    return await visit.page("outcome.html", view=view, inside=inside)


def _is(value: bytes | None, id_: str) -> bool:
    return value is not None and id_.encode() in value


OUTCOME_PAGES = (DeskPage("/a/{answer}", outcome_page, who="asked"),)
