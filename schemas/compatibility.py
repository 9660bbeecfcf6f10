"""Whether a schema may take the place of a published one. Pure: compares two JSON Schemas and lists what would break.

Messages *in* were written to the old schema, so the new one must take everything that the old one took. Messages *out*
are read with the old schema, so the new one must not allow anything that the old one did not. In neither direction may
a field disappear. What this checker does not understand it refuses, so that nothing slips past it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Json = Mapping[str, Any]
Direction = Literal["in", "out"]

_SAYS_NOTHING = {"$schema", "$id", "$defs", "title", "description", "default", "examples", "x-direction"}
_UNDERSTOOD = _SAYS_NOTHING | {
    *("$ref", "anyOf", "allOf", "not", "type", "enum", "const", "format", "pattern", "properties", "required", "items"),
    *("additionalProperties", "minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems"),
}
_LOWER = ("minimum", "minLength", "minItems")
_UPPER = ("maximum", "maxLength", "maxItems")


def breaks(old: Json, new: Json, direction: Direction) -> list[str]:
    """What would break if `new` replaced the published `old`: one line for each fault, with the path of the field;
    empty where nothing would. Raises ValueError for a keyword of JSON Schema that is not understood."""
    comparison = _Comparison(old, new, direction)
    return list(dict.fromkeys(comparison.node(old, new, "data")))


def breaks_between(old: Mapping[str, Json], new: Mapping[str, Json]) -> list[str]:
    """The same for all messages of a version: type -> schema. A published type that is gone is a fault."""
    faults = [f"{name}: the message has been removed" for name in old if name not in new]
    for name in old.keys() & new.keys():
        direction: Direction = "in" if old[name]["x-direction"] == "in" else "out"
        if new[name]["x-direction"] != direction:
            faults.append(f"{name}: its direction has changed")
        faults += [f"{name}: {fault}" for fault in breaks(old[name], new[name], direction)]
    return sorted(faults)


@dataclass(frozen=True, slots=True)
class _Comparison:
    """Two documents and which of them must be the wider: the new one for messages in, the old one for messages out."""

    old: Json
    new: Json
    direction: Direction

    def node(self, old: Json, new: Json, path: str) -> Iterator[str]:
        olds, news = _alternatives(old, self.old), _alternatives(new, self.new)
        yield from self._disappeared(olds, news, path)
        wide, narrow = (news, olds) if self.direction == "in" else (olds, news)
        for alternative in narrow:
            attempts = [list(self._within(alternative, wider, path)) for wider in wide]
            if not any(not faults for faults in attempts):
                yield from min(attempts, key=lambda faults: (faults[0].endswith(_TYPE_CHANGED), len(faults)))

    def _disappeared(self, olds: list[Json], news: list[Json], path: str) -> Iterator[str]:
        kept = {name for alternative in news for name in alternative.get("properties", {})}
        for alternative in olds:
            for name in alternative.get("properties", {}):
                if name not in kept:
                    yield f"{path}.{name}: the field has been removed"

    def _within(self, narrow: Json, wide: Json, path: str) -> Iterator[str]:
        """Where `narrow` allows something that `wide` does not."""
        if not _type_within(narrow, wide):
            yield f"{path}: {_TYPE_CHANGED}"
            return
        yield from _limits(narrow, wide, path)
        for name in wide.get("required", ()):
            if name not in narrow.get("required", ()):
                yield f"{path}.{name}: {'is now required' if self.direction == 'in' else 'is no longer always present'}"
        if not _given(wide) <= _given(narrow):
            yield f"{path}: the rule for which fields must be given has changed"
        if wide.get("additionalProperties", True) is False and narrow.get("additionalProperties", True) is not False:
            yield f"{path}: unknown fields are no longer kept"
        fields = narrow.get("properties", {}).keys() & wide.get("properties", {}).keys()
        for name in sorted(fields):
            yield from self._inner(narrow["properties"][name], wide["properties"][name], f"{path}.{name}")
        if "items" in wide:
            yield from self._inner(narrow.get("items", {}), wide["items"], f"{path}[]")

    def _inner(self, narrow: Json, wide: Json, path: str) -> Iterator[str]:
        old, new = (narrow, wide) if self.direction == "in" else (wide, narrow)
        return self.node(old, new, path)


_TYPE_CHANGED = "its type has changed"


def _alternatives(schema: Json, document: Json) -> list[Json]:
    """The schema with references followed, and with `anyOf` and lists of types spread out: `anyOf` with null and a list
    of types with null are the same, as they are to a validator. A list of allowed words stands as one alternative."""
    unknown = schema.keys() - _UNDERSTOOD
    if unknown:
        raise ValueError(f"the compatibility check does not support {', '.join(sorted(unknown))}: extend it first")
    if ({"$ref", "anyOf"} & schema.keys()) and schema.keys() - _SAYS_NOTHING not in ({"$ref"}, {"anyOf"}):
        raise ValueError("the compatibility check does not support limits beside $ref or anyOf: extend it first")
    if "$ref" in schema:
        target: Json = document
        for step in schema["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        return _alternatives(target, document)
    if "anyOf" in schema:
        return [found for option in schema["anyOf"] for found in _alternatives(option, document)]
    if isinstance(schema.get("type"), list):
        return [_of_type(schema, kind) for kind in schema["type"]]
    return [schema]


def _of_type(schema: Json, kind: str) -> Json:
    """What the schema says of one of its types; null has no limits besides."""
    return {"type": "null"} if kind == "null" else {**schema, "type": kind}


def _given(schema: Json) -> set[frozenset[str]]:
    """The groups of fields of which one at least must be given: written as what must be (`allOf` of `anyOf`, as it was
    until the schemas were made fit for generators) or as what must not be. ValueError for another form."""
    groups = [[option["required"] for option in rule.get("anyOf", ())] for rule in schema.get("allOf", ())]
    found = {frozenset(name for names in group for name in names) for group in groups}
    none_given = schema.get("not", {})
    for rule in none_given.get("anyOf", [none_given] if none_given else []):
        if rule.keys() != {"properties"} or any(field != {"type": "null"} for field in rule["properties"].values()):
            raise ValueError("the compatibility check does not support this use of not: extend it first")
        found.add(frozenset(rule["properties"]))
    return found


def _type_within(narrow: Json, wide: Json) -> bool:
    if "type" not in wide:
        return True
    given = narrow.get("type")
    return given == wide["type"] or (given, wide["type"]) == ("integer", "number")


def _limits(narrow: Json, wide: Json, path: str) -> Iterator[str]:
    allowed, words = _words(wide), _words(narrow)
    if allowed is not None and (words is None or not words <= allowed):
        yield f"{path}: its list of allowed values has changed"
    for keyword in ("format", "pattern"):
        if words is None and keyword in wide and narrow.get(keyword) != wide[keyword]:
            yield f"{path}: its {keyword} has changed"
    for keyword in _LOWER:
        if keyword in wide and narrow.get(keyword, float("-inf")) < wide[keyword]:
            yield f"{path}: its {keyword} has changed"
    for keyword in _UPPER:
        if keyword in wide and narrow.get(keyword, float("inf")) > wide[keyword]:
            yield f"{path}: its {keyword} has changed"


def _words(schema: Json) -> set[Any] | None:
    if "const" in schema:
        return {schema["const"]}
    return set(schema["enum"]) if "enum" in schema else None
