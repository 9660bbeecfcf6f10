"""The one table of message types is the contract's: the same types, and of each the same fields."""

import pytest

from episodes.events import Change
from routing.message_types import MESSAGE_TYPES
from schemas.outbound import OUTBOUND, OutboundMessage

COMMON = set(OutboundMessage.model_fields)
OF_ANY_TYPE = {"contact", "details"}  # told by any rule that asks for it; only some types have them on the wire


def test_the_types_are_those_of_the_contract() -> None:
    assert set(MESSAGE_TYPES) == set(OUTBOUND)


@pytest.mark.parametrize("name", MESSAGE_TYPES)
def test_the_fields_of_a_type_are_those_of_the_contract(name: str) -> None:
    known, declared = MESSAGE_TYPES[name], set(OUTBOUND[name].model_fields) - COMMON
    assert {*known.filled, *known.given} == declared


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
