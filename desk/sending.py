"""From an answer to Kafka: the CloudEvent that it becomes, kept first and sent then, and sent again until Kafka has it.
The id comes from the form, so that pressing twice is one answer."""

import json
import logging
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Any

from desk.desk import Desk
from desk.people import DeskUser
from desk.ports import HeldBack, NotPublishedError
from routing.ledger_words import recorded_causes
from routing.messages import derived_id
from schemas.cloudevents import STRUCTURED, Envelope, structured
from schemas.inbound import parse_message
from schemas.topics import casework_outcomes, one_spelling
from store import AnswerLane, AnswerRow
from store.trouble import do_again_and_again

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
    """Keeps the answer, then sends it, behind what waits before it under its key; returns whether Kafka has it. One
    that was kept before is not kept again."""
    async with desk.store.transaction() as tx:
        await tx.keep_answer(row)
    await send_kept(desk, row.lane)
    async with desk.store.reading() as tx:
        kept = await tx.answer(row.id)
    return kept is not None and kept.sent_at is not None


async def send_kept(desk: Desk, only: AnswerLane | None = None) -> None:
    """Sends what is kept, oldest first: all of it, or what is in one lane. What Kafka does not take holds up its lane,
    its topic, or all, as far as the cause reaches, and nothing else."""
    held: set[tuple[str, ...]] = set()
    gone = desk.untaken.lanes() if only is None else {only}  # unless met: another desk sent it, or it was forgotten
    async for row in _kept(desk, only):
        lane = row.lane
        gone.discard(lane)
        if held & {lane, lane[:1]}:
            continue
        match await _send(desk, row):
            case "all":
                return
            case "topic":
                held.add(lane[:1])
            case "key":
                held.add(lane)
    desk.untaken.gone(*gone)


async def _kept(desk: Desk, only: AnswerLane | None) -> AsyncIterator[AnswerRow]:
    """What Kafka does not have, of all or of one lane, a part at a time."""
    last = None
    while True:
        async with desk.store.reading() as tx:
            rows = await tx.unsent_answers(_AT_ONCE, last, only)
        for row in rows:
            yield row
        if len(rows) < _AT_ONCE:
            return
        last = rows[-1]


async def _send(desk: Desk, row: AnswerRow) -> HeldBack | None:
    """Sends an answer that is kept: None once Kafka has it, else what waits with it."""
    # Whoever answers sends it, and what sends again and again may come upon it at the same moment.
    async with desk.turn(row.lane):
        async with desk.store.reading() as tx:
            kept = await tx.answer(row.id)
        return await _publish(desk, row) if kept is not None and kept.sent_at is None else None


async def _publish(desk: Desk, row: AnswerRow) -> HeldBack | None:
    """Sends it whether or not it was sent before, and writes down what came of it; returns as `_send`."""
    topic, key = row.lane
    try:
        await desk.publisher.publish(topic, key.encode(), [("content-type", STRUCTURED.encode())], row.event or b"")
    except NotPublishedError as error:
        desk.untaken.refused(row.lane, error)
        return error.held
    except Exception as error:
        desk.untaken.failed(row.lane, error)
        return "key"
    desk.untaken.taken(row.lane)
    async with desk.store.transaction() as tx:
        await tx.answer_sent(row.id, desk.now())
    return None


async def keep_sending(desk: Desk) -> None:
    """Sends what is kept, for as long as the desk runs."""
    failed = "Could not send kept answers, retrying"
    await do_again_and_again(lambda: send_kept(desk), _AGAIN, log, "kept answers", failed)


def claim_key(row: AnswerRow) -> str:
    """By what the hub knows that it has taken the answer in."""
    return derived_id("claim", one_spelling(row.topic), source_of(row.authority), row.id)


def ledger_causes(row: AnswerRow) -> tuple[str, str]:
    """What the ledger calls the answer where something followed from it, and what older lines call it."""
    return recorded_causes(source_of(row.authority), row.id)


def author(user: DeskUser, role: str) -> dict[str, str]:
    """Who answers: the role they act in, and the person."""
    return {"role": role, "person": user.id}
