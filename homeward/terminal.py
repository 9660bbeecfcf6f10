"""What a command says to a terminal: no sign in it moves the cursor, hides text or turns its direction, whoever wrote
the text. Colours of our own pass."""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO

_UNSEEN = re.compile(
    r"\x1b\[(?:0|1|2|4|22|3[0-79]|9[0-7])?(?:;(?:0|1|2|4|22|3[0-79]|9[0-7]))*m"  # as click and rich write colours
    r"|[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    r"\U000e0000-\U000e007f]"
)


def escaped(text: str) -> str:
    """The same, with each sign that cannot be seen written as JSON writes it."""
    return _UNSEEN.sub(_escape, text)


def _escape(found: re.Match[str]) -> str:
    sign = found.group()
    return sign if len(sign) > 1 else sign.encode("utf-16-be").hex("|", 2).replace("|", "\\u").join(("\\u", ""))


class Escaped:
    """A text stream that escapes what is written to it. Bytes go through as they are, unless a terminal reads them."""

    def __init__(self, within: TextIO) -> None:
        self.within = within

    def write(self, text: str) -> int:
        self.within.write(escaped(text))
        return len(text)

    def writelines(self, lines: list[str]) -> None:
        for line in lines:
            self.write(line)

    @property
    def buffer(self) -> Any:
        return _Bytes(self) if self.within.isatty() else self.within.buffer

    def __getattr__(self, name: str) -> Any:
        return getattr(self.within, name)


class _Bytes:
    """The bytes of a stream that a terminal reads."""

    def __init__(self, text: Escaped) -> None:
        self._text = text

    def write(self, value: bytes) -> int:
        self._text.write(value.decode("utf-8", "backslashreplace"))
        return len(value)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._text.within.buffer, name)


@contextmanager
def escaping() -> Iterator[None]:
    """Escapes what is written to standard output and standard error in the meantime."""
    out, err = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = Escaped(out), Escaped(err)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = out, err
