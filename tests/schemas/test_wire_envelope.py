"""The CloudEvents envelope in both content modes, and everything that can be wrong with it."""

import base64
import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.cloudevents import Envelope, binary, read, structured
from schemas.examples import example
from schemas.inbound import INBOUND
from schemas.unreadable import Unreadable

Headers = list[tuple[str, bytes | None]]

HEADERS: Headers = [
    ("ce_specversion", b"1.0"),
    ("ce_id", b"7"),
    ("ce_source", b"/police/ZX"),
    ("ce_type", b"police.missing"),
    ("ce_time", b"2026-03-16T22:40:00+01:00"),
    ("content-type", b"application/json; charset=utf-8"),
]
EVENT: dict[str, Any] = {
    "specversion": "1.0",
    "id": "7",
    "source": "/police/ZX",
    "type": "police.missing",
    "time": "2026-03-16T21:40:00Z",
    "datacontenttype": "application/json",
    "data": {"incident": "ZX-1"},
}
STRUCTURED: Headers = [("Content-Type", b"application/cloudevents+json; charset=UTF-8")]


def with_header(name: str, value: bytes | None) -> Headers:
    return [*((n, v) for n, v in HEADERS if n != name), *([(name, value)] if value is not None else [])]


def refusal(headers: Headers, body: bytes | None) -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        read(headers, body)
    return caught.value


def test_binary_mode_leaves_the_body_as_it_came() -> None:
    envelope = read(HEADERS, b"{not even json")
    assert envelope == Envelope(
        id="7",
        source="/police/ZX",
        type="police.missing",
        time=datetime(2026, 3, 16, 21, 40, tzinfo=UTC),
        datacontenttype="application/json; charset=utf-8",
        data=b"{not even json",
    )


def test_names_of_headers_may_be_in_any_case() -> None:
    assert read([(name.upper(), value) for name, value in HEADERS], b"{}") == read(HEADERS, b"{}")


def test_structured_mode_is_announced_by_its_content_type() -> None:
    envelope = read(STRUCTURED, json.dumps(EVENT).encode())
    assert (envelope.id, envelope.type, envelope.data) == ("7", "police.missing", {"incident": "ZX-1"})
    assert envelope.time == datetime(2026, 3, 16, 21, 40, tzinfo=UTC)


@pytest.mark.parametrize("headers", [[], [("content-type", b"application/json")], [("trace", b"\xff")]])
def test_structured_mode_is_recognised_without_any_announcement(headers: Headers) -> None:
    assert read(headers, json.dumps(EVENT).encode()).data == {"incident": "ZX-1"}


def test_extensions_are_kept_in_both_modes() -> None:
    assert read([*HEADERS, ("ce_PartitionKey", b"k")], b"{}").extensions == {"partitionkey": "k"}
    assert read(STRUCTURED, json.dumps({**EVENT, "sequence": 3}).encode()).extensions == {"sequence": 3}


def test_data_in_base64_is_bytes() -> None:
    event = {key: value for key, value in EVENT.items() if key != "data"}
    event["data_base64"] = base64.b64encode(b'{"incident": "ZX-1"}').decode()
    assert read(STRUCTURED, json.dumps(event).encode()).data == b'{"incident": "ZX-1"}'


@pytest.mark.parametrize(
    "change", [{"data_base64": "e30="}, {"data": None, "data_base64": "§"}, {"data": None, "data_base64": 3}]
)
def test_data_in_base64_must_be_that_and_stand_alone(change: dict[str, Any]) -> None:
    fault = refusal(STRUCTURED, json.dumps({**EVENT, **change}).encode())
    assert fault.reason == "failed_validation"
    assert fault.detail.startswith("data_base64: ")


@pytest.mark.parametrize("name", ["specversion", "id", "source", "type"])
def test_the_attributes_that_cloudevents_require_must_be_there(name: str) -> None:
    assert refusal(with_header(f"ce_{name}", None), b"{}").detail == f"ce_{name}: is required"
    assert refusal(with_header(f"ce_{name}", b" "), b"{}").reason == "bad_header"
    rest = {key: value for key, value in EVENT.items() if key != name}
    fault = refusal(STRUCTURED, json.dumps(rest).encode())
    assert (fault.reason, fault.detail) == ("failed_validation", f"{name}: is required")


@pytest.mark.parametrize("name", ["specversion", "id", "source", "type", "time", "subject", "datacontenttype"])
@pytest.mark.parametrize("value", [7, {}, "", "a\nb", "x" * 513])
def test_an_attribute_of_a_structured_event_must_be_one_line_of_text(name: str, value: object) -> None:
    fault = refusal(STRUCTURED, json.dumps({**EVENT, name: value}).encode())
    assert fault.reason == "failed_validation"
    assert fault.detail.startswith(f"{name}: ")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ce_specversion", b"0.3"),
        ("ce_id", b"\xff\xfe"),
        ("ce_id", b"a\r\nBcc: b"),
        ("ce_id", b"x" * 513),
        ("ce_time", b"yesterday"),
        ("ce_time", b"2026-03-16T21:40:00"),
        ("content-type", b"text/xml"),
        ("content-type", b"\xff"),
    ],
)
def test_a_malformed_header_is_named(name: str, value: bytes) -> None:
    fault = refusal(with_header(name, value), b"{}")
    assert fault.reason == "bad_header"
    assert fault.detail.startswith(f"{name}: ")


def test_a_header_that_is_given_twice_must_say_the_same() -> None:
    assert read([*HEADERS, ("CE_ID", b"7")], b"{}").id == "7"
    assert refusal([*HEADERS, ("CE_ID", b"8")], b"{}").detail == "ce_id: is given twice with different values"


def test_headers_that_are_not_ours_may_hold_any_bytes() -> None:
    assert read([*HEADERS, ("x-binary", b"\xff\xfe"), ("x-null", None), ("ce_subject", None)], b"{}").id == "7"


def test_the_name_of_an_unknown_header_is_not_repeated() -> None:
    assert "robin" not in refusal([*HEADERS, ("ce_robin", b"\xff")], b"{}").detail


def test_the_time_may_be_left_out() -> None:
    assert read(with_header("ce_time", None), b"{}").time is None


@pytest.mark.parametrize(
    ("headers", "body", "reason"),
    [
        ([("content-type", b"application/cloudevents-batch+json")], b"[]", "bad_header"),
        ([], json.dumps([EVENT]).encode(), "bad_json"),
    ],
)
def test_batches_are_refused_with_a_clear_word(headers: Headers, body: bytes, reason: str) -> None:
    fault = refusal(headers, body)
    assert fault.reason == reason
    assert "batched CloudEvents are not accepted. Send one event per record" in fault.detail


@pytest.mark.parametrize(
    ("headers", "body", "reason"),
    [
        ([("content-type", b"application/cloudevents+xml")], b"<event/>", "bad_header"),
        ([], b'{"incident": "ZX-1"}', "bad_header"),
        ([], b"3", "bad_header"),
        ([], b"", "bad_json"),
        ([], b"{", "bad_json"),
        ([], b"\xff", "bad_bytes"),
        (STRUCTURED, b"[]", "bad_json"),
        (STRUCTURED, b"\xff", "bad_bytes"),
        (STRUCTURED, json.dumps({**EVENT, "data": float("nan")}).encode(), "bad_json"),
        (HEADERS, None, "bad_bytes"),
    ],
)
def test_what_is_no_event_is_refused(headers: Headers, body: bytes | None, reason: str) -> None:
    assert refusal(headers, body).reason == reason


@pytest.mark.parametrize("name", INBOUND)
def test_what_is_written_is_what_was_read(name: str) -> None:
    event = example(name)
    envelope = read(STRUCTURED, json.dumps(event).encode())
    assert structured(envelope) == event
    headers, body = binary(envelope)
    again = read(list(headers), body)
    assert structured(again) == event
    assert dict(headers)["content-type"] == b"application/json"


NAMES = st.sampled_from([*(name for name, _ in HEADERS), "x"])


@given(st.lists(st.tuples(NAMES, st.binary(max_size=12) | st.none()), max_size=9), st.binary(max_size=40) | st.none())
def test_no_bytes_raise_anything_but_unreadable(headers: Headers, body: bytes | None) -> None:
    with suppress(Unreadable):
        read(headers, body)
