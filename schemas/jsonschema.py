"""JSON Schemas (2020-12) from the models: of one message by itself, and of all messages with their shared parts apart.
Where they are written to, and what may change in them, is said in `export` and `compatibility`.

They are written so that generators of code make usable types of them: a field that may be null has a list of types,
every list of words has a name of its own, and each message shows its example. What they allow is what the models allow.
"""

from collections.abc import Iterable
from functools import cache
from typing import Any, Literal

from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from schemas.examples import example
from schemas.inbound import INBOUND
from schemas.limits import DEFAULT, Limits
from schemas.outbound import OUTBOUND
from schemas.part import Part
from schemas.words import Json, WordLists, word_lists

SCHEMA_VERSION = "v1"
DIALECT = "https://json-schema.org/draft/2020-12/schema"
BASE = f"https://homeward.example/schemas/{SCHEMA_VERSION}/"
_DEFS = "#/$defs/{model}"


class _Plain(GenerateJsonSchema):
    """Without titles that only repeat the name of the field."""

    def field_title_should_be_set(self, schema: object) -> bool:
        return False


def message_schema(name: str) -> Json:
    """The schema of the data of one type of message, complete in itself. Raises KeyError for an unknown type."""
    inward = name in INBOUND
    model: type[Part] = INBOUND[name] if inward else OUTBOUND[name]
    body = _tidy(_alone(model))
    body = _limited(body, DEFAULT) if inward else body
    parts = {**body.pop("$defs", {}), model.__name__: body}
    parts |= _named().apart(parts, _DEFS)
    body = parts.pop(model.__name__)
    head = {"$schema": DIALECT, "$id": f"{BASE}{name}.json", "title": name, "x-direction": "in" if inward else "out"}
    defs = {"$defs": dict(sorted(parts.items()))} if parts else {}
    told = {key: value for key, value in body.items() if key != "title"}
    return {**head, **defs, **told, "examples": [example(name)["data"]]}


def all_schemas() -> dict[str, Json]:
    """Type of message -> its schema, inbound first."""
    return {name: message_schema(name) for name in (*INBOUND, *OUTBOUND)}


def bundle() -> Json:
    """One schema that holds every message, and each part that messages share once: for generators that would make a
    type of it for each file. A document fits it if it is the data of some message."""
    models = {**INBOUND, **OUTBOUND}
    _, schemas = shared_schemas(models.values(), _DEFS)
    for name, model in models.items():
        direction = "in" if name in INBOUND else "out"
        head = {"title": model.__name__, "x-type": name, "x-direction": direction}
        schemas[model.__name__] = {**schemas[model.__name__], **head, "examples": [example(name)["data"]]}
    about = {"$schema": DIALECT, "$id": f"{BASE.removesuffix('/')}.json", "title": "Message"}
    anyone = [{"$ref": _DEFS.format(model=model.__name__)} for model in models.values()]
    return {**about, "anyOf": anyone, "$defs": schemas}


def shared_schemas(
    models: Iterable[type[Part]], template: str, name_words: bool = True
) -> tuple[dict[type[Part], Json], dict[str, Json]]:
    """For a document that holds many messages: a reference for each model, and every schema by its name. `template`
    is where the document keeps them, with `{model}` for the name. `name_words`: lists of words stand apart too."""
    by_model, defined = _together((*models,), template)
    tidy = {name: _tidy(schema) for name, schema in defined.items()}
    inward = tuple(model for model in by_model if model in INBOUND.values())
    holds = _together(inward, template)[1] if inward else {}
    schemas = {name: _limited(schema, DEFAULT) if name in holds else schema for name, schema in tidy.items()}
    return {**by_model}, schemas | (_named().apart(schemas, template) if name_words else {})


@cache
def _alone(model: type[Part]) -> Json:
    """What pydantic makes of it, once in a process: that takes long. Not to be changed."""
    return model.model_json_schema(schema_generator=_Plain)


@cache
def _together(models: tuple[type[Part], ...], template: str) -> tuple[dict[type[Part], Json], dict[str, Json]]:
    """The same of several: a reference for each, and every schema by its name. Not to be changed."""
    wanted: list[tuple[type[Part], Literal["validation"]]] = [(model, "validation") for model in models]
    references, document = models_json_schema(wanted, ref_template=template, schema_generator=_Plain)
    return {model: references[model, mode] for model, mode in wanted}, document["$defs"]


@cache
def _named() -> WordLists:
    """The lists of words of the whole contract, so that each has the same name in every document."""
    _, schemas = shared_schemas([*INBOUND.values(), *OUTBOUND.values()], _DEFS, name_words=False)
    return word_lists(schemas)


def _limited(schema: Any, limits: Limits, name: str = "") -> Any:
    """With the limits that hold for every text and list, where a field has none of its own."""
    if isinstance(schema, list):
        return [_limited(item, limits, name) for item in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {key: _limited(item, limits, key if key not in _OF_SCHEMAS else name) for key, item in schema.items()}
    types = inner.get("type")  # one, or with null a list of them
    kinds = (types,) if isinstance(types, str) else types if isinstance(types, list) else ()
    if "string" in kinds and not {"maxLength", "enum", "const", "format"} & inner.keys():
        inner["maxLength"] = limits.text
    if "array" in kinds:
        inner.setdefault("maxItems", limits.identifiers if name == "identifiers" else limits.items)
    return inner


_OF_SCHEMAS = ("properties", "$defs", "items", "anyOf", "allOf", "not")
"""Keywords of JSON Schema under which further schemas stand; every other key of an object may be a field's name."""


def _tidy(schema: Any) -> Any:
    """Without defaults that say nothing (null, an empty list, an object of defaults), with descriptions on one line,
    and with one list of types where a field is of some type or null."""
    if isinstance(schema, list):
        return [_tidy(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    tidy = {key: _tidy(value) for key, value in schema.items() if not (key == "default" and _empty(value))}
    if isinstance(tidy.get("description"), str):
        tidy["description"] = " ".join(tidy["description"].split())
    return _nullable(tidy)


def _empty(default: Any) -> bool:
    return default in (None, []) or isinstance(default, dict)


def _nullable(schema: Json) -> Json:
    options = schema.get("anyOf", [])
    given, null = options if len(options) == 2 else ({}, {})
    if null != {"type": "null"} or not isinstance(given.get("type"), str):
        return schema
    others = {key: value for key, value in schema.items() if key != "anyOf"}
    return {**given, "type": [given["type"], "null"], **others}
