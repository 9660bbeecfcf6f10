"""Bytes → a report, or the reason why not. Nothing is known here of episodes or of what follows; nothing raises."""

import hashlib
from dataclasses import replace
from datetime import datetime
from functools import partial

from consumers.cleaning import cleaned
from consumers.describing import child_of, described
from consumers.register_record import record_of
from consumers.times import refuse_impossible_clock
from consumers.translating import report_of
from enrichment.register import Place
from episodes.reports import About, Origin, RecordHeld
from intake.records import CanarySeen, Parse, Parsed, RawRecord, Read, Rejected
from intake.telling import NO_BIRTHDAY
from routing.messages import derived_id
from schemas import inbound
from schemas.cloudevents import Envelope, content_hash, read
from schemas.limits import DEFAULT, Limits
from schemas.topics import (
    OWN_PATTERNS,
    Topic,
    TopicKind,
    check_owner,
    is_tombstone,
    one_spelling,
    parse_topic,
)
from schemas.unreadable import Unreadable
from store.rows import CANARY

_LONGEST_KEY = 512  # bytes; a longer key of a register is known by its hash, as the database keeps keys in an index


def parse_record(raw: RawRecord, now: datetime, *, checks_owner: bool = True, limits: Limits = DEFAULT) -> Read:
    """What a record says. `now` is the instant of its receipt."""
    if raw.fault:
        return Rejected(raw, *raw.fault)
    try:
        limits.check_size(raw.size)
        if is_tombstone(raw.topic, raw.value):
            return _withdrawal(raw, now)
        envelope = read(raw.headers, raw.value)
        if (topic := parse_topic(raw.topic)) and topic.kind in OWN_PATTERNS:
            return _canary(raw, topic, envelope)
        message = inbound.parse_message(envelope, limits)
        if checks_owner:
            check_owner(raw.topic, message)
        refuse_impossible_clock(message, now)
    except Unreadable as why:
        return Rejected(replace(raw, value=limits.kept(raw.value)), why.reason, why.detail)
    claim = _claim(raw, envelope)
    # In a file there is but one sender: names are not borne twice, and what is derived of them may be compared.
    origin = Origin(envelope.source, envelope.id, envelope.type, now, claim if checks_owner else "")
    content = content_hash(envelope)
    message, left_out = cleaned(message, now)
    report, child = report_of(message, origin), described(child_of(message), now)
    if not isinstance(message, inbound.CaseContext):
        return Parsed(raw, claim, report, content, described=child, left_out=left_out)
    first = report.about.identifiers[0][1] if report.about.identifiers else ""
    record, place = record_of(message, now), _place(raw, first, now)
    if any(each.row == NO_BIRTHDAY for each in left_out):
        record = replace(record, birth_left_out=True)
    return Parsed(raw, claim, report, content, record, place, child, left_out)


parse_unowned: Parse = partial(parse_record, checks_owner=False)
"""The same for records that stand in no topic of an owner, such as those of a file."""


def _canary(raw: RawRecord, topic: Topic, envelope: Envelope) -> CanarySeen:
    """What comes on a topic of the hub's own. Nothing but a canary may be there: no report can pass for one, and none
    for a report."""
    if envelope.type != CANARY:
        raise Unreadable("wrong_topic", f"type: this topic is the hub's own. Only its {CANARY} belongs here")
    return CanarySeen(raw, envelope.id, topic.kind is TopicKind.CANARY_END)


def _withdrawal(raw: RawRecord, now: datetime) -> Parsed:
    """A record without a value: the register holds nothing under its key any more."""
    topic = parse_topic(raw.topic)
    assert topic is not None
    origin = Origin(f"/homeward/register/{topic.owner}", raw.place, "case.context", now, raw.place)
    report = RecordHeld(origin=origin, about=About(authority=topic.owner))
    return Parsed(raw, raw.place, report, None, None, _place(raw, "", now))


def _place(raw: RawRecord, first: str, now: datetime) -> Place:
    """Where the record stood, and when; a time after its receipt is that of a clock that is wrong, and would make it
    the newest for years. Its key is the child's first identifier, also where the sender left the key out."""
    key = raw.key.decode(errors="backslashreplace") if raw.key else first or raw.place
    if not key.isprintable() or len(key.encode()) > _LONGEST_KEY:
        key = f"sha256:{hashlib.sha256(key.encode()).hexdigest()}"
    return Place(key, raw.cluster, raw.topic, raw.partition, raw.offset, min(raw.timestamp, now), bool(raw.held))


def _claim(raw: RawRecord, envelope: Envelope) -> str:
    """What a message is deduplicated by. The topic is part of it: one publisher cannot suppress another's message."""
    return derived_id("claim", one_spelling(raw.topic), envelope.source, envelope.id)
