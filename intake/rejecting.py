"""Records that are set aside: who is told, under which cause they stand, and their rows in quarantine."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from intake.floods import cause_of_rejection
from intake.records import RawRecord, Rejected
from intake.step import Step
from routing.exceptions import exception
from routing.library import HUB, Packs
from routing.messages import Message, derived_id
from schemas.topics import TopicKind, parse_topic
from store.rows import QuarantineRow


def failed(raw: RawRecord, error: Exception, more: str = "") -> Rejected:
    """A record that could not be processed, by a fault of ours or of the data."""
    return Rejected(raw, "failed", f"Processing failed ({type(error).__name__}){more}")


def rejection_alert(rejected: Rejected, packs: Packs, now: datetime) -> Message:
    """The word to a person about a record that was set aside: its owner's intake role, else the operator."""
    owner = owner_of(rejected, packs)
    pack = packs.speaking_for(owner, now)
    cause = ("/homeward/quarantine", rejected.raw.place)
    again = bool(rejected.raw.held or rejected.claim)  # what is set aside once more is told once more
    return exception(pack, "unreadable", f"{rejected.reason}: {rejected.detail}", now, cause, once=not again)


def aside(rejected: Iterable[Rejected], packs: Packs, now: datetime) -> Step:
    """They go into quarantine, and a person is told."""
    step = Step()
    for each in rejected:
        alert = rejection_alert(each, packs, now)
        step += Step(messages=(alert,), rejected=(replace(each, told=alert.id),))
    return step


def owner_of(rejected: Rejected, packs: Packs) -> str:
    """The authority on whose topic a record came; the hub's operator for all that is no authority's."""
    topic = parse_topic(rejected.raw.topic)
    of_authority = topic is not None and topic.kind in (TopicKind.CASEWORK, TopicKind.REGISTER)
    return (packs.key_of(topic.owner) if topic is not None and of_authority else None) or HUB


def cause_of_record(rejected: Rejected, packs: Packs) -> str:
    """What a record that was set aside has in common with others that failed alike."""
    return cause_of_rejection(owner_of(rejected, packs), rejected.raw.topic, rejected.reason, rejected.detail)


def quarantine_rows(rejected: Iterable[Rejected], packs: Packs, now: datetime) -> list[QuarantineRow]:
    """The records with all that is needed to read them again, each once."""
    rows = [
        QuarantineRow(
            raw.held or derived_id("quarantine", raw.place, now.isoformat() if raw.reread else ""),
            raw.topic, raw.partition, raw.offset, raw.key, raw.headers, raw.value, raw.timestamp,
            each.reason, each.detail, now, cause_of_record(each, packs), raw.cluster, each.claim or raw.claim,
        )
        for each in rejected
        for raw in (each.raw,)
    ]  # fmt: skip
    return [*{row.id: row for row in rows}.values()]
