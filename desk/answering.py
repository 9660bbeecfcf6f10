"""*Answer*: what a message asks and the form that answers it; and what may be told of an episode without being asked.
What the forms hold is told in `desk.forms`, how an answer leaves in `desk.sending`."""

import secrets
from typing import Any
from urllib.parse import quote

from starlette.responses import Response

from desk.acts import role_name
from desk.asking import Question, question_of
from desk.clocks import work_clocks
from desk.forms.form import AnswerForm, in_own_words
from desk.forms.making import LOCATED, MATCH, form_for, sayable, sayable_groups
from desk.judging import AnswerSubject, judged_form
from desk.kept_forms import drop_typed, keep_typed, kept_form, of_draft
from desk.looking import case_for, governing_pack, looked
from desk.sending import answer_id, keep_and_send
from desk.serving import DeskPage
from desk.views.missing import police_reference
from desk.views.rehearsed import RehearsedView, rehearsed_view
from desk.visit import NotHereError, Visit
from reporting.held_cases import HeldCase
from routing.messages import Answer
from routing.pack import Pack
from store import AnswerRow

_NO_KIND = "-"


async def message_page(visit: Visit) -> Response:
    """What the message says, what became of it, and the ways to answer."""
    question = await question_of(visit)
    row = question.row
    await looked(visit, "message", row.authority, [question.held.case.id if question.held else None])
    roles = question.roles_of(visit.user)
    clocks = work_clocks(question.open, question.pack, visit.now)
    ways = [
        (_way(answer) + ("&more=1" if question.is_settled(answer) else ""), _label(answer, question))
        for answer in question.answers
    ]
    return await visit.page(
        "question.html",
        letter=visit.desk.letters.letter(row),
        question=question,
        reference=question.reference,
        clock=clocks[0] if clocks else None,
        ways=ways if roles else [],
        is_for=question.is_for(),
        given=[(g, visit.desk.now()) for g in question.given],
        inside=visit.user.grant_at(row.authority) is not None,
        may=bool(roles),
    )


async def answer_page(visit: Visit) -> Response:
    """The form of one answer to a message."""
    question = await question_of(visit)
    answer = _chosen(question.answers, visit)
    if answer.type == MATCH:
        raise NotHereError  # it compares children, on a page of its own
    title = visit.desk.letters.letter(question.row).title
    form = form_for(answer, question.pack, title, question.row.message_id)
    if form is None:
        raise NotHereError
    await looked(visit, "answer to message", question.row.authority, [question.held.case.id if question.held else None])
    about = AnswerSubject(
        question.row.authority,
        question.pack,
        question.held,
        _which(question),
        question.roles_of(visit.user),
        question.is_for(),
        question.row.message_id,
        question.is_settled(answer),
    )
    return await _form(visit, form, about, f"/m/{question.row.message_id}")


async def sayable_page(visit: Visit) -> Response:
    """What may be told of an episode."""
    held, pack, _ = await _episode(visit)
    case = held.episode
    told = sayable(pack, bool(case and case.episode.still_missing))
    groups = {
        name: [(f"{_path(a)}?form={fresh_form()}", label) for a, label in each]
        for name, each in sayable_groups(told).items()
    }
    return await visit.page("sayable.html", held=held, groups=groups, reference=police_reference(held))


async def say_page(visit: Visit) -> Response:
    """The form of something that is told of an episode without being asked."""
    held, pack, roles = await _episode(visit)
    case = held.episode
    told = sayable(pack, bool(case and case.episode.still_missing))
    answer = _chosen([each for each, _ in told], visit)
    form = form_for(answer, pack, next((label for each, label in told if each == answer), ""))
    if form is None:
        raise NotHereError
    which: dict[str, Any] = {"episode": held.case.id}
    if answer.type in ("worker.missing_report", "document.updated", "case.opened", "case.closed"):
        numbers = held.child.record.identifiers or held.child.own_identifiers()
        which["child"] = {"identifiers": [{"system": system, "value": value} for system, value in numbers]}
    about = AnswerSubject(held.authority, pack, held, which, roles, "people who answer at this authority")
    return await _form(visit, form, about, f"/e/{held.case.id}")


async def _form(visit: Visit, form: AnswerForm, about: AnswerSubject, back: str) -> Response:
    if not about.roles:
        return await visit.page(
            "message.html", 403, title=f"This is for the {about.is_for}", text="You can read it, and not answer it.",
            back={"href": back, "text": "Back"},
        )  # fmt: skip
    shown: dict[str, Any] = {
        "form": form, "about": about, "back": back, "typed": {}, "faults": {},
        "form_id": visit.asked("form") or fresh_form(),
        "roles": [(role, role_name(about.pack, role)) for role in about.roles],
    }  # fmt: skip
    if visit.request.method == "GET":
        if sent := visit.session.sent.get(visit.asked("form")):
            return visit.to(f"/a/{sent}")
        if about.settled and not (visit.asked("more") or visit.asked("check")):
            return visit.to(back)  # it says who answered, what and when
        draft = await of_draft(visit, form)
        if visit.asked("check") and draft:
            return await _checked(visit, form, about, shown | draft)
        return await visit.page("form.html", **shown | draft)
    if visit.asked("keep"):
        return await kept_form(visit, back)
    return await _sent(visit, form, about, shown)


async def _sent(visit: Visit, form: AnswerForm, about: AnswerSubject, shown: dict[str, Any]) -> Response:
    form_id = visit.asked("form_id")
    path = f"{visit.request.url.path}?form={quote(form_id)}"
    if visit.asked("change"):
        return visit.to(path)
    if await _is_kept(visit, id_ := answer_id(form_id, visit.user.id, about.named(form))):
        return visit.to(f"/a/{id_}")  # pressed twice
    typed: dict[str, Any] = {
        each.name: visit.listed(each.name) if each.kind == "boxes" else visit.asked(each.name) for each in form.fields
    }
    if form.type == "worker.found_report" and typed["what"] == "located":
        asks = LOCATED in about.pack.words.decisions
        return await visit.page("located.html", back=shown["back"], asks=asks)
    again = {**shown, "typed": typed | {n: visit.asked(n) for n in ("role", "more_why")}, "form_id": form_id}
    judged = judged_form(visit, form, about, again)
    if judged.faults or judged.row is None:
        await keep_typed(visit)
        return await visit.page("form.html", 422, **again | {"faults": judged.faults})
    if form.checked and visit.asked("checked") != "yes":
        await keep_typed(visit)
        return visit.to(f"{path}&check=1")
    if about.settled:
        await looked(visit, "answered again", about.authority, [judged.row.episode], visit.asked("more_why"))
    await keep_and_send(visit.desk, judged.row)
    await drop_typed(visit)
    visit.session.sent |= dict.fromkeys((form_id, visit.asked("form") or form_id), judged.row.id)
    return visit.to(f"/a/{judged.row.id}")


async def _is_kept(visit: Visit, id_: str) -> bool:
    async with visit.desk.store.reading() as tx:
        return await tx.answer(id_) is not None


async def _checked(visit: Visit, form: AnswerForm, about: AnswerSubject, shown: dict[str, Any]) -> Response:
    """Everything once more, and what would follow, before it is sent."""
    judged = judged_form(visit, form, about, shown)
    if judged.faults or judged.row is None:
        return await visit.page("form.html", 422, **shown | {"faults": judged.faults})
    view = await _rehearsed(visit, about, judged.row)
    return await visit.page("check.html", **shown, told=in_own_words(form, judged.values), view=view)


async def _rehearsed(visit: Visit, about: AnswerSubject, row: AnswerRow) -> RehearsedView | None:
    """What would follow; None for somebody from outside, who learns nothing of what others would be told."""
    if visit.user.grant_at(about.authority) is None:
        return None
    return rehearsed_view(await visit.desk.rehearsal.rehearse(row), about.authority, about.pack, visit.now)


async def _episode(visit: Visit) -> tuple[HeldCase, Pack, tuple[str, ...]]:
    async with visit.desk.store.reading() as tx:
        held = await case_for(tx, visit.user, visit.asked("episode"))
    if held.episode is None:
        raise NotHereError
    await looked(visit, "report about", held.authority, [held.case.id])
    pack = governing_pack(visit.desk.packs, held)
    grant = visit.user.grant_at(held.authority)
    if grant is None or grant.may != "answer":
        return held, pack, ()
    return held, pack, tuple(sorted(grant.roles)) or (pack.intake,)


def _chosen(answers: list[Answer], visit: Visit) -> Answer:
    type_, kind = visit.asked("type"), visit.asked("kind")
    found = (a for a in answers if (a.type, a.kind or _NO_KIND) == (type_, kind))
    answer = next(found, None)
    if answer is None:
        raise NotHereError
    return answer


def _which(question: Question) -> dict[str, Any]:
    """What the answer is about, as the report names it."""
    if question.held and question.held.episode:
        return {"episode": question.held.case.id}
    told = {"incident": question.data.get("incident"), "force": question.data.get("force")}
    return {name: value for name, value in told.items() if value}


def _way(answer: Answer) -> str:
    return f"whose?form={fresh_form()}" if answer.type == MATCH else f"answer/{_path(answer)}?form={fresh_form()}"


def fresh_form() -> str:
    """The id of a form that nobody has filled in. It stands in the link, so that going back comes to the same form, and
    from there to what it became."""
    return secrets.token_urlsafe(16)


def _path(answer: Answer) -> str:
    return f"{answer.type}/{answer.kind or _NO_KIND}"


def _label(answer: Answer, question: Question) -> str:
    if answer.type == MATCH:
        return "Say whose child this is"
    form = form_for(answer, question.pack, "", question.row.message_id)
    return _LABELS.get(answer.type) or (form.question if form and form.question else "Answer")


_LABELS = {
    "manager.decision": "Decide",
    "meeting.decision": "Decide whether to hold it",
    "meeting.held": "Record that it was held",
    "screening.decision": "Decide",
    "rag.set": "Set the rating",
    "threshold.decision": "Decide",
    "clock.override": "Set when the time limits start",
    "rhi.outcome": "Record what became of the interview",
    "task.completed": "Record that it is done",
    "document.updated": "Record the document",
    "message.acknowledged": "Confirm that you have seen this",
    "case.opened": "Record that a service opened the case",
}

ANSWER_PAGES = (
    DeskPage("/m/{message}", message_page, who="asked"),
    DeskPage("/m/{message}/answer/{type}/{kind}", answer_page, ("GET", "POST"), "asked", drafts=True),
    DeskPage("/e/{episode}/say", sayable_page),
    DeskPage("/e/{episode}/say/{type}/{kind}", say_page, ("GET", "POST"), drafts=True),
)
