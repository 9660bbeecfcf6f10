"""Every message is the one that the contract asks for: its fields, what is required, what is kept, its example."""

import json
from typing import Any

import pytest
from wire_contract import COMMON, ONE_OF
from wire_contract import INBOUND as IN
from wire_contract import OUTBOUND as OUT

from schemas.cloudevents import Envelope, read
from schemas.examples import example
from schemas.inbound import INBOUND, InboundReport, parse_message
from schemas.inbound.reading import parse_data
from schemas.outbound import OUTBOUND
from schemas.unreadable import Unreadable


def fields(text: str) -> dict[str, bool]:
    """Name -> whether it is required."""
    return {name.rstrip("!"): name.endswith("!") for name in text.split()}


def required(text: str) -> list[str]:
    return [name for name, must in fields(text).items() if must]


def report(name: str, data: Any) -> InboundReport:
    return parse_message(Envelope(id="1", source="/test", type=name, time=None, data=data))


def refusal(name: str, data: Any) -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        report(name, data)
    return caught.value


REQUIRED = [(name, field) for name, text in IN.items() for field in required(text)]
GROUPS = [(name, group) for name, groups in ONE_OF.items() for group in groups]


def test_every_type_in_and_out_has_a_model() -> None:
    assert INBOUND.keys() == IN.keys()
    assert OUTBOUND.keys() == OUT.keys()


@pytest.mark.parametrize("name", IN)
def test_an_inbound_model_has_the_fields_of_the_contract(name: str) -> None:
    model = INBOUND[name]
    assert {f.alias or n: f.is_required() for n, f in model.model_fields.items()} == fields(IN[name])
    assert ONE_OF.get(name, ()) == model.ONE_OF


@pytest.mark.parametrize("name", OUT)
def test_an_outbound_model_has_the_common_fields_and_its_own(name: str) -> None:
    assert OUTBOUND[name].model_fields.keys() == fields(COMMON).keys() | fields(OUT[name]).keys()


@pytest.mark.parametrize("name", [*IN, *OUT])
def test_every_field_is_described(name: str) -> None:
    model = INBOUND.get(name) or OUTBOUND[name]
    assert model.__doc__
    assert [n for n, f in model.model_fields.items() if not f.description] == []


@pytest.mark.parametrize("name", IN)
def test_the_example_of_an_inbound_message_is_read(name: str) -> None:
    event = example(name)
    message = report(name, event["data"])
    assert isinstance(message, INBOUND[name])
    assert not message.model_extra
    assert message.model_fields_set == {"from_" if key == "from" else key for key in event["data"]}


@pytest.mark.parametrize("name", OUT)
def test_the_example_of_an_outbound_message_is_one(name: str) -> None:
    message = parse_data(OUTBOUND[name], example(name)["data"])
    assert not message.model_extra


@pytest.mark.parametrize("name", OUT)
@pytest.mark.parametrize("field", ["authority", "pack", "clauses", "to", "urgency"])
def test_an_outbound_message_says_whose_it_is_why_it_is_sent_and_to_whom(name: str, field: str) -> None:
    data = example(name)["data"]
    del data[field]
    with pytest.raises(Unreadable, match=f"{field}: is required"):
        parse_data(OUTBOUND[name], data)


def test_no_outbound_message_is_without_clauses() -> None:
    with pytest.raises(Unreadable, match="clauses"):
        parse_data(OUTBOUND["notify.missing"], example("notify.missing")["data"] | {"clauses": []})


@pytest.mark.parametrize(("name", "field"), REQUIRED)
def test_a_required_field_must_be_there(name: str, field: str) -> None:
    data = example(name)["data"]
    del data[field]
    fault = refusal(name, data)
    assert fault.reason == "failed_validation"
    assert fault.detail == f"{field}: is required"


@pytest.mark.parametrize(("name", "field"), REQUIRED)
def test_null_is_not_enough_where_a_field_is_required(name: str, field: str) -> None:
    assert refusal(name, example(name)["data"] | {field: None}).detail.startswith(f"{field}: ")


@pytest.mark.parametrize(("name", "field"), [(n, f) for n, f in REQUIRED if isinstance(example(n)["data"][f], str)])
def test_a_blank_is_not_enough_where_a_field_is_required(name: str, field: str) -> None:
    assert refusal(name, example(name)["data"] | {field: "  "}).detail.startswith(f"{field}: ")


@pytest.mark.parametrize(("name", "field"), [(n, f) for n in IN for f, must in fields(IN[n]).items() if not must])
def test_null_means_the_same_as_leaving_a_field_out(name: str, field: str) -> None:
    group = {member for choice in ONE_OF.get(name, ()) for member in choice}
    data = example(name)["data"]
    for other in group - {field}:  # so that the group stays satisfied by another of its fields
        data[other] = example(name)["data"].get(other) or {"child": {}}.get(other, "2026-05-09T06:10:00Z")
    attribute = "from_" if field == "from" else field
    left_out = report(name, {key: value for key, value in data.items() if key != field})
    assert getattr(report(name, data | {field: None}), attribute) == getattr(left_out, attribute)


@pytest.mark.parametrize(("name", "group"), GROUPS)
def test_at_least_one_field_of_each_group_must_be_given(name: str, group: tuple[str, ...]) -> None:
    data = {key: value for key, value in example(name)["data"].items() if key not in group}
    expected = f"data: give at least one of {', '.join(group)}"
    assert refusal(name, data).detail == expected
    assert refusal(name, data | dict.fromkeys(group)).detail == expected


@pytest.mark.parametrize(("name", "field"), [(n, f) for n, g in GROUPS for f in g])
def test_any_one_field_of_a_group_is_enough(name: str, field: str) -> None:
    group = next(g for g in ONE_OF[name] if field in g)
    data = {key: value for key, value in example(name)["data"].items() if key not in group}
    value = {"child": {"identifiers": [{"system": "mosaic", "value": "M-1"}]}}.get(field, "2026-05-09T06:10:00Z")
    assert getattr(report(name, data | {field: value}), field) is not None


@pytest.mark.parametrize("name", IN)
def test_unknown_fields_are_kept(name: str) -> None:
    extra = {"x_sender": {"shift": ["late", 3, None]}}
    message = report(name, example(name)["data"] | extra)
    assert message.model_extra == extra
    assert message.model_dump(mode="json", by_alias=True)["x_sender"] == extra["x_sender"]


def test_unknown_fields_are_kept_inside_objects_too() -> None:
    data = example("police.missing")["data"]
    data["child"]["eye_colour"] = "brown"
    data["child"]["identifiers"][0]["issued"] = 2019
    child = report("police.missing", data).child
    assert child is not None
    assert child.model_extra == {"eye_colour": "brown"}
    assert child.identifiers[0].model_extra == {"issued": 2019}


@pytest.mark.parametrize("name", IN)
def test_the_data_is_read_alike_in_both_modes(name: str) -> None:
    event = example(name)
    whole = parse_message(read([], json.dumps(event).encode()))
    headers: list[tuple[str, bytes | None]] = [
        (f"ce_{key}", value.encode()) for key, value in event.items() if key not in ("data", "datacontenttype")
    ]
    assert parse_message(read(headers, json.dumps(event["data"]).encode())) == whole


def test_a_type_that_the_hub_does_not_know_is_refused() -> None:
    assert refusal("police.lost", {}).reason == "unknown_type"
    assert refusal("rhi.request", example("rhi.request")["data"]).reason == "unknown_type"
