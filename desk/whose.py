"""*Whose child*: the children whom a notification may mean, side by side, with what differs marked; or nobody
known. The one page that must show names and birthdays to be of use, so every look at it is written down child by
child."""

import secrets
from typing import Any

from starlette.responses import Response

from desk.acts import role_name
from desk.asking import Question, question_of
from desk.forms.making import MATCH
from desk.looking import looked
from desk.sending import answer_id, answer_row, author, keep_and_send
from desk.serving import DeskPage
from desk.views.rehearsed import rehearsed_view
from desk.views.whose import NOBODY, compared
from desk.visit import NotHereError, Visit
from reporting.finding import Child, children_with
from reporting.held_cases import held_cases
from routing.ledger_words import recorded_causes
from routing.messages import Answer
from store import AnswerRow
from store.looks import about_child


async def whose_child(visit: Visit) -> Response:
    """Candidates beside one another. Nothing is preselected, and the page never says which is likelier."""
    question = await question_of(visit)
    if visit.user.grant_at(question.row.authority) is None:
        raise NotHereError  # it compares children of the authority
    if not any(answer.type == MATCH for answer in question.answers):
        raise NotHereError
    roles = question.roles_of(visit.user)
    if not roles:
        return await visit.page(
            "message.html",
            403,
            title=f"This is for the {question.is_for()}",
            text="You can read it, and not answer it.",
        )
    children = await _candidates(visit, question)
    await looked(visit, "whose child", question.row.authority, [about_child(child.id) for child in children] or [None])
    shown: dict[str, Any] = {
        "question": question,
        "table": compared(children),
        "children": children,
        "roles": [(role, role_name(question.pack, role)) for role in roles],
        "form_id": visit.asked("form_id") or secrets.token_urlsafe(16),
        "typed": {name: visit.asked(name) for name in ("child", "role", "more_why")},
        "settled": question.is_settled(Answer(MATCH)),
        "letter": visit.desk.letters.letter(question.row),
    }
    if visit.request.method == "GET" or visit.asked("change"):
        return await visit.page("whose.html", **shown, faults={})
    child = next((c for c in children if c.id == visit.asked("child")), None)
    role = visit.asked("role") if len(roles) > 1 else roles[0]
    if faults := _faults(visit, child, role in roles, shown["settled"]):
        return await visit.page("whose.html", 422, **shown, faults=faults)
    row = await _row(visit, question, child, role)
    if visit.asked("checked") != "yes":
        told = await visit.desk.rehearsal.rehearse(row)
        view = rehearsed_view(told, question.row.authority, question.pack, visit.now)
        return await visit.page("whose_check.html", **shown, child=child, view=view)
    if shown["settled"]:
        await looked(visit, "answered again", question.row.authority, [row.episode], visit.asked("more_why"))
    await keep_and_send(visit.desk, row)
    return visit.to(f"/a/{row.id}")


def _faults(visit: Visit, child: Child | None, is_role: bool, is_settled: bool) -> dict[str, str]:
    """What is wrong with what was sent, by field."""
    told = {
        "more_why": "Say why another answer is needed" if is_settled and not visit.asked("more_why") else "",
        "child": "Select whose child" if child is None and visit.asked("child") != NOBODY else "",
        "role": "" if is_role else "Select the role you act in",
    }
    return {name: fault for name, fault in told.items() if fault}


async def _row(visit: Visit, question: Question, child: Child | None, role: str) -> AnswerRow:
    """The answer as it would be sent."""
    numbers = child.record.identifiers or child.own_identifiers() if child else ()
    person = {"identifiers": [{"system": system, "value": value} for system, value in numbers]} if child else None
    data = {
        "authority": question.row.authority,
        **({"episode": question.held.case.id} if question.held and question.open else {}),
        "incident": question.data.get("incident"),
        "force": await _force(visit, question),
        "child": person,
        "by": author(visit.user, role),
    }
    id_ = answer_id(visit.asked("form_id"), visit.user.id, question.row.message_id)
    said = "Nobody who is known" if child is None else "One of the children shown"
    return answer_row(id_, MATCH, data, visit.user.id, visit.now, said, question.row.message_id)


async def _force(visit: Visit, question: Question) -> str | None:
    """The force whose reference it is: as the episode has it that was opened for the notification, else as the sender
    names itself."""
    incident, told = str(question.data.get("incident")), question.data.get("causation")
    async with visit.desk.store.reading() as tx:
        held = await held_cases(tx, await tx.episodes_of_incident(incident, 10))
    for case in (each.episode for each in held if each.authority == question.row.authority):
        forces = [r.force for r in case.episode.references if r.incident == incident] if case else []
        if forces:
            return forces[0]
    return str(told["source"]).rpartition("/")[2].upper() if told else None


async def _candidates(visit: Visit, question: Question) -> list[Child]:
    """Whom the comparison named when the notification came, and who has the numbers that it gave."""
    told = question.data.get("causation")
    ids: list[str] = []
    async with visit.desk.store.reading() as tx:
        lines = await tx.ledger_about(*recorded_causes(told["source"], told["id"])) if told else []
        for line in (each for each in lines if each.kind == "match" and each.authority == question.row.authority):
            ids += [candidate["person"] for candidate in line.entry["candidates"]]
        for number in (question.data.get("child") or {}).get("identifiers") or ():
            ids += await tx.people_numbered(question.row.authority, number["value"], 10)
        return await children_with(tx, ids)


WHOSE_PAGES = (DeskPage("/m/{message}/whose", whose_child, ("GET", "POST")),)
