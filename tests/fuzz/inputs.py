"""Arbitrary input: messages of every type with fields added, removed, retyped and nested, envelopes and headers in
disorder, bytes that are no message, laid out right or wrong. All of it follows from the random source that is given."""

import json
from collections.abc import Sequence
from random import Random
from typing import Any

from homeward.torture.raw_batches import CODECS, Written, batch
from schemas.examples import example
from schemas.inbound import INBOUND
from schemas.topics import (
    TopicKind,
    casework_outcomes,
    kind_of_topic,
    police_notifications,
    register_children,
)
from tests.fuzz.over_time import OverTime

FORCES = ("XX", "YY")
AUTHORITIES = ("nottinghamshire", "buckinghamshire", "islington", "mfh-borough", "quick-guide", "nowhere")
EXAMPLES = {name: example(name)["data"] for name in INBOUND}
FIELDS = [(name, value) for data in EXAMPLES.values() for name, value in data.items()]
_INSTANTS = (
    *("2026-03-02T09:00:00Z", "2026-03-29T01:30:00+00:00", "1990-01-01T00:00:00Z", "2099-12-31T23:59:59.9999999Z"),
    *("0001-01-01T00:00:00+05:00", "2026-02-30T00:00:00Z", "9999-12-31T23:59:59-05:00", "2026-03-02T09:00:00"),
)
_LARGE = 20_000  # characters of what is not made many times larger, so that the source itself stays small
_SCALARS: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2**31, 2**63, 2**64, -(2**70), 0.5, 1e308, float("inf"), float("nan"), "", " ", "\0",
    "\ud800", "é😀", "\u2028", "a" * 201, "a" * 501, "UNKNOWN", "none", "{}", "[]", "../..", "'; DROP TABLE people; --",
    "2011-09-01", "1900-01-01", "2011-02-30", *_INSTANTS, *FORCES, *AUTHORITIES,
)  # fmt: skip


def topic_of(random: Random, type_: str) -> str:
    """Nearly always the one where it belongs."""
    topics = {
        TopicKind.POLICE: police_notifications(random.choice(FORCES)),
        TopicKind.CASEWORK: casework_outcomes(random.choice(AUTHORITIES)),
        TopicKind.REGISTER: register_children(random.choice(AUTHORITIES)),
    }
    return random.choice([*topics.values()]) if random.random() < 0.05 else topics[kind_of_topic(INBOUND[type_])]


def data_of(random: Random, type_: str, topic: str) -> Any:
    """The example of a type, about one of a few children and incidents, changed in none to a dozen places."""
    data = json.loads(json.dumps(EXAMPLES[type_]))
    owner = topic.split(".")[1]
    if random.random() < 0.97:
        data["force" if kind_of_topic(INBOUND[type_]) is TopicKind.POLICE else "authority"] = owner
    if "force" in data and random.random() < 0.9:
        data["force"] = owner.upper() if "police" in topic else random.choice(FORCES)
    if "incident" in data:
        data["incident"] = f"I-{random.randrange(12)}"
    if "responsible_authority" in data:
        data["responsible_authority"] = random.choice(AUTHORITIES)
    if isinstance(data.get("child"), dict):
        number = str(random.randrange(12))
        data["child"]["identifiers"] = [{"system": random.choice(("compact", "mosaic")), "value": number}]
        data["child"]["given_name"] = random.choice(("Robin", "Alex", "Sam"))
    for _ in range(random.choice((0, 0, 0, 0, 0, 1, 1, 2, 12))):
        data = changed(random, data)
    return data


def changed(random: Random, value: Any) -> Any:
    """The same with one thing about it changed, somewhere inside."""
    if isinstance(value, dict) and value and random.random() < 0.8:
        name = random.choice([*value])
        how = random.random()
        if how < 0.15:
            return {key: item for key, item in value.items() if key != name}
        if how < 0.35:
            other, item = random.choice(FIELDS)
            return {**value, other: changed(random, item)}
        return {**value, name: changed(random, value[name])}
    if isinstance(value, list) and value and random.random() < 0.6:
        place = random.randrange(len(value))
        return [*value[:place], changed(random, value[place]), *value[place + 1 :]]
    return junk(random, value)


def junk(random: Random, value: Any) -> Any:
    """Something else in place of a value."""
    how = random.randrange(20)
    if how < 3 and len(json.dumps(value)) > _LARGE:
        return None
    if how == 0:
        return [value] * random.choice((2, 51, 201, 400))
    if how == 1:
        return {str(n): value for n in range(random.choice((1, 3, 201)))}
    if how == 2:
        for _ in range(random.choice((1, 5, 17, 300))):
            value = [value] if random.random() < 0.5 else {"x": value}
        return value
    if how == 3:
        return "x" * random.choice((1, 200, 5_000, 50_001))
    if how == 4:
        return "".join(chr(random.randrange(1, 0x3000)) for _ in range(random.randrange(40)))
    return random.choice(_SCALARS)


def value_of(
    random: Random, type_: str, topic: str, id_: str, over: OverTime | None = None
) -> tuple[bytes | None, list[tuple[bytes, bytes | None]]]:
    """Body and headers of a message in either mode, in more or less order."""
    how = random.random()
    if how < 0.05:
        return random.choice((None, b"", b"null", b"[]", b"{", random.randbytes(random.randrange(200)))), _odd(random)
    data = data_of(random, type_, topic)
    if over:
        data, id_ = over.told(type_, data), over.id_of(id_)
    attributes: dict[str, Any] = {
        "specversion": "1.0", "id": id_, "source": "/fuzz", "type": type_,
        "time": over.now.isoformat() if over else "2026-03-02T09:00:00Z",
        "datacontenttype": "application/json",
    }  # fmt: skip
    if random.random() < 0.05:
        attributes[random.choice([*attributes, "subject", "dataschema", "traceparent"])] = random.choice(_SCALARS)
    if random.random() < 0.5:
        return _json(random, {**attributes, "data": data}), _odd(random)
    headers = [(f"ce_{name}".encode(), str(v).encode(errors="surrogatepass")) for name, v in attributes.items()]
    headers = [(b"content-type", v) if name == b"ce_datacontenttype" else (name, v) for name, v in headers]
    return _json(random, data), [*headers, *_odd(random)]


def _json(random: Random, value: Any) -> bytes:
    text = json.dumps(value, ensure_ascii=random.random() < 0.5)
    body = text.encode(errors="surrogatepass")
    if random.random() < 0.01 and body.startswith(b'{"'):
        body = b'{"incident": "I-1", "incident": "I-2", ' + body[1:]
    if random.random() < 0.03:
        place = random.randrange(len(body))
        return body[:place] + random.randbytes(3) + body[place + random.randrange(3) :]
    return body


def _odd(random: Random) -> list[tuple[bytes, bytes | None]]:
    """Headers that nobody asked for: without values, with names and values that are not text, twice."""
    if random.random() < 0.9:
        return []
    names = (b"x", b"", b"\xff\xfe", b"ce_", b"ce_id", b"CE_TYPE", b"content-type", b"ce_\xff", random.randbytes(5))
    values = (None, b"", b"1", b"\xff", random.randbytes(20), b"application/cloudevents+json")
    return [(random.choice(names), random.choice(values)) for _ in range(random.randrange(4))]


def kafka_batch(
    random: Random, offset: int, number: int, topic: str, type_: str, over: OverTime | None = None
) -> tuple[bytes, int]:
    """A batch of a few records for a topic, and how many; now and then broken as a batch."""
    records: list[Written] = []
    for n in range(random.choice((1, 1, 1, 2, 4))):
        value, headers = value_of(random, type_, topic, f"{number}-{n}" if random.random() < 0.97 else "again", over)
        key = random.choice((None, b"", b"k", random.randbytes(8), b"k" * 3000))
        if over:
            key, value = over.key_of(topic, key), None if over.withdraws(topic) else value
        at = random.choice((0, 0, 0, 1_772_442_000_000, -1, 2**62, -(2**62), 2**50))
        spoilt = random.randbytes(random.randrange(30)) if random.random() < 0.01 else None
        records.append(Written(value, key, headers, at, spoilt))
    raw = bytearray(batch(records, random.choice([*CODECS]), offset))
    if random.random() < 0.005:
        raw[random.randrange(61, len(raw) + 1) - 1] ^= 0xFF
    return bytes(raw), len(records)


def chosen_type(random: Random) -> str:
    return random.choice(TYPES)


TYPES: Sequence[str] = (*INBOUND, *["police.missing"] * 6, *["police.found"] * 3, *["case.context"] * 3)
