"""What a form shows of a draft, and keeping one: while somebody types, by a button, or when what they sent has a
fault."""

from typing import Any

from starlette.responses import Response

from desk.clock_words import day_and_hour
from desk.drafts import LASTS, draft_of, drop_draft, keep_draft
from desk.forms.form import AnswerForm
from desk.visit import Visit


async def of_draft(visit: Visit, form: AnswerForm) -> dict[str, Any]:
    """What this person has typed here before, where they did."""
    draft = await draft_of(visit.desk, visit.user.id, visit.request.url.path)
    if draft is None:
        return {}
    told = {name: listed[0] for name, listed in draft.fields.items()}
    typed = {each.name: tuple(draft.fields.get(each.name, ())) for each in form.fields if each.kind == "boxes"}
    return {"draft": draft, "typed": told | typed, **({"form_id": told["form_id"]} if "form_id" in told else {})}


async def kept_form(visit: Visit, back: str) -> Response:
    """Keeps what is typed, as a script asks while somebody types (`quiet`) or a button; or throws it away (`drop`)."""
    how = visit.asked("keep")
    if how == "drop":
        await drop_typed(visit)
        return visit.to(visit.request.url.path)
    await keep_typed(visit)
    if how == "quiet":
        return Response(status_code=204, headers={"Desk-Ends": visit.session.ends().isoformat()})
    until = day_and_hour(visit.desk.now() + LASTS, visit.now)
    visit.session.notice = f"Kept for you until {until}, and not sent. Open the same form to go on."
    return visit.to(back)


async def keep_typed(visit: Visit) -> None:
    """Keeps what this request has typed into its form."""
    await keep_draft(visit.desk, visit.user.id, visit.request.url.path, visit.typed())


async def drop_typed(visit: Visit) -> None:
    """Forgets what is kept of the form of this request."""
    await drop_draft(visit.desk, visit.user.id, visit.request.url.path)
