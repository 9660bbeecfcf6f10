"""JSON Schemas (2020-12) from the models: of one message by itself, and of all messages with their shared parts apart.
Where they are written to, and what may change in them, is said in `export` and `compatibility`."""

from collections.abc import Iterable
from typing import Any, Literal

from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from schemas.inbound import INBOUND
from schemas.limits import DEFAULT, Limits
from schemas.outbound import OUTBOUND
from schemas.part import Part

SCHEMA_VERSION = "v1"
DIALECT = "https://json-schema.org/draft/2020-12/schema"
BASE = f"https://homeward.example/schemas/{SCHEMA_VERSION}/"

Json = dict[str, Any]


class _Plain(GenerateJsonSchema):
    """Without titles that only repeat the name of the field."""

    def field_title_should_be_set(self, schema: object) -> bool:
        return False


def message_schema(name: str) -> Json:
    """The schema of the data of one type of message, complete in itself. Raises KeyError for an unknown type."""
    inward = name in INBOUND
    model: type[Part] = INBOUND[name] if inward else OUTBOUND[name]
    body = _tidy(model.model_json_schema(schema_generator=_Plain))
    body = _limited(body, DEFAULT) if inward else body
    head = {"$schema": DIALECT, "$id": f"{BASE}{name}.json", "title": name, "x-direction": "in" if inward else "out"}
    return {**head, **{key: value for key, value in body.items() if key != "title"}}


def all_schemas() -> dict[str, Json]:
    """Type of message -> its schema, inbound first."""
    return {name: message_schema(name) for name in (*INBOUND, *OUTBOUND)}


def shared_schemas(models: Iterable[type[Part]], template: str) -> tuple[dict[type[Part], Json], dict[str, Json]]:
    """For a document that holds many messages: a reference for each model, and every schema by its name. `template`
    is where the document keeps them, with `{model}` for the name."""
    wanted: list[tuple[type[Part], Literal["validation"]]] = [(model, "validation") for model in models]
    references, document = models_json_schema(wanted, ref_template=template, schema_generator=_Plain)
    by_model = {model: references[model, mode] for model, mode in wanted}
    tidy = {name: _tidy(schema) for name, schema in document["$defs"].items()}
    inward, holds = [(m, mode) for m, mode in wanted if m in INBOUND.values()], dict[str, Json]()
    if inward:
        holds = models_json_schema(inward, ref_template=template, schema_generator=_Plain)[1]["$defs"]
    return by_model, {name: _limited(schema, DEFAULT) if name in holds else schema for name, schema in tidy.items()}


def _limited(schema: Any, limits: Limits, name: str = "") -> Any:
    """With the limits that hold for every text and list, where a field has none of its own."""
    if isinstance(schema, list):
        return [_limited(item, limits, name) for item in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {key: _limited(item, limits, key if key not in _OF_SCHEMAS else name) for key, item in schema.items()}
    if inner.get("type") == "string" and not {"maxLength", "enum", "const", "format"} & inner.keys():
        inner["maxLength"] = limits.text
    if inner.get("type") == "array":
        inner.setdefault("maxItems", limits.identifiers if name == "identifiers" else limits.items)
    return inner


_OF_SCHEMAS = ("properties", "$defs", "items", "anyOf", "allOf", "not")
"""Keywords of JSON Schema under which further schemas stand; every other key of an object may be a field's name."""


def _tidy(schema: Any) -> Any:
    """Without defaults that say nothing (null, an empty list), and with descriptions on one line."""
    if isinstance(schema, list):
        return [_tidy(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    tidy = {key: _tidy(value) for key, value in schema.items() if not (key == "default" and value in (None, []))}
    if isinstance(tidy.get("description"), str):
        tidy["description"] = " ".join(tidy["description"].split())
    return tidy
