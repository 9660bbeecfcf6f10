"""What the hub writes into the headers of a record is the CloudEvent that it means, and nothing besides the trace."""

from datetime import timedelta

import pytest
from outgoing_examples import record

from producers.headers import SOURCE, kafka_headers
from schemas.cloudevents import Envelope, binary, read
from schemas.delivery import Outgoing


@pytest.mark.parametrize(
    "item",
    [
        record("a", "t"),
        record("a", "t", subject=None),
        record("a", "t", overtakes=True, late=True),
        record("é", "t", time=record("a", "t").time + timedelta(microseconds=5)),
    ],
)
def test_the_headers_are_those_of_the_event(item: Outgoing) -> None:
    marks = {name: "true" for name in ("overtakes", "late") if getattr(item, name)}
    event = Envelope(item.message, SOURCE, item.type, item.time, item.subject, extensions=marks, data=item.body)
    assert dict(kafka_headers(item)) == dict(binary(event)[0])
    assert len(kafka_headers(item)) == len(dict(kafka_headers(item)))
    assert read(kafka_headers(item), item.body) == event


def test_a_trace_goes_with_it() -> None:
    traced = record("a", "t", trace="00-1-2-01")
    assert kafka_headers(traced) == [*kafka_headers(record("a", "t")), ("traceparent", b"00-1-2-01")]
