"""The CloudEvents attributes of an outgoing message as Kafka headers (binary mode). No sending lives here."""

from datetime import UTC

from schemas.delivery import Outgoing

SOURCE = "/homeward"


def binary_headers(item: Outgoing) -> list[tuple[str, bytes]]:
    """CloudEvents 1.0, Kafka binding, binary mode. `ce_time` is RFC 3339 in UTC; `ce_overtakes` stands only on a
    *found* that went ahead of a parked message of its lane."""
    headers = [
        ("ce_specversion", b"1.0"),
        ("ce_id", item.message.encode()),
        ("ce_source", SOURCE.encode()),
        ("ce_type", item.type.encode()),
        ("ce_time", item.time.astimezone(UTC).isoformat().replace("+00:00", "Z").encode()),
        ("content-type", b"application/json"),
    ]
    if item.subject is not None:
        headers.append(("ce_subject", item.subject.encode()))
    if item.trace is not None:
        headers.append(("traceparent", item.trace.encode()))
    if item.overtakes:
        headers.append(("ce_overtakes", b"true"))
    return headers
