"""CloudEvents 1.0 over Kafka: bytes and headers to an envelope and back. What the data means is not known here.

Two content modes are read. *Binary*: each attribute is a header with the prefix `ce_`, `content-type` describes the
body, and the body is the data. *Structured*: the body is one JSON object that holds the attributes and the data,
announced by `content-type: application/cloudevents+json` or, for senders that set no header at all, recognised by its
`specversion`. Batches are not part of the Kafka binding and are refused.

A record without a value is a tombstone. Only a compacted register topic has them; `topics.is_tombstone` tells, and
the caller asks it before `read`, which refuses a record without a value.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic_core import from_json, to_json

from schemas.instants import read_instant, write_instant
from schemas.twice import refuse_names_given_twice
from schemas.unreadable import RejectionReason, Unreadable

__all__ = ["JSON_BODY", "Envelope", "Header", "Unreadable", "attribute", "binary", "content_hash", "read", "structured"]

Header = tuple[str, bytes]
"""As written; a header that is read may have no value."""

STRUCTURED = "application/cloudevents+json"
_ATTRIBUTES = ("specversion", "id", "source", "type", "time", "subject", "datacontenttype", "dataschema")
_LONGEST = 512  # characters of an attribute, and
_WIDEST = 1024  # bytes of it in UTF-8: ids and sources are kept in database indexes
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Envelope:
    """One CloudEvent.

    `source` and `id` together identify the message. `time` is aware and in UTC. `data` is the body as it came in
    binary mode (bytes, not yet parsed), or the parsed JSON value in structured mode. `extensions` holds every further
    attribute by its lower-case name: text in binary mode, any JSON scalar in structured mode.
    """

    id: str
    source: str
    type: str
    time: datetime | None
    subject: str | None = None
    datacontenttype: str | None = "application/json"
    extensions: Mapping[str, object] = field(default_factory=dict)
    data: Any = None


def read(headers: Sequence[tuple[str, bytes | None]], value: bytes | None) -> Envelope:
    """The CloudEvent that a Kafka record carries, in either mode; header names in any case.

    Raises `Unreadable`: bad_bytes without a value or where text is not UTF-8, bad_header for an attribute that is
    absent or malformed in binary mode (failed_validation in structured mode), bad_json for a structured body that is
    no JSON object. In binary mode the body is not looked at.
    """
    if value is None:
        raise Unreadable("bad_bytes", "the record has no value. Only a register topic may contain tombstones")
    attributes = _attributes_of(headers)
    media = attributes.get("datacontenttype", "").partition(";")[0].strip().lower()
    if media.startswith("application/cloudevents-batch"):
        raise Unreadable("bad_header", "content-type: batched CloudEvents are not accepted. Send one event per record")
    if media.startswith("application/cloudevents"):
        if media != STRUCTURED:
            raise Unreadable("bad_header", f"content-type: the only structured format accepted is {STRUCTURED}")
        return _structured(_json(value))
    if attributes.keys() - {"datacontenttype"}:
        return _envelope(attributes, value, "bad_header")
    body = _json(value)
    if isinstance(body, list):
        raise Unreadable("bad_json", "batched CloudEvents are not accepted. Send one event per record")
    if not isinstance(body, dict) or "specversion" not in body:
        raise Unreadable(
            "bad_header", "ce_specversion: is missing. Send CloudEvents headers, or specversion in the body"
        )
    return _structured(body)


def content_hash(envelope: Envelope) -> str:
    """SHA-256 (hex) of what an event says: its type and its data, in whatever order and mode they were written."""
    data = envelope.data
    try:
        if isinstance(data, bytes):
            data = from_json(data.removeprefix(_BOM))
        said = json.dumps([envelope.type, data], sort_keys=True, separators=(",", ":")).encode()
    except (ValueError, RecursionError):  # a number or a depth that nobody sends: the same bytes are the same words
        said = envelope.type.encode() + b"\n" + (data if isinstance(data, bytes) else repr(data).encode())
    return hashlib.sha256(said).hexdigest()


def attribute(name: str, value: str) -> Header:
    """The header that holds an attribute in binary mode."""
    return f"ce_{name}", value.encode()


JSON_BODY: Header = ("content-type", b"application/json")
"""The header of a record in binary mode whose body is JSON."""


def binary(envelope: Envelope) -> tuple[list[Header], bytes]:
    """Headers and body of a record in binary mode, which is what the hub writes."""
    attributes = _written(envelope)
    content_type = attributes.pop("datacontenttype", "application/json")
    headers = [attribute(name, str(value)) for name, value in attributes.items()]
    headers.append(("content-type", str(content_type).encode()))
    return headers, envelope.data if isinstance(envelope.data, bytes) else to_json(envelope.data)


def structured(envelope: Envelope) -> dict[str, Any]:
    """The event as one JSON object with its data parsed. Raises ValueError when the data is not JSON."""
    data = from_json(envelope.data) if isinstance(envelope.data, bytes) else envelope.data
    return {**_written(envelope), "data": data}


def _written(envelope: Envelope) -> dict[str, Any]:
    known = {
        "specversion": "1.0",
        "id": envelope.id,
        "source": envelope.source,
        "type": envelope.type,
        "time": write_instant(envelope.time) if envelope.time else None,
        "datacontenttype": envelope.datacontenttype,
        "subject": envelope.subject,
        **envelope.extensions,
    }
    return {name: value for name, value in known.items() if value is not None}


def _attributes_of(headers: Sequence[tuple[str, bytes | None]]) -> dict[str, str]:
    """CloudEvents attributes by name; other headers are left alone, even when they are not text."""
    found: dict[str, str] = {}
    for raw_name, raw in headers:
        header = raw_name.lower()
        if header == "content-type":
            name = "datacontenttype"
        elif header.startswith("ce_") and header != "ce_datacontenttype":
            name = header[3:]
        else:
            continue
        if raw is None:
            continue
        try:
            text = raw.decode()
        except UnicodeDecodeError:
            raise Unreadable("bad_header", f"{_safe(header)}: is not UTF-8") from None
        if found.setdefault(name, text) != text:
            raise Unreadable("bad_header", f"{_safe(header)}: is given twice with different values")
    return found


def _structured(body: Any) -> Envelope:
    if not isinstance(body, dict):
        raise Unreadable("bad_json", "the body of a structured CloudEvent must be one JSON object")
    attributes = {name: value for name, value in body.items() if name not in ("data", "data_base64")}
    data = body.get("data")
    if body.get("data_base64") is not None:
        if data is not None:
            raise Unreadable("failed_validation", "data_base64: was sent together with data. Send only one of them")
        try:
            data = base64.b64decode(body["data_base64"], validate=True)
        except (binascii.Error, TypeError, ValueError):
            raise Unreadable("failed_validation", "data_base64: is not base64") from None
    return _envelope(attributes, data, "failed_validation")


def _envelope(attributes: Mapping[str, Any], data: Any, reason: RejectionReason) -> Envelope:
    """Checks what both modes have in common. `reason` is what a bad attribute is called in the mode at hand."""
    prefix = "ce_" if reason == "bad_header" else ""
    given = {name: value for name, value in attributes.items() if value is not None}
    for name in _ATTRIBUTES:
        _check(name, given.get(name), reason, prefix)
    if given["specversion"] != "1.0":
        raise Unreadable(reason, f"{prefix}specversion: must be 1.0")
    try:
        time = read_instant(given["time"]) if "time" in given else None
    except ValueError as error:
        raise Unreadable(reason, f"{prefix}time: {error}") from None
    media = given.get("datacontenttype", "application/json").partition(";")[0].strip().lower()
    if media != "application/json" and not media.endswith("+json"):
        label = "content-type" if prefix else "datacontenttype"
        raise Unreadable(reason, f"{label}: must be application/json")
    return Envelope(
        id=given["id"],
        source=given["source"],
        type=given["type"],
        time=time,
        subject=given.get("subject"),
        datacontenttype=given.get("datacontenttype"),
        extensions={name: value for name, value in given.items() if name not in _ATTRIBUTES or name == "dataschema"},
        data=data,
    )


def _check(name: str, value: object, reason: RejectionReason, prefix: str) -> None:
    label = "content-type" if prefix and name == "datacontenttype" else f"{prefix}{name}"
    if value is None:
        if name in ("specversion", "id", "source", "type"):
            raise Unreadable(reason, f"{label}: is required")
        return
    if not isinstance(value, str) or not value.strip():
        raise Unreadable(reason, f"{label}: must be text and not blank")
    if len(value) > _LONGEST or not value.isprintable() or len(value.encode()) > _WIDEST:
        most = f"{_LONGEST} characters ({_WIDEST} bytes)"
        raise Unreadable(reason, f"{label}: must have at most {most}, all of them printable")


def _json(value: bytes) -> Any:
    body = value.removeprefix(_BOM)
    refuse_names_given_twice(body)
    try:
        return from_json(body, allow_inf_nan=False)
    except ValueError:
        raise not_json(value) from None


def not_json(value: bytes) -> Unreadable:
    """Why these bytes, which no JSON parser takes, are refused."""
    try:
        value.decode()
    except UnicodeDecodeError:
        return Unreadable("bad_bytes", "the body is not UTF-8")
    return Unreadable("bad_json", "the body is not valid JSON")


def _safe(header: str) -> str:
    """A header's name as it may be shown: an unknown one could itself carry anything."""
    known = {f"ce_{name}" for name in _ATTRIBUTES} | {"content-type", "ce_traceparent", "ce_tracestate"}
    return header if header in known else "an extension header"
