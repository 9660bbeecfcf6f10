"""The schemas are written for generators of code, and allow what they allowed before: null as a list of types, words
and parts by name, an example in each. What generators make of them is shown by `make bench-contract`."""

import copy
import gzip
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from schemas.compatibility import breaks_between
from schemas.examples import example
from schemas.inbound import INBOUND
from schemas.jsonschema import all_schemas, bundle
from schemas.outbound import OUTBOUND

Json = dict[str, Any]
NAMES = [*INBOUND, *OUTBOUND]
BEFORE: dict[str, Json] = json.loads(
    gzip.decompress((Path(__file__).parent / "published_before_generators.json.gz").read_bytes())
)
OTHERS = (None, "", "another word", 7, True, [], [None], {})


def nodes(value: Any) -> Iterator[Json]:
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from nodes(inner)


@cache
def schemas() -> dict[str, Json]:
    """As they are now; made once, and only where tests are run and not counted."""
    return all_schemas()


@cache
def validator(name: str, now: bool) -> Draft202012Validator:
    schema = (schemas() if now else BEFORE)[name]
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)


def variants(data: Json) -> Iterator[tuple[str, Json]]:
    """The data, and the data with one field left out, null, blank, of another type or another word; also inside."""
    yield "as it is", data
    for path in _paths(data):
        yield f"without {path}", _with(data, path, None, leave_out=True)
        for value in OTHERS:
            yield f"{path} = {value!r}", _with(data, path, value)


def _paths(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    inner = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in inner:
        yield (*path, key)
        yield from _paths(value, (*path, key))


def _with(data: Json, path: tuple[Any, ...], value: Any, leave_out: bool = False) -> Json:
    changed = copy.deepcopy(data)
    place: Any = changed
    for step in path[:-1]:
        place = place[step]
    if leave_out:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return changed


def test_they_are_compatible_with_what_was_published_before() -> None:
    limits = ("its maxLength has changed", "its maxItems has changed")  # set once, before anybody had built on it
    assert [broken for broken in breaks_between(BEFORE, schemas()) if not broken.endswith(limits)] == []


@pytest.mark.parametrize("name", NAMES)
def test_the_old_and_the_new_schema_take_and_refuse_the_same(name: str) -> None:
    known = BEFORE[name]["properties"]  # of what was added since, the old one knows nothing
    shown = {field: value for field, value in example(name)["data"].items() if field in known}
    taken = refused = 0
    for what, data in variants(shown):
        before, now = validator(name, False).is_valid(data), validator(name, True).is_valid(data)
        assert now is before, what
        taken, refused = taken + now, refused + (not now)
    assert taken
    assert refused


@pytest.mark.parametrize("name", NAMES)
def test_each_schema_is_sound_and_shows_the_example_of_its_message(name: str) -> None:
    Draft202012Validator.check_schema(schemas()[name])
    (shown,) = schemas()[name]["examples"]
    assert shown == example(name)["data"]
    assert validator(name, True).is_valid(shown)


@pytest.mark.parametrize("name", NAMES)
def test_null_is_one_of_the_types_unless_the_other_has_a_name(name: str) -> None:
    for node in nodes(schemas()[name]):
        options = [option for option in node.get("anyOf", ()) if option.keys() != {"properties"}]
        assert all(option.keys() in ({"$ref"}, {"type"}) for option in options)
        assert "allOf" not in node


@pytest.mark.parametrize("name", NAMES)
def test_every_list_of_words_has_a_name(name: str) -> None:
    schema = schemas()[name]
    named = [*schema.get("$defs", {}).values()]
    for node in nodes({**schema, "examples": []}):
        assert "const" not in node
        if isinstance(node.get("enum"), list):
            assert node in named
            assert node["title"] in schema["$defs"]


def test_a_name_means_the_same_in_every_schema() -> None:
    whole = bundle()["$defs"]
    for name in NAMES:
        for part, schema in schemas()[name].get("$defs", {}).items():
            assert schema == whole[part], (name, part)


def test_the_bundle_takes_the_data_of_every_message_and_holds_each_by_its_name() -> None:
    whole = bundle()
    Draft202012Validator.check_schema(whole)
    check = Draft202012Validator(whole, format_checker=Draft202012Validator.FORMAT_CHECKER)
    assert {s["x-type"] for s in whole["$defs"].values() if "x-type" in s} == set(NAMES)
    for name in NAMES:
        assert check.is_valid(example(name)["data"])
    assert not check.is_valid({"incident": "ZX-1"})
