"""How much a message may hold. One size of each kind for every message: told in the contract, chosen by an
installation, checked before anything else is made of a message. Ids, words and names have a length of their own in
`fields`."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from schemas.unreadable import Unreadable

_KEPT = 64 * 1024
"""Bytes that are kept of a body that is too large."""


@dataclass(frozen=True, slots=True)
class Limits:
    """`body`: bytes, decompressed, with key and headers. `text`: characters of any text. `items`: of any list or
    object; `identifiers`: of a child. `nesting`: lists and objects inside one another."""

    body: int = 1_048_576
    text: int = 50_000
    items: int = 200
    identifiers: int = 50
    nesting: int = 16

    def check_size(self, size: int) -> None:
        """Raises `Unreadable` (too_large)."""
        if size > self.body:
            raise Unreadable(
                "too_large",
                f"the record has {size} bytes when decompressed, and the limit is {self.body}: send smaller messages; "
                f"the first {_KEPT} bytes of the body are kept",
            )

    def kept(self, value: bytes | None) -> bytes | None:
        """What is kept of a body: all of it, or the beginning where it is too large."""
        return value if value is None or len(value) <= self.body else value[:_KEPT]

    def might_be_passed(self, body: bytes) -> bool:
        """Whether the bytes are worth a walk through what they say. Nearly none are, and the walk is dear."""
        return (
            len(body) > self.text
            or body.count(b",") >= min(self.items, self.identifiers)
            or body.count(b"{") + body.count(b"[") > self.nesting
        )

    def faults(self, value: Any, known: frozenset[str]) -> Iterator[str]:
        """Where a parsed JSON value holds too much, with the mend. A path shows only names in `known`: an unknown one
        could itself say anything."""
        waiting: list[tuple[Any, str, int]] = [(value, "", 1)]
        while waiting:
            held, path, depth = waiting.pop()
            label = path or "data"
            if isinstance(held, str):
                if len(held) > self.text:
                    yield f"{label}: is too long (at most {self.text} characters)"
            elif isinstance(held, list | dict):
                most = self.identifiers if path.rpartition(".")[2] == "identifiers" else self.items
                if depth > self.nesting:
                    yield f"{label}: is nested too deeply (at most {self.nesting} levels)"
                elif len(held) > most:
                    yield f"{label}: has too many items (at most {most})"
                else:
                    waiting += _inside(held, path, depth + 1, known)


def _inside(held: list[Any] | dict[str, Any], path: str, depth: int, known: frozenset[str]) -> Iterator[Any]:
    if isinstance(held, list):
        yield from ((item, f"{path}[{place}]", depth) for place, item in enumerate(held))
        return
    for name, item in held.items():
        shown = name if name in known else "an unknown field"
        yield item, f"{path}.{shown}".removeprefix("."), depth
        yield name, f"{path}.{shown} (its name)".removeprefix("."), depth


DEFAULT = Limits()
