"""A writer of YAML for JSON-able data, small enough to need no library at run time. It does not read YAML."""

import json
import re
from collections.abc import Iterator
from typing import Any

# Text that no reader of YAML could take for anything but text; everything else is quoted as JSON, which is YAML too.
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*( [A-Za-z0-9_./-]+)*")
_UNSAFE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff]")
_WORDS = {"true", "false", "yes", "no", "on", "off", "null", "y", "n"}


def dump(value: Any) -> str:
    """`value` as a YAML document in block style, keys in their order. Any YAML 1.1 or 1.2 reader gives `value` back."""
    return "\n".join(_lines(value)) + "\n"


def _lines(value: Any) -> Iterator[str]:
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from _entry(f"{_scalar(str(key))}:", inner)
    elif isinstance(value, list) and value:
        for inner in value:
            yield from _entry("-", inner)
    else:
        yield _scalar(value)


def _entry(head: str, inner: Any) -> Iterator[str]:
    if not isinstance(inner, dict | list) or not inner:
        yield f"{head} {_scalar(inner)}"
        return
    yield head
    for line in _lines(inner):
        yield f"  {line}"


def _scalar(value: Any) -> str:
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
        return value
    # What JSON leaves as it is and YAML takes for a line break or refuses.
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(value, ensure_ascii=False))
