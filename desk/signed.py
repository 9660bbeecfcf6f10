"""The page behind the link of an e-mail that must be confirmed: no account is needed, and it shows what the e-mail
showed. It confirms on POST only and asks for a name, so that no scanner of links and no robot confirms. It ends when
the message is settled, or after a while."""

import json
from typing import Any

from starlette.responses import Response

from desk.acts import role_name
from desk.clock_words import day_and_hour
from desk.forms.making import SEEN
from desk.links import read_link
from desk.looking import governing_pack
from desk.sending import answer_id, answer_row, keep_and_send
from desk.serving import DeskPage
from desk.visit import NotHereError, Visit
from reporting.held_cases import HeldCase, held_cases
from store import AnswerRow, OutboxRow
from store.looks import look_row

_SHORTEST = 3
"""Characters of a name."""
_BY_LINK = "link"
"""Who is said to have confirmed where nobody is signed in; the typed name stands apart, where it can be purged."""


async def signed_page(visit: Visit) -> Response:
    """GET shows; POST with a name confirms."""
    secret = visit.desk.options.secret
    id_ = read_link(secret, visit.asked("token")) if secret else None
    if id_ is None:
        raise NotHereError
    async with visit.desk.store.reading() as tx:
        rows = await tx.outbox_of_message(id_)
        row = next((d.row for d in rows if d.row.id == id_), None)
        if row is None or row.subject is None:
            raise NotHereError
        held = (await held_cases(tx, [row.subject]))[0]
        given = await tx.answers_to(row.message_id)
    shown, ended = _shown(visit, row, held), _ended(visit, row, held, given)
    name, fault = visit.asked("name"), ""
    if visit.request.method == "POST" and not ended:
        if len(name) >= _SHORTEST:
            return await _confirmed(visit, row, shown["role"], name)
        fault = "Enter your name"
    async with visit.desk.store.transaction() as tx:
        await tx.append([look_row(f"{_BY_LINK} {row.id}", "message", row.authority, row.subject, visit.now)], ())
    status = 422 if fault else 200
    return await visit.page("signed.html", status, nav=False, ended=ended, fault=fault, typed=name, **shown)


async def _confirmed(visit: Visit, row: OutboxRow, role: str, name: str) -> Response:
    """Publishes that it was seen: once for each e-mail, however often it is pressed."""
    person = f"{_BY_LINK}-{row.id[:8]}"
    about = {"authority": row.authority, "episode": row.subject, "message": row.message_id}
    data = {**about, "by": {"role": role, "person": person}}
    answer = answer_row(
        answer_id(row.id, _BY_LINK, row.message_id),
        SEEN.type,
        data,
        person,
        visit.now,
        "I have seen this",
        row.message_id,
    )
    async with visit.desk.store.transaction() as tx:
        who = f"{_BY_LINK} {row.id}"
        await tx.append([look_row(who, "confirmed from the e-mail", row.authority, row.subject, visit.now, name)], ())
    sent = await keep_and_send(visit.desk, answer)
    told = (
        "It was recorded that you have seen this."
        if sent
        else "It is kept and will be recorded as soon as Kafka is back."
    )
    return await visit.page(
        "message.html", nav=False, title="Thank you", text=f"{told} This records no decision. You can close this page."
    )


def _shown(visit: Visit, row: OutboxRow, held: HeldCase) -> dict[str, Any]:
    _, _, where = row.destination.partition("/")
    data = json.loads(row.payload) if row.payload else {}
    first = (data.get("to") or [{"role": governing_pack(visit.desk.packs, held).intake}])[0]["role"]
    role = where.split("/")[1] if row.destination.startswith("mail/") else str(first)
    pack = governing_pack(visit.desk.packs, held)
    return {"letter": visit.desk.letters.letter(row), "role": role, "role_name": role_name(pack, role)}


def _ended(visit: Visit, row: OutboxRow, held: HeldCase, given: list[AnswerRow]) -> str:
    """Why the link can be used no more; empty while it can."""
    case, pack = held.episode, governing_pack(visit.desk.packs, held)
    seen = [a for a in (case.episode.acknowledged if case else ()) if a.message == row.message_id]
    if seen:
        when = day_and_hour(given[0].made_at if given else seen[0].origin.at, visit.now)
        return f"Confirmed {when} by the {role_name(pack, seen[0].by.role)}. Nobody needs to confirm this now."
    if given and given[0].sent_at is None:
        when = day_and_hour(given[0].made_at, visit.now)
        return f"Confirmed {when}, and kept: Kafka does not take it yet, and we keep trying. Ring your duty team."
    if given:
        return f"Confirmed {day_and_hour(given[0].made_at, visit.now)} from the link in an e-mail. Thank you."
    waits = [w for w in held.work if w.message == row.message_id and w.wanted == "acknowledgement"]
    if not waits:
        return "Settled: nobody needs to confirm this now."
    if visit.now - row.at > visit.desk.options.link_lasts:
        return "This link has ended. Sign in to the desk, or ring your duty team."
    return ""


SIGNED_PAGES = (DeskPage("/s/{token}", signed_page, ("GET", "POST"), "anyone", tried=True),)
