"""Records that once stopped a hub, each with how it is written and whether it is taken in or set aside."""

import os
from typing import Any

import orjson

from homeward.torture.raw_batches import Headers, Written

_AUTHORITY = "nottinghamshire"
TAKEN, ASIDE = "taken in", "set aside"


def made_event(type_: str, id_: str, source: str, **data: Any) -> bytes:
    """A CloudEvent as one body."""
    whole = {"specversion": "1.0", "id": id_, "source": source, "type": type_, "time": "2026-03-02T10:00:00Z"}
    return orjson.dumps({**whole, "datacontenttype": "application/json", "data": data})


def sound_report(force: str, n: int | str, **more: Any) -> bytes:
    """A report that is taken in, unless what `more` it says is not."""
    child = {"identifiers": [{"system": "compact", "value": f"{force}-{n}"}], **more.pop("child", {})}
    facts = {"classification": "missing", "reported_at": "2026-03-02T09:00:00Z", "child": child}
    whole = {"incident": f"{force}-{n}", "force": force, "responsible_authority": _AUTHORITY, **facts, **more}
    return made_event("police.missing", f"{force}-{n}", f"/police/{force}", **whole)


def _binary(force: str, id_: bytes) -> Headers:
    told = {b"ce_specversion": b"1.0", b"ce_type": b"police.missing", b"ce_source": b"/x", b"ce_id": id_}
    return [*told.items(), (b"content-type", b"application/json")]


def _data_of(whole: bytes) -> bytes:
    return orjson.dumps(orjson.loads(whole)["data"])


def poisons(force: str, tag: str = "") -> list[tuple[str, Written, str, str]]:
    """What, the record, the codec of its batch, and how it ends. Another `tag` makes other reports of them."""

    def sound(n: str, **more: Any) -> bytes:
        return sound_report(force, f"{tag}{n}", **more)

    many, more = (
        {"identifiers": [{"system": "compact", "value": str(n)} for n in range(count)]} for count in (16_000, 20_000)
    )
    deep = sound("deep", circumstances="@").replace(b'"@"', b"[" * 5000 + b"]" * 5000)
    number = sound("num").replace(b'"force"', b'"n":1e999999,"force"')
    surrogate = sound("sur", circumstances="@").replace(b'"@"', b'"\\ud800"')
    return [
        ("a null header", Written(b"not json", headers=((b"x", None),)), "none", ASIDE),
        ("a null header on a good record", Written(sound("null"), headers=((b"x", None),)), "none", TAKEN),
        ("a header name of 0xFF", Written(sound("ff"), headers=((b"\xff", b"1"),)), "none", TAKEN),
        ("a header name of 0xFF, compressed", Written(sound("fz"), headers=((b"\xff", b"1"),)), "zstd", TAKEN),
        ("a header that is not UTF-8", Written(b"{}", headers=((b"ce_id", b"\xff"),)), "none", ASIDE),
        ("a timestamp of 2^62", Written(sound("2-62"), timestamp=2**62), "none", TAKEN),
        ("a timestamp before the calendar", Written(sound("neg"), timestamp=-(2**40)), "none", TAKEN),
        ("a gzip bomb", Written(bytes(100_000_000)), "gzip", ASIDE),
        ("a zstd bomb", Written(bytes(60_000_000)), "zstd", ASIDE),
        ("a body above the limit", Written(sound("big", circumstances="x" * 1_100_000)), "lz4", ASIDE),
        ("a text above the limit", Written(sound("text", circumstances="x" * 60_000)), "snappy", ASIDE),
        ("16,000 identifiers", Written(sound("many", child=many)), "gzip", ASIDE),
        ("20,000 identifiers", Written(sound("more", child=more)), "none", ASIDE),
        ("a deep nest", Written(deep), "none", ASIDE),
        ("an id of 512 characters", Written(_data_of(sound("id")), headers=_binary(force, "é".encode() * 512)),
         "none", TAKEN),
        ("an id of 2 kB", Written(_data_of(sound("id2")), headers=_binary(force, "😀".encode() * 512)), "none",
         ASIDE),
        ("a lone surrogate", Written(surrogate), "none", ASIDE),
        ("a NUL", Written(sound("nul", officer="a\0b")), "none", ASIDE),
        ("a huge key", Written(sound("key"), key=b"k\0\xff" * 3000), "none", TAKEN),
        ("no value", Written(None), "none", ASIDE),
        ("a number beyond any", Written(number), "none", ASIDE),
        ("bytes", Written(os.urandom(5000), headers=((os.urandom(9), os.urandom(9)),)), "lz4", ASIDE),
    ]  # fmt: skip
