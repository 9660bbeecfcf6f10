"""The one table of message types is the contract's: the same types, of each the same fields, and what a rule may set a
field to is what the contract lets stand there."""

from typing import Any

import pytest

from episodes.events import Change
from routing.message_types import MESSAGE_TYPES
from routing.pack_words import Vocabulary
from schemas.outbound import OUTBOUND, OutboundMessage

COMMON = set(OutboundMessage.model_fields)
GIVEN = [(name, field) for name, known in MESSAGE_TYPES.items() for field in known.given]
SHAPES: dict[str, dict[str, Any]] = {
    "bool": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "text": {"type": "string"},
    "texts": {"type": "array", "items": {"type": "string"}},
    "actor": {"$ref": "#/$defs/Actor"},
}


def test_the_types_are_those_of_the_contract() -> None:
    assert set(MESSAGE_TYPES) == set(OUTBOUND)


@pytest.mark.parametrize("name", MESSAGE_TYPES)
def test_the_fields_of_a_type_are_those_of_the_contract(name: str) -> None:
    known, declared = MESSAGE_TYPES[name], set(OUTBOUND[name].model_fields) - COMMON
    assert {*known.filled, *known.given} == declared


@pytest.mark.parametrize(("name", "field"), GIVEN)
def test_what_a_rule_may_set_is_what_the_contract_lets_stand_there(name: str, field: str) -> None:
    given = MESSAGE_TYPES[name].given[field]
    schema = OUTBOUND[name].model_json_schema()["properties"][field]
    [held] = [option for option in schema.get("anyOf", [schema]) if option.get("type") != "null"]
    if given.what == "word":
        assert (held["type"], {*held["enum"]}) == ("string", {*given.words})
    elif given.what in SHAPES:
        assert held == SHAPES[given.what]
    else:  # a word of the pack, which the contract knows as one line of text, or as text
        assert given.what in Vocabulary.__slots__
        assert held["type"] == ("array" if given.many else "string")
        assert "enum" not in held


def test_what_takes_a_message_back_is_a_type_too() -> None:
    assert {t.withdrawn_by for t in MESSAGE_TYPES.values()} - {None} <= set(MESSAGE_TYPES)


def test_a_promise_is_fulfilled_by_what_it_asks_for_and_by_nothing_else() -> None:
    fulfilled = {name: set(t.fulfilled_by) for name, t in MESSAGE_TYPES.items() if t.fulfilled_by}
    assert fulfilled == {
        "task.create": {Change.TASK_COMPLETED},
        "rhi.request": {Change.INTERVIEW},
        "meeting.request": {Change.MEETING, Change.MEETING_ELSEWHERE},
    }
    assert all(bool(t.asks_for) == bool(t.fulfilled_by) for t in MESSAGE_TYPES.values())
