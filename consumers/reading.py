"""Bytes → a report, or the reason why not. Nothing is known here of episodes or of what follows; nothing raises."""

from datetime import datetime

from consumers.raw import Raw, Told, Unread
from consumers.translating import record_of, report_of
from episodes.reports import Origin
from routing.messages import derived_id
from schemas import inbound
from schemas.cloudevents import Envelope, read
from schemas.topics import check_owner
from schemas.unreadable import Unreadable


def reading(raw: Raw, now: datetime, checks_owner: bool = True) -> Told | Unread:
    """What a record says. `now` is the instant of its receipt."""
    try:
        envelope = read(raw.headers, raw.value)
        message = inbound.parse(envelope)
        if checks_owner:
            check_owner(raw.topic, message)
    except Unreadable as why:
        return Unread(raw, why.reason, why.detail)
    origin = Origin(envelope.source, envelope.id, envelope.type, now)
    record = record_of(message, now) if message.TYPE == "case.context" else None
    return Told(raw, _claim(raw, envelope), report_of(message, origin), record)


def _claim(raw: Raw, envelope: Envelope) -> str:
    """What a message is deduplicated by. The topic is part of it: one publisher cannot suppress another's message."""
    return derived_id("claim", raw.topic, envelope.source, envelope.id)
