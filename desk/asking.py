"""What a message asks, as somebody at the desk needs it to answer: the message, its case, the pack, who is asked, and
whether it has been answered."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from desk.acts import role_name
from desk.clock_words import day_and_hour
from desk.forms.making import MATCH, SEEN, answers_in
from desk.looking import governing_pack, message_for
from desk.people import DeskUser
from desk.views.missing import police_reference
from desk.visit import Visit
from reporting.held_cases import HeldCase, held_cases
from routing.messages import Answer
from routing.pack import Pack
from store import AnswerRow, Delivery, OutboxRow, WorkRow


@dataclass(frozen=True, slots=True)
class Question:
    """A message that asks something. `open`: what waits for it still; `given`: what was answered at the desk, oldest
    first; `ended`: when its promise ended, by whatever."""

    row: OutboxRow
    data: dict[str, Any]
    deliveries: Sequence[Delivery]
    held: HeldCase | None
    pack: Pack
    open: tuple[WorkRow, ...]
    given: tuple[AnswerRow, ...]
    ended: str

    @property
    def reference(self) -> str:
        """The police reference that it is about, as far as it is about one."""
        if self.held and self.held.episode:
            return police_reference(self.held)
        return str(self.data.get("incident") or "No episode")

    @property
    def answers(self) -> list[Answer]:
        """The reports that answer it."""
        return answers_in(self.row, self.data, self.pack, self.must_confirm)

    @property
    def must_confirm(self) -> bool:
        return any(row.wanted == "acknowledgement" for row in self.open) or bool(self.data.get("acknowledge_by"))

    @property
    def asked(self) -> tuple[str, ...]:
        """The roles that are asked."""
        told = [str(to["role"]) for to in self.data.get("to") or ()] or [row.role for row in self.open]
        return tuple(dict.fromkeys(told))

    def roles_of(self, user: DeskUser) -> tuple[str, ...]:
        """The roles in which somebody may answer it: those asked that are theirs; of one who covers for all, those."""
        return tuple(role for role in self.asked if user.may_answer(self.row.authority, role))

    def is_for(self) -> str:
        """Who is asked, in words."""
        return " or ".join(role_name(self.pack, role) for role in self.asked) or "somebody else"

    def is_settled(self, answer: Answer) -> bool:
        """Whether nothing waits for this answer any more."""
        if answer.type == MATCH:
            return bool(self.given) and not any(row.wanted == "match" for row in self.open)
        if answer.type == SEEN.type:
            return not any(row.wanted == "acknowledgement" for row in self.open) and bool(self.given)
        return bool(self.ended) or bool(self.given)


async def question_of(visit: Visit) -> Question:
    """The message of the address. NotHereError where it is none of this person's business."""
    packs = visit.desk.packs
    async with visit.desk.store.reading() as tx:
        rows = await message_for(tx, visit.user, visit.asked("message"))
        row = _nearest(rows, visit.user)
        waiting = await tx.work_about(row.message_id)
        about = row.subject or next((work.case_id for work in waiting), None)
        cases = await held_cases(tx, [about]) if about else []
        given = await tx.answers_to(row.message_id)
    held = cases[0] if cases else None
    promises = [p for p in (held.case.promises if held else ()) if p.message == row.message_id]
    closed = [p.closed_at for p in promises if p.closed_at]
    ended = day_and_hour(closed[0], visit.now) if closed else ""
    data = json.loads(row.payload) if row.payload else {}
    pack = governing_pack(packs, held) if held else packs.newest(row.authority)
    return Question(row, data, rows, held, pack, tuple(waiting), tuple(given), ended)


def _nearest(rows: Sequence[Delivery], user: DeskUser) -> OutboxRow:
    """Of the rows of one message that which speaks to the reader: an e-mail to a role of theirs, else any e-mail."""

    def far(delivery: Delivery) -> int:
        channel, _, where = delivery.row.destination.partition("/")
        if channel != "mail":
            return 2
        grant = user.grant_at(delivery.row.authority)
        return 0 if grant and where.split("/")[1] in grant.roles else 1

    return min(rows, key=far).row
