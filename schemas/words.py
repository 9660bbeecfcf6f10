"""Closed lists of words in JSON Schemas, each given a name of its own: generators of code then make one type of a list
wherever it stands, and name it as people would."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]
_Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WordLists:
    """The names that lists of words have: by the object and field that they stand in."""

    names: Mapping[tuple[str, str], str]

    def apart(self, schemas: dict[str, Json], template: str) -> dict[str, Json]:
        """The objects with a reference wherever a list of words stood, and the lists by their names. `template` is
        where the document keeps them, with `{model}` for the name."""
        made: dict[str, Json] = {}
        for owner, schema in schemas.items():
            fields = dict(schema.get("properties", {}))
            for field, place in _places(schema):
                name = self.names[owner, field]
                made[name] = {"title": name, "type": "string", "enum": list(_words(place))}
                fields[field] = _replaced(fields[field], {"$ref": template.format(model=name)})
            if fields:
                made[owner] = {**schema, "properties": fields}
        return made


def word_lists(schemas: Mapping[str, Json]) -> WordLists:
    """Names for the lists of words in these objects: that of the field that holds the list most often; with the object
    before it, where a field of that name holds other words too or an object has that name."""
    places = ((owner, field, place) for owner, schema in schemas.items() for field, place in _places(schema))
    found = {(owner, field): tuple(sorted(_words(place))) for owner, field, place in places}
    held: dict[_Words, Counter[str]] = defaultdict(Counter)
    for (_, field), words in found.items():
        held[words][_name(field)] += 1
    names = {words: min(fields, key=lambda name: (-fields[name], name)) for words, fields in held.items()}
    taken = Counter([*names.values(), *schemas])
    return WordLists(
        {
            (owner, field): f"{owner}{_name(field)}" if taken[names[words]] > 1 else names[words]
            for (owner, field), words in found.items()
        }
    )


def _places(schema: Json) -> Iterator[tuple[str, Json]]:
    """The fields that hold words of a list, or a list of such words, with where the words stand."""
    for field, inner in schema.get("properties", {}).items():
        place = inner.get("items", inner)
        if "enum" in place or "const" in place:
            yield field, place


def _words(place: Json) -> _Words:
    return tuple(word for word in place.get("enum", [place.get("const")]) if word is not None)


def _replaced(schema: Json, reference: Json) -> Json:
    """The same field with a reference in place of its words."""
    if "items" in schema:
        return {**schema, "items": reference}
    others = {key: value for key, value in schema.items() if key not in ("type", "enum", "const")}
    return {"anyOf": [reference, {"type": "null"}], **others} if "null" in schema["type"] else {**reference, **others}


def _name(field: str) -> str:
    """`missing_from` as MissingFrom; one of several has the name of one."""
    words = re.sub(r"s$", "", field) if field.endswith("ls") else field
    return "".join(part.capitalize() for part in words.split("_"))
