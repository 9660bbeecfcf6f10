"""What a span tells and what it never tells; how one points to another."""

import pytest
from opentelemetry.trace import StatusCode
from traced import traced

from schemas.tracing import inner_span, link, root_span, traceparent, traceparent_in

SENDERS = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def test_without_a_provider_there_is_no_span_and_nothing_to_point_to() -> None:
    with root_span("take in", records=1) as one:
        link(one, [SENDERS])
        assert not one.is_recording()
        assert traceparent() is None


def test_a_span_points_to_what_its_records_came_from_each_once() -> None:
    with traced() as kept, root_span("take in", records=4) as one:
        link(one, [SENDERS, None, "Zephyrine", SENDERS])
    (told,) = kept.get_finished_spans()
    assert [f"{each.context.span_id:x}" for each in told.links] == ["b7ad6b7169203331"]
    assert dict(told.attributes or {}) == {"homeward.records": 4}


def test_what_comes_from_a_span_names_it_and_begins_a_trace_of_its_own() -> None:
    with traced() as kept, root_span("take in"), inner_span("transaction"):
        made_by = traceparent()
        with root_span("deliver") as later:
            link(later, [made_by])
    deliver, transaction, take_in = kept.get_finished_spans()
    assert transaction.parent == take_in.get_span_context()
    assert deliver.parent is None
    assert [each.context.span_id for each in deliver.links] == [transaction.get_span_context().span_id]


def test_of_an_error_its_kind_is_told_and_never_its_words() -> None:
    with traced() as kept, pytest.raises(ValueError, match="Zephyrine"), root_span("take in"):
        raise ValueError("Zephyrine")
    (told,) = kept.get_finished_spans()
    assert (told.status.status_code, told.status.description) == (StatusCode.ERROR, "ValueError")
    assert "Zephyrine" not in told.to_json()


def test_a_record_says_it_by_w3c_or_by_the_extension_of_cloudevents_and_any_bytes_do_no_harm() -> None:
    assert traceparent_in([("traceparent", SENDERS.encode())]) == SENDERS
    assert traceparent_in([("traceparent", None), ("ce_traceparent", SENDERS.encode())]) == SENDERS
    assert traceparent_in([("content-type", b"application/json")]) is None
    with traced() as kept, root_span("take in") as one:
        link(one, [traceparent_in([("traceparent", b"\xff\x00")])])
    assert kept.get_finished_spans()[0].links == ()
