"""What a type of message says to a person, as the e-mails use it. The words themselves stand in the hub's one table of
message types and are handed in; nothing here knows a type."""

from collections.abc import Callable
from typing import NamedTuple


class Wording(NamedTuple):
    """`title` heads the e-mail and its subject, `happened` says why it was sent, `asked` what the reader is to do
    (empty: nothing). `of_kind`: the words are those of the kind, which need not be told beside them."""

    title: str
    happened: str
    asked: str = ""
    of_kind: bool = False


Wordings = Callable[[str, str | None], Wording | None]
"""The words for a message type and a kind; None for a type that the hub does not know."""


def wording(words: Wordings, type_: str, kind: str | None) -> Wording:
    """The words for a type and kind; for a type that is not known, its own name in words."""
    title = type_.replace(".", " ").replace("_", " ").capitalize()
    return words(type_, kind) or Wording(title, "There is news about a missing episode.")
