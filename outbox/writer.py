"""Decisions → outbox rows: one immutable row for each destination, all with the message's id and the same payload."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import orjson

from outbox.directory import MAIL_CHANNELS, POLICE, SECOND, Directory
from routing.messages import Message, derived_id
from schemas.topics import police_intelligence, service_topic
from schemas.tracing import traceparent
from store.rows import OutboxRow


def wire_data(message: Message) -> dict[str, Any]:
    """The `data` of a message as the wire has it; what it does not carry is null."""
    return {
        "authority": message.authority,
        "pack": {"name": message.pack, "version": message.version},
        "episode": message.episode,
        "incident": message.incident,
        "child": {"identifiers": [{"system": s, "value": v} for s, v in message.child]},
        "causation": dict(zip(("source", "id"), message.causation, strict=True)) if message.causation else None,
        "clauses": message.clauses,
        "to": [{"role": r.role, "person": r.person} for r in message.to],
        "channels": message.channels,
        "modality": message.modality,
        "urgency": message.urgency,
        "handling": message.handling,
        "kind": message.kind,
        "name": message.name,
        "form": message.form,
        "due": message.due,
        "due_basis": message.due_basis,
        "target": message.target,
        "late_on_arrival": message.late_on_arrival,
        "replaces": message.replaces,
        **({} if message.situation is None else {"situation": message.situation}),
        **({"answers": message.answers} if message.answers else {}),
        **({"answer_at": message.answer_at} if message.answers and message.answer_at else {}),
        **message.fields,
    }


def encoded(data: Mapping[str, Any]) -> bytes:
    """JSON with instants in UTC, written with Z."""
    return orjson.dumps(data, default=_plain, option=orjson.OPT_UTC_Z)


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"no JSON for {type(value).__name__}")


def rows(message: Message, directory: Directory) -> list[OutboxRow]:
    """The rows of a message, topics first. Its own order among them is the order of its recipients."""
    return rows_to(message, destinations(message, directory))


def rows_to(message: Message, where: Iterable[str]) -> list[OutboxRow]:
    """The rows of a message to these destinations."""
    body, trace = encoded(wire_data(message)), traceparent()
    return [
        OutboxRow(
            id=derived_id("outbox", message.id, destination),
            message_id=message.id,
            aggregatetype="episode" if message.episode else "authority",
            aggregateid=message.subject_key,
            type=message.type,
            payload=body,
            at=message.at,
            trace=trace,
            clauses=message.clauses,
            authority=message.authority,
            subject=message.episode,
            destination=destination,
            urgency=message.urgency,
            kind=message.kind,
        )
        for destination in where
    ]


def destinations(message: Message, directory: Directory) -> list[str]:
    """Where a message goes, logically and for good: the topics of the services concerned, then the mailboxes. What is
    for the police while no force is known waits on a topic of the authority itself."""
    found: dict[str, None] = {}
    for recipient in message.to:
        service = directory.by_type.get(message.type) or directory.service(recipient) or "unassigned"
        if directory.service(recipient) == POLICE and message.force:
            found[f"topic/{police_intelligence(message.force)}"] = None
        else:
            found[f"topic/{service_topic(message.authority, service)}"] = None
    for recipient in message.to:
        if recipient.channel in MAIL_CHANNELS:
            person = f"/{recipient.person}" if recipient.person else ""
            found[f"mail/{message.authority}/{recipient.role}{person}"] = None
    return [*found]


def second_destinations(message: Message, directory: Directory) -> list[str]:
    """The second ways to its recipients, where the directory has some."""
    ways = ((r.role, directory.second.get(r.role)) for r in message.to)
    # A topic is its own address; of the others only the directory knows it.
    return [
        f"topic/{way[1]}" if way[0] == "topic" else f"{way[0]}/{message.authority}/{role}?{SECOND}"
        for role, way in ways
        if way
    ]
