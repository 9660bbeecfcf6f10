"""The Kafka headers of an outgoing message: CloudEvents in binary mode, and the trace. No sending lives here."""

from schemas.cloudevents import JSON_BODY, Header, attribute
from schemas.delivery import Outgoing
from schemas.instants import write_instant

SOURCE = "/homeward"
_OF_ALL = attribute("specversion", "1.0"), attribute("source", SOURCE)
_OVERTAKES, _LATE = attribute("overtakes", "true"), attribute("late", "true")


def kafka_headers(item: Outgoing) -> list[Header]:
    """`ce_overtakes` stands only on a *found* that went ahead of a parked message of its lane, `ce_late` only on what
    waited longer than its urgency allows."""
    headers = [
        *_OF_ALL,
        attribute("id", item.message),
        attribute("type", item.type),
        attribute("time", write_instant(item.time)),
    ]
    if item.subject is not None:
        headers.append(attribute("subject", item.subject))
    if item.overtakes:
        headers.append(_OVERTAKES)
    if item.late:
        headers.append(_LATE)
    headers.append(JSON_BODY)
    if item.trace is not None:
        headers.append(("traceparent", item.trace.encode()))
    return headers
