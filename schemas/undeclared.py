"""What an object says that the contract does not know: fields that no model declares, words outside a closed list. Such
things are legal on the wire, where they never act; whoever writes by hand would rather be told."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from inspect import isclass
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from schemas.part import Part


@dataclass(frozen=True, slots=True)
class Undeclared:
    """A field or a word that is not known, `at` its place from the outermost object on, such as `child.name`. `known`
    are those that could stand there."""

    at: str
    word: str
    known: tuple[str, ...]
    is_field: bool


def undeclared(model: type[Part], values: Mapping[str, Any], at: str = "") -> Iterator[Undeclared]:
    """Everything in `values`, and in the objects within, that the model does not declare. Values that are wrong in
    another way are left to the validator."""
    declared = {field.alias or name: field.annotation for name, field in model.model_fields.items()}
    for name, value in values.items():
        place = f"{at}.{name}" if at else name
        if name in declared:
            yield from _within(declared[name], value, place)
        else:
            yield Undeclared(place, name, tuple(declared), is_field=True)


def _within(hint: Any, value: Any, at: str) -> Iterator[Undeclared]:
    ways = [*_ways(hint)]
    if isinstance(value, Mapping):
        model = next((way for way in ways if isclass(way) and issubclass(way, Part)), None)
        yield from undeclared(model, value, at) if model else ()
    elif isinstance(value, list):
        items = next((get_args(way)[0] for way in ways if get_origin(way) is tuple), None)
        for item in value:
            yield from _within(items, item, at) if items else ()
    elif isinstance(value, str) and all(get_origin(way) is Literal for way in ways if way is not type(None)):
        words = tuple(word for way in ways for word in get_args(way))
        if words and value not in words:
            yield Undeclared(at, value, words, is_field=False)


def _ways(hint: Any) -> Iterator[Any]:
    """The types of which a value may be one."""
    if get_origin(hint) is Annotated:
        yield from _ways(get_args(hint)[0])
    elif get_origin(hint) in (Union, UnionType):
        for way in get_args(hint):
            yield from _ways(way)
    else:
        yield hint
