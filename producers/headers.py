"""The Kafka headers of an outgoing message: CloudEvents in binary mode, and the trace. No sending lives here."""

from schemas.cloudevents import Envelope, binary
from schemas.delivery import Outgoing

SOURCE = "/homeward"


def kafka_headers(item: Outgoing) -> list[tuple[str, bytes]]:
    """`ce_overtakes` stands only on a *found* that went ahead of a parked message of its lane, `ce_late` only on what
    waited longer than its urgency allows."""
    marks = {"overtakes": item.overtakes, "late": item.late}
    envelope = Envelope(
        id=item.message,
        source=SOURCE,
        type=item.type,
        time=item.time,
        subject=item.subject,
        extensions={name: "true" for name, holds in marks.items() if holds},
        data=item.body,
    )
    headers, _ = binary(envelope)
    if item.trace is not None:
        headers.append(("traceparent", item.trace.encode()))
    return headers
