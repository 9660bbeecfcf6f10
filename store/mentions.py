"""Whether bytes that nobody has parsed are about a child, as far as that can be known: by a number of the child's, or
by the whole name."""

import re
from collections.abc import Collection, Iterable

import orjson

_SHORTEST = 3  # characters: a shorter number stands in every message
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")


class Mentions:
    """What a child is known by: `numbers`, and `names`, each a group of words that must all be there."""

    def __init__(self, numbers: Collection[str], names: Iterable[Collection[str]] = ()) -> None:
        told = sorted({re.escape(number.casefold()) for number in numbers if len(number) >= _SHORTEST})
        self._numbers = re.compile(rf"(?<![\w-])(?:{'|'.join(told)})(?![\w-])") if told else None
        self._names = [[word.casefold() for word in group] for group in names if all(group)]

    def found_in(self, *parts: bytes | None) -> bool:
        """Whether one of the parts is about the child: of a message, what it says of its child; of anything else, the
        whole."""
        text = " ".join(_plain(_of_child(part)) for part in parts if part)
        if self._numbers and self._numbers.search(text):
            return True
        return any(all(word in text for word in group) for group in self._names)


def _of_child(part: bytes) -> bytes:
    """What a message says of the child that it is about, so that a sister who is named in passing is not meant."""
    try:
        told = orjson.loads(part)
        child = (told.get("data") or told)["child"]
    except (orjson.JSONDecodeError, AttributeError, LookupError, TypeError):
        return part
    return orjson.dumps(child)


def _plain(part: bytes) -> str:
    text = part.decode(errors="replace")
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text).casefold()
