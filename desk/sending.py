"""From an answer to Kafka: the CloudEvent that it becomes, kept first and sent then, and sent again until Kafka has it.
The id comes from the form, so that pressing twice is one answer."""

import asyncio
import json
import logging
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from desk.desk import Desk
from desk.people import DeskUser
from desk.ports import NotPublishedError
from routing.ledger_words import recorded_causes
from routing.messages import derived_id
from schemas.cloudevents import STRUCTURED, Envelope, structured
from schemas.inbound import parse_message
from schemas.topics import casework_outcomes, one_spelling
from store import AnswerRow, StoreUnavailableError
from store.trouble import Waiting

log = logging.getLogger(__name__)
_AGAIN = 5.0
"""Seconds between two attempts to send what Kafka did not take."""
_AT_ONCE = 50


def source_of(authority: str) -> str:
    """What the desk calls itself where it speaks for an authority's people."""
    return f"/desk/{authority}"


def answer_id(form: str, who: str, about: str) -> str:
    """The id of the answer that a form makes, whoever presses it how often; nobody can take another's."""
    return derived_id("desk answer", form, who, about)


def answer_row(
    id: str,
    type_: str,
    data: Mapping[str, Any],
    who: str,
    now: datetime,
    said: str,
    message: str | None = None,
) -> AnswerRow:
    """The answer as it is kept until it is sent. Raises `Unreadable` where the contract would not take it."""
    authority = str(data["authority"])
    envelope = Envelope(id, source_of(authority), type_, now, subject=data.get("episode"), data=dict(data))
    parse_message(envelope)
    event = json.dumps(structured(envelope), ensure_ascii=False).encode()
    episode = data.get("episode")
    return AnswerRow(id, authority, who, type_, episode, message, said, casework_outcomes(authority), now, event=event)


async def keep_and_send(desk: Desk, row: AnswerRow) -> bool:
    """Keeps the answer, then sends it; returns whether Kafka has it. One that was kept before is not kept again."""
    async with desk.store.transaction() as tx:
        await tx.keep_answer(row)
        kept = await tx.answer(row.id)
    return kept is not None and (kept.sent_at is not None or await send(desk, kept))


async def send(desk: Desk, row: AnswerRow) -> bool:
    """Sends an answer that is kept; returns whether Kafka took it."""
    key = (row.episode or row.message or row.id).encode()
    try:
        await desk.publisher.publish(row.topic, key, [("content-type", STRUCTURED.encode())], row.event or b"")
    except NotPublishedError as error:
        log.warning("Kafka is away: an answer is kept, retrying", extra={"answer": row.id, "cause": str(error)})
        return False
    async with desk.store.transaction() as tx:
        await tx.answer_sent(row.id, desk.now())
    return True


async def send_kept(desk: Desk) -> None:
    """Sends what is kept, oldest first, until Kafka does not take one."""
    async with desk.store.reading() as tx:
        kept = await tx.unsent_answers(_AT_ONCE)
    for row in kept:
        if not await send(desk, row):
            break


async def keep_sending(desk: Desk) -> None:
    """Sends what is kept, for as long as the desk runs."""
    database = Waiting(log, "kept answers")
    while True:
        with suppress(StoreUnavailableError), database.for_part():
            await send_kept(desk)
        await asyncio.sleep(_AGAIN)


def claim_key(row: AnswerRow) -> str:
    """By what the hub knows that it has taken the answer in."""
    return derived_id("claim", one_spelling(row.topic), source_of(row.authority), row.id)


def ledger_causes(row: AnswerRow) -> tuple[str, str]:
    """What the ledger calls the answer where something followed from it, and what older lines call it."""
    return recorded_causes(source_of(row.authority), row.id)


def author(user: DeskUser, role: str) -> dict[str, str]:
    """Who answers: the role they act in, and the person."""
    return {"role": role, "person": user.id}
