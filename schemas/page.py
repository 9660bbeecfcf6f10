"""The contract as one page for people: the topics, then every message with its fields and an example. The page needs
nothing from elsewhere: styles and the few lines of script stand in it."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape

from schemas.asyncapi import headers_of
from schemas.channels import CHANNELS, TopicChannel
from schemas.examples import example
from schemas.html import html_page
from schemas.inbound import INBOUND
from schemas.jsonschema import shared_schemas
from schemas.outbound import OUTBOUND, OutboundMessage
from schemas.part import Choice, Part
from schemas.words import Json

_HERE = "{model}"  # how one schema names another: by its name alone
_FORMATS = {"date-time": "instant", "date": "date"}
_TYPES = {"string": "text", "integer": "whole number", "number": "number", "boolean": "true or false"}


@dataclass(frozen=True, slots=True)
class Field:
    """One row of a table. `link` is the object that the field holds, where the contract describes one."""

    name: str
    type: str
    link: str | None
    required: bool
    description: str


@dataclass(frozen=True, slots=True)
class PageMessage:
    """One message as the page shows it. `choices` are groups of fields of which one at least must be given."""

    name: str
    direction: str
    about: str
    channels: tuple[TopicChannel, ...]
    fields: tuple[Field, ...]
    choices: tuple[str, ...]
    headers: str
    data: str


def page(served: bool = False) -> str:
    """The page as HTML. With `served`, it links to the documents that are served beside it."""
    models: dict[str, type[Part]] = {**INBOUND, **OUTBOUND}
    references, schemas = shared_schemas([*models.values(), OutboundMessage], _HERE, name_words=False)
    keys: dict[type[Part], str] = {model: reference["$ref"] for model, reference in references.items()}
    common = fields_of(schemas[keys[OutboundMessage]])
    messages = [_message(name, model, schemas[keys[model]]) for name, model in models.items()]
    return html_page(
        Path(__file__).parent / "templates",
        "contract.html",
        {"prose": _prose},
        served=served,
        channels=CHANNELS,
        messages=messages,
        common=common,
        objects={
            name: (schema.get("description", ""), fields_of(schema))
            for name, schema in schemas.items()
            if name not in keys.values()
        },
    )


def _prose(text: str) -> Markup:
    """Text of a description, with what stands in backticks set as code; everything is escaped first."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped


def _message(name: str, model: type[Part], schema: Json) -> PageMessage:
    event = example(name)
    inward = name in INBOUND
    return PageMessage(
        name=name,
        direction="in" if inward else "out",
        about=schema.get("description", ""),
        channels=tuple(channel for channel in CHANNELS if name in channel.types),
        fields=tuple(f for f in fields_of(schema) if inward or f.name not in OutboundMessage.model_fields),
        choices=tuple(" or ".join(group) for group in model.ONE_OF) if issubclass(model, Choice) else (),
        headers="\n".join(f"{header}: {value}" for header, value in headers_of(event).items()),
        data=json.dumps(event["data"], indent=2, ensure_ascii=False),
    )


def fields_of(schema: Json) -> list[Field]:
    """The fields of an object, in the order of the model."""
    required = schema.get("required", ())
    return [_field(name, inner, name in required) for name, inner in schema.get("properties", {}).items()]


def _field(name: str, schema: Json, required: bool) -> Field:
    kind, link = _type(schema)
    description = schema.get("description", "")
    return Field(name, kind, link, required, description)


def _type(schema: Any) -> tuple[str, str | None]:
    """What a field holds in plain words, and the object that it refers to. Null goes without saying."""
    if "$ref" in schema:
        return schema["$ref"], schema["$ref"]
    if "anyOf" in schema:
        options = [option for option in schema["anyOf"] if option.get("type") != "null"]
        kinds = [_type(option) for option in options]
        return " or ".join(kind for kind, _ in kinds), next((link for _, link in kinds if link), None)
    if isinstance(schema.get("type"), list):
        return _type({**schema, "type": next(kind for kind in schema["type"] if kind != "null")})
    if "const" in schema or "enum" in schema:
        return " | ".join(schema.get("enum") or [schema["const"]]), None
    if schema.get("type") == "array":
        kind, link = _type(schema.get("items", {}))
        return f"list of {kind}", link
    if schema.get("type") == "object":
        return "object", None
    return _FORMATS.get(schema.get("format", ""), _TYPES.get(schema.get("type", ""), "anything")), None
