"""How much a message may hold: at the limit it is read, one beyond it is refused with the field and the mend, whatever
the field; and the contract says so."""

from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consumers.parsing import parse_record
from homeward.settings import Settings
from intake.records import Parsed, RawRecord, Rejected
from schemas.cloudevents import Envelope
from schemas.examples import example
from schemas.inbound import parse_message
from schemas.jsonschema import message_schema
from schemas.limits import DEFAULT, Limits
from schemas.unreadable import Unreadable
from tests.fuzz.world import BEGINS

TEXT = "x" * 300
SMALL = Limits(body=5_000, text=300, items=60, identifiers=5, nesting=8)


def fault(limits: Limits = SMALL, **fields: Any) -> str:
    """What is wrong with a notification with these fields; empty where nothing is."""
    data = orjson.dumps(example("police.missing")["data"] | fields)
    try:
        parse_message(Envelope(id="1", source="/t", type="police.missing", time=None, data=data), limits)
    except Unreadable as why:
        return f"{why.reason}: {why.detail}"
    return ""


def numbers(many: int) -> dict[str, Any]:
    return {"identifiers": [{"system": f"s{n}", "value": str(n)} for n in range(many)]}


def fields(many: int) -> dict[str, int]:
    return {str(n): 1 for n in range(many)}


def nested(levels: int) -> Any:
    value: Any = "x"
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("at_the_limit", "beyond", "told"),
    [
        ({"circumstances": TEXT}, {"circumstances": TEXT + "x"}, "circumstances: is too long (at most 300 characters)"),
        ({"concerns": ["c"] * 60}, {"concerns": ["c"] * 61}, "concerns: has too many items (at most 60)"),
        ({"child": numbers(5)}, {"child": numbers(6)}, "child.identifiers: has too many items (at most 5)"),
        ({"whatever": TEXT}, {"whatever": TEXT + "x"}, "an unknown field: is too long (at most 300 characters)"),
        ({"what": nested(7)}, {"what": nested(8)}, f"an unknown field{'[0]' * 7}: is nested too deeply (at most 8"),
        ({"what": fields(60)}, {"what": fields(61)}, "an unknown field: has too many items (at most 60)"),
        ({TEXT: 1}, {TEXT + "x": 1}, "an unknown field (its name): is too long (at most 300 characters)"),
        ({"child": {"given_name": TEXT}}, {"child": {"given_name": TEXT + "x"}}, "child.given_name: is too long"),
    ],
    ids=["text", "list", "identifiers", "unknown text", "nesting", "object", "name", "nested text"],
)  # fmt: skip
def test_the_limit_is_inside_and_one_more_is_refused(at_the_limit: Any, beyond: Any, told: str) -> None:
    assert fault(**at_the_limit) == ""
    assert fault(**beyond).startswith(f"failed_validation: {told}")


def test_names_are_short_whatever_the_limit_of_texts() -> None:
    assert fault(Limits(), child={"given_name": "x" * 500}) == ""
    assert fault(Limits(), child={"given_name": "x" * 501}) == "failed_validation: child.given_name: is too long"


def test_a_name_of_a_field_that_nobody_knows_is_not_repeated() -> None:
    assert "Ashdown" not in fault(**{"Robin Ashdown": "x" * 400})


@settings(max_examples=40)
@given(
    st.recursive(st.none() | st.text(max_size=400), lambda v: st.lists(v, max_size=70) | st.dictionaries(st.text(), v))
)
def test_what_is_not_looked_into_could_not_have_passed_a_limit(value: Any) -> None:
    body = orjson.dumps({"circumstances": value}) if _fits(value) else b"{}"
    if not SMALL.might_be_passed(body):
        assert [*SMALL.faults(orjson.loads(body), frozenset())] == []


def _fits(value: Any) -> bool:
    try:
        orjson.dumps(value)
    except TypeError:  # a lone surrogate, which is no JSON
        return False
    return True


def taken(limits: Limits, value: bytes, key: bytes | None = None, **headers: bytes) -> Parsed | Rejected:
    topic = f"police.{example('police.missing')['data']['force'].lower()}.notifications.v1"
    raw = RawRecord(topic, 0, 0, value, BEGINS, key, tuple(headers.items()))
    return parse_record(raw, BEGINS, limits=limits)


def test_a_body_with_its_key_and_headers_is_taken_up_to_the_limit_and_kept_in_part_beyond_it() -> None:
    body = orjson.dumps(example("police.missing"))
    exactly = Limits(body=len(body) + 10 + 20)
    assert isinstance(taken(exactly, body, b"k" * 10, x=b"h" * 19), Parsed)
    beyond = taken(exactly, body, b"k" * 11, x=b"h" * 19)
    assert isinstance(beyond, Rejected)
    assert (beyond.reason, beyond.raw.value) == ("too_large", body)
    huge = taken(DEFAULT, b"x" * 3_000_000)
    assert isinstance(huge, Rejected)
    assert len(huge.raw.value or b"") == 64 * 1024
    assert huge.detail.startswith("the record has 3000000 bytes when decompressed, and the limit is 1048576")


def test_every_limit_is_a_setting_with_the_default_that_the_contract_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings().limits == DEFAULT
    chosen = Settings(limit_body=2048, limit_text=2000, limit_items=99, limit_identifiers=9, limit_nesting=9)
    assert chosen.limits == Limits(2048, 2000, 99, 9, 9)


def test_the_schemas_give_the_limits() -> None:
    schema = message_schema("police.missing")
    person = schema["$defs"]["Person"]["properties"]
    assert person["identifiers"]["maxItems"] == DEFAULT.identifiers
    assert schema["properties"]["circumstances"]["maxLength"] == DEFAULT.text
    assert schema["properties"]["concerns"]["maxItems"] == DEFAULT.items
    assert person["given_name"]["maxLength"] == 500


def test_what_the_hub_sends_has_no_such_limits() -> None:
    assert "maxLength" not in message_schema("exception.raise")["properties"]["detail"]
