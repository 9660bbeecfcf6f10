"""The AsyncAPI 3.0 document of the hub with its Kafka bindings: every topic, message, field and example. Built from the
models and from `channels`; nothing is said here that they do not say, but for how CloudEvents lie on Kafka."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from schemas.catalogue import ConcreteTopic, TopicShape
from schemas.channels import CHANNELS, TopicChannel
from schemas.examples import example
from schemas.inbound import INBOUND
from schemas.jsonschema import shared_schemas
from schemas.outbound import OUTBOUND
from schemas.topics import PATTERNS
from schemas.words import Json

BINDING = "0.5.0"  # version of the Kafka bindings
GROUP = "homeward"  # the hub's consumer group, unless its settings name another
_SCHEMAS = "#/components/schemas/{model}"
_LICENCE = {"name": "MIT", "url": "https://spdx.org/licenses/MIT.html"}
_CONTACT = {"name": "Operator of this hub", "email": "operator@homeward.example"}

_ABOUT = (
    "Homeward reads what police forces report about missing and found children, and tells the people named in the "
    "authority's own published procedure. Messages are CloudEvents 1.0 with JSON data. The hub writes binary mode "
    "(attributes as `ce_` headers) and reads binary and structured mode. Unknown fields are kept, null means the same "
    "as leaving a field out, and an instant always has an offset or Z."
)


@dataclass(frozen=True, slots=True)
class _Place:
    """A channel of the document: a kind of topic with parameters in its address, or one concrete topic."""

    key: str
    address: str
    channel: TopicChannel
    shape: TopicShape
    config: Json

    @property
    def operation(self) -> str:
        return f"{'receive' if self.channel.direction == 'in' else 'send'}-{self.key}"


def document(version: str = "1.0.0", topics: Sequence[ConcreteTopic] = ()) -> Json:
    """The whole document as JSON-able data. `version` is that of the description, not of the hub. With `topics`, its
    channels are these; without, one for each kind of topic."""
    shown = (t for t in topics if t.channel in CHANNELS)  # the hub's own are nobody else's concern
    places = [_Place(t.name, t.name, t.channel, t.shape, t.config) for t in shown] or [
        _Place(c.kind.value, c.address, c, TopicShape(), {"cleanup.policy": c.cleanup}) for c in CHANNELS
    ]
    models = {**INBOUND, **OUTBOUND}
    references, schemas = shared_schemas(models.values(), _SCHEMAS)
    return {
        "asyncapi": "3.0.0",
        "id": "urn:homeward:hub",
        "info": {
            "title": "Homeward",
            "version": version,
            "description": _ABOUT,
            "contact": _CONTACT,
            "license": _LICENCE,
            "tags": [
                {"name": "in", "description": "read by the hub"},
                {"name": "out", "description": "sent by the hub"},
            ],
        },
        "defaultContentType": "application/json",
        "servers": {
            "kafka": {
                "host": "{bootstrap}",
                "protocol": "kafka",
                "description": "The installation's Apache Kafka.",
                "variables": {"bootstrap": {"default": "localhost:9092", "description": "Bootstrap address."}},
            }
        },
        "channels": {place.key: _channel(place) for place in places},
        "operations": {place.operation: _operation(place) for place in places},
        "components": {
            "messages": {name: _message(name, references[model]) for name, model in models.items()},
            "schemas": {**{name: _without_siblings(s) for name, s in schemas.items()}, "CloudEventHeaders": _HEADERS},
        },
    }


def _channel(place: _Place) -> Json:
    channel = place.channel
    described = {name: {"description": text} for name, text in channel.parameters.items()}
    return {
        "address": place.address,
        "title": channel.title,
        "description": channel.description,
        **({"parameters": described} if "{" in place.address else {}),
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in channel.types},
        "bindings": {
            "kafka": {
                "topic": place.address,
                "partitions": place.shape.partitions,
                "replicas": place.shape.replicas,
                "topicConfiguration": _topic_configuration(place.config),
                "bindingVersion": BINDING,
            }
        },
    }


def _topic_configuration(config: Json) -> Json:
    """As the Kafka bindings want it: the policy as a list, numbers as numbers; other settings have no place in them."""
    made: Json = {"cleanup.policy": [config["cleanup.policy"]]}
    return made | {name: int(config[name]) for name in ("retention.ms", "delete.retention.ms") if name in config}


def _operation(place: _Place) -> Json:
    """Seen from the hub, as AsyncAPI wants it: it receives what comes in and sends what goes out."""
    channel = place.channel
    incoming = channel.direction == "in"
    kafka: Json = {"clientId": {"type": "string", "enum": [GROUP]}, "bindingVersion": BINDING}
    if incoming:
        kafka["groupId"] = {"type": "string", "enum": [GROUP]}
    where = f"#/channels/{place.key}"
    operation: Json = {
        "action": "receive" if incoming else "send",
        "channel": {"$ref": where},
        "title": channel.title,
        "tags": [{"name": channel.direction}],
        "messages": [{"$ref": f"{where}/messages/{name}"} for name in channel.types],
        "bindings": {"kafka": kafka},
    }
    if incoming:
        operation["description"] = f"Subscribed by pattern, so a new owner needs no restart: {PATTERNS[channel.kind]}"
    return operation


def _message(name: str, payload: Json) -> Json:
    model = INBOUND.get(name) or OUTBOUND[name]
    event = example(name)
    summary, _, rest = " ".join((model.__doc__ or name).split()).partition(". ")
    message: Json = {
        "name": name,
        "title": name,
        "summary": summary.rstrip(".") + ".",
        "contentType": "application/json",
        "tags": [{"name": "in" if name in INBOUND else "out"}],
        "headers": {"$ref": _SCHEMAS.format(model="CloudEventHeaders")},
        "payload": payload,
        "bindings": {"kafka": {"key": {"type": "string", "description": _key(name)}, "bindingVersion": BINDING}},
        "examples": [{"name": "binary", "headers": headers_of(event), "payload": event["data"]}],
    }
    return {**message, "description": rest} if rest else message


def _key(name: str) -> str:
    return next(channel.key for channel in CHANNELS if name in channel.types)


def headers_of(event: Json) -> dict[str, str]:
    """The Kafka headers of a structured event, were it written in binary mode."""
    attributes = {name: value for name, value in event.items() if name not in ("data", "datacontenttype")}
    return {**{f"ce_{name}": value for name, value in attributes.items()}, "content-type": "application/json"}


def _without_siblings(schema: Any) -> Any:
    """References that stand alone: what is written beside a `$ref`, AsyncAPI tools leave unread. Of `anyOf` with one
    schema Modelina makes that schema's type; of `allOf` a type without a name."""
    if isinstance(schema, list):
        return [_without_siblings(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {key: _without_siblings(value) for key, value in schema.items()}
    if "$ref" in inner and len(inner) > 1:
        return {"anyOf": [{"$ref": inner.pop("$ref")}], **inner}
    return inner


def _text(description: str, **more: Any) -> Json:
    return {"type": "string", "description": description, **more}


_HEADERS: Json = {
    "type": "object",
    "description": "Attributes of the CloudEvent in binary mode. In structured mode `content-type` is "
    "application/cloudevents+json and the attributes are in the body, without the prefix.",
    "required": ["ce_specversion", "ce_id", "ce_source", "ce_type"],
    "properties": {
        "ce_specversion": _text("CloudEvents version.", const="1.0"),
        "ce_id": _text("Id of the message. A repeat of source and id together is the same message."),
        "ce_source": _text("Who sent the message, as a URI reference."),
        "ce_type": _text("Type of the message."),
        "ce_time": _text("In: when the sender sent it. Out: when the hub decided it.", format="date-time"),
        "ce_subject": _text("Out: id of the episode."),
        "traceparent": _text("Out: trace of the message (W3C Trace Context)."),
        "ce_overtakes": _text(
            "Out: set on a found message that went ahead of an earlier one still waiting to be delivered."
        ),
        "ce_late": _text("Out: set on a message that waited longer than its urgency allows. What it says still holds."),
        "content-type": _text("Media type of the body.", const="application/json"),
    },
}
