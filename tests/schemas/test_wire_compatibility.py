"""What has been published may grow and not break: the checker itself, with changes that must fail, and our own."""

import copy
from typing import Any

import pytest

from schemas.compatibility import Direction, breaks, breaks_between
from schemas.export import PUBLISHED, load_published, text_of
from schemas.jsonschema import SCHEMA_VERSION, all_schemas

Json = dict[str, Any]
TEXT = {"type": "string"}
NULL = {"type": "null"}
BASE: Json = {
    "x-direction": "in",
    "type": "object",
    "additionalProperties": True,
    "required": ["incident", "child"],
    "properties": {
        "incident": {"type": "string", "maxLength": 200, "minLength": 1, "pattern": "^x"},
        "child": {"$ref": "#/$defs/Person"},
        "risk": {"anyOf": [{"type": "string", "enum": ["high", "low"]}, NULL]},
        "alert": {"anyOf": [{"type": "string", "const": "national"}, NULL]},
        "age": {"anyOf": [{"type": "integer", "minimum": 0, "maximum": 120}, NULL]},
        "miles": {"type": "number"},
        "at": {"type": "string", "format": "date-time"},
        "concerns": {"type": "array", "items": TEXT},
        "note": TEXT,
    },
    "allOf": [{"anyOf": [{"required": ["at"]}, {"required": ["note"]}]}],
    "$defs": {
        "Person": {"type": "object", "properties": {"name": {"anyOf": [TEXT, NULL]}}},
        "Risk": {"title": "Risk", "type": "string", "enum": ["high", "low"]},
    },
}
NEITHER: Json = {"properties": {"at": NULL, "note": NULL}}
FIELDS = BASE["properties"]


def changed(path: str, value: Any) -> Json:
    """BASE with one place changed; None takes it away."""
    schema = copy.deepcopy(BASE)
    *way, last = path.split("/")
    place = schema
    for step in way:
        place = place[step]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return schema


def at(field: str, value: Any) -> Json:
    return changed(f"properties/{field}", value)


PERSON = "$defs/Person/properties"
BREAKS_IN: list[tuple[str, Json, str]] = [
    ("a field is gone", at("note", None), "data.note: the field has been removed"),
    ("a field of an object is gone", changed(f"{PERSON}/name", None), "data.child.name: the field has been removed"),
    ("newly required", changed("required", ["incident", "child", "note"]), "data.note: is now required"),
    ("newly required inside", changed("$defs/Person/required", ["name"]), "data.child.name: is now required"),
    ("null no longer taken", at("risk", FIELDS["risk"]["anyOf"][0]), "data.risk: its type has changed"),
    ("another type", at("note", {"type": "integer"}), "data.note: its type has changed"),
    ("a narrower number", at("miles", {"type": "integer"}), "data.miles: its type has changed"),
    ("a word fewer", at("risk", {"anyOf": [{"type": "string", "enum": ["high"]}, NULL]}), "data.risk: its list"),
    (
        "words where any text was",
        at("note", {"type": "string", "enum": ["a"]}),
        "data.note: its list of allowed values",
    ),
    ("another word", at("alert", {"anyOf": [{"type": "string", "const": "local"}, NULL]}), "data.alert: its list"),
    ("shorter", at("incident", {**FIELDS["incident"], "maxLength": 20}), "data.incident: its maxLength"),
    ("longer at least", at("incident", {**FIELDS["incident"], "minLength": 2}), "data.incident: its minLength"),
    ("another pattern", at("incident", {**FIELDS["incident"], "pattern": "^y"}), "data.incident: its pattern"),
    ("a new pattern", at("note", {**TEXT, "pattern": "^y"}), "data.note: its pattern has changed"),
    ("a new format", at("note", {**TEXT, "format": "date"}), "data.note: its format has changed"),
    ("a lower maximum", at("age", {"anyOf": [{"type": "integer", "minimum": 0, "maximum": 18}, NULL]}), "data.age:"),
    ("a new minimum", at("miles", {"type": "number", "minimum": 1}), "data.miles: its minimum has changed"),
    ("items of another type", at("concerns", {"type": "array", "items": NULL}), "data.concerns[]: its type"),
    ("a list must not be empty", at("concerns", {"type": "array", "items": TEXT, "minItems": 1}), "data.concerns: its"),
    ("unknown fields refused", changed("additionalProperties", False), "data: unknown fields are no longer kept"),
    ("a group changed", changed("allOf", [{"anyOf": [{"required": ["at"]}]}]), "data: the rule for which fields"),
    (
        "a group changed as what must not be",
        {**changed("allOf", None), "not": {"properties": {"at": NULL}}},
        "data: the rule for which fields",
    ),
    ("null no longer among the types", at("age", {"type": ["integer"], "minimum": 0, "maximum": 120}), "data.age: its"),
]
FITS_IN: list[tuple[str, Json]] = [
    ("nothing changed", BASE),
    ("a new optional field", at("more", TEXT)),
    ("no longer required", changed("required", ["child"])),
    ("null taken too", at("note", {"anyOf": [TEXT, NULL]})),
    ("a word more", at("risk", {"anyOf": [{"type": "string", "enum": ["high", "low", "none"]}, NULL]})),
    ("any word", at("risk", {"anyOf": [TEXT, NULL]})),
    ("anything", at("note", {})),
    ("longer", at("incident", {**FIELDS["incident"], "maxLength": 300})),
    ("no pattern", at("incident", TEXT)),
    ("a wider number", at("age", {"anyOf": [{"type": "number"}, NULL]})),
    ("no group", changed("allOf", None)),
    ("another description", at("note", {**TEXT, "description": "new", "default": "x"})),
    ("the same as types", at("age", {"type": ["integer", "null"], "minimum": 0, "maximum": 120})),
    ("the same words by name", at("risk", {"anyOf": [{"$ref": "#/$defs/Risk"}, NULL]})),
    ("the same group as what must not be", {**changed("allOf", None), "not": NEITHER}),
    ("the same, written out", at("child", {"type": "object", "properties": {"name": {"anyOf": [TEXT, NULL]}}})),
]
BREAKS_OUT: list[tuple[str, Json, str]] = [
    ("a field is gone", at("note", None), "data.note: the field has been removed"),
    ("no longer always there", changed("required", ["child"]), "data.incident: is no longer always present"),
    ("null among the types", at("note", {"type": ["string", "null"]}), "data.note: its type has changed"),
    ("may be null", at("note", {"anyOf": [TEXT, NULL]}), "data.note: its type has changed"),
    ("another type", at("note", {"type": "integer"}), "data.note: its type has changed"),
    ("a wider number", at("age", {"anyOf": [{"type": "number"}, NULL]}), "data.age: its type has changed"),
    ("anything", at("note", {}), "data.note: its type has changed"),
    ("a word more", at("risk", {"anyOf": [{"type": "string", "enum": ["high", "low", "none"]}, NULL]}), "data.risk"),
    ("no format", at("at", TEXT), "data.at: its format has changed"),
    ("longer", at("incident", {**FIELDS["incident"], "maxLength": 300}), "data.incident: its maxLength"),
]
FITS_OUT: list[tuple[str, Json]] = [
    ("nothing changed", BASE),
    ("a new field", at("more", TEXT)),
    ("always there now", changed("required", ["incident", "child", "note"])),
    ("the same as types", at("age", {"type": ["integer", "null"], "minimum": 0, "maximum": 120})),
    ("the same words by name", at("risk", {"anyOf": [{"$ref": "#/$defs/Risk"}, NULL]})),
    ("never null now", at("risk", FIELDS["risk"]["anyOf"][0])),
    ("a word fewer", at("risk", {"anyOf": [{"type": "string", "enum": ["high"]}, NULL]})),
]


@pytest.mark.parametrize(("new", "fault"), [c[1:] for c in BREAKS_IN], ids=[c[0] for c in BREAKS_IN])
def test_a_change_that_senders_would_trip_over_is_refused(new: Json, fault: str) -> None:
    faults = breaks(BASE, new, "in")
    assert len(faults) == 1
    assert faults[0].startswith(fault)


@pytest.mark.parametrize("new", [c[1] for c in FITS_IN], ids=[c[0] for c in FITS_IN])
def test_a_change_that_takes_all_that_was_taken_before_is_fine(new: Json) -> None:
    assert breaks(BASE, new, "in") == []


@pytest.mark.parametrize(("new", "fault"), [c[1:] for c in BREAKS_OUT], ids=[c[0] for c in BREAKS_OUT])
def test_a_change_that_receivers_would_trip_over_is_refused(new: Json, fault: str) -> None:
    faults = breaks(BASE, new, "out")
    assert len(faults) == 1
    assert faults[0].startswith(fault)


@pytest.mark.parametrize("new", [c[1] for c in FITS_OUT], ids=[c[0] for c in FITS_OUT])
def test_a_change_that_sends_only_what_was_sent_before_is_fine(new: Json) -> None:
    assert breaks(BASE, new, "out") == []


@pytest.mark.parametrize(
    "new",
    [
        at("note", {**TEXT, "contentEncoding": "base64"}),
        at("note", {"anyOf": [TEXT], "maxLength": 3}),
        {**BASE, "not": {"required": ["note"]}},
    ],
    ids=["unknown keyword", "limit beside anyOf", "another use of not"],
)
@pytest.mark.parametrize("direction", ["in", "out"])
def test_what_the_checker_does_not_understand_it_refuses(new: Json, direction: Direction) -> None:
    with pytest.raises(ValueError, match="does not support"):
        breaks(BASE, new, direction)


def test_a_published_message_may_not_disappear_nor_turn_round() -> None:
    assert breaks_between({"a": BASE}, {}) == ["a: the message has been removed"]
    assert breaks_between({}, {"a": BASE}) == []
    assert breaks_between({"a": BASE}, {"a": {**BASE, "x-direction": "out"}}) == ["a: its direction has changed"]
    assert breaks_between({"a": BASE}, {"a": at("note", None)}) == ["a: data.note: the field has been removed"]


def test_the_messages_do_not_break_what_is_published() -> None:
    assert breaks_between(load_published(PUBLISHED), all_schemas()) == []


def test_what_is_published_is_complete_and_current() -> None:
    held = {file.stem: file.read_text("utf-8") for file in (PUBLISHED / SCHEMA_VERSION).iterdir()}
    stale = [name for name, schema in all_schemas().items() if held.get(name) != text_of(schema)]
    assert stale == [], "publish the compatible change: homeward schemas export schemas/published"


@pytest.mark.parametrize("name", ["police.missing", "rhi.request"])
def test_the_checker_sees_a_broken_message_of_ours(name: str) -> None:
    present = all_schemas()[name]
    for field in present["properties"]:
        broken = copy.deepcopy(present)
        del broken["properties"][field]
        broken["required"] = [other for other in broken["required"] if other != field]
        assert f"data.{field}: the field has been removed" in breaks(present, broken, present["x-direction"])
