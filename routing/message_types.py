"""Every type of message that the hub sends, once: its fields, what it asks for, what fulfils it and what takes it back,
which may overtake, the kinds that the hub itself uses, and what it says to a person. The table itself is
`message_types.toml`.

The loader holds packs against it; `decide`, the payload, the relay and the e-mails read it. How its fields are filled
is told in `routing.payload`. The wire's own description is `schemas.outbound`; a test holds the two equal.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from episodes.events import Change, Event

Act = Literal["task", "meeting", "interview"]


@dataclass(frozen=True, slots=True)
class Words:
    """What a message says to a person; none of it names a child. Names in braces are values that are filled in.

    titles: the act, for the subject; the first whose values are all known.
    happened: sentences on why it was sent, besides what is known of the episode.
    asked: what the reader is to do, to stand behind "Team manager: " (empty: nothing).
    if_not: what happens if nobody does. if_sent: the same, where the pack also sends messages of that type.
    link: what stands before the link to the answer, where the hub has a word of its own for it.
    answered_by: the events that a person's answer brings, besides those that fulfil it.
    """

    titles: tuple[str, ...]
    happened: tuple[str, ...] = ()
    asked: str = ""
    if_not: str = ""
    if_sent: Mapping[str, str] = field(default_factory=dict)
    link: str = ""
    answered_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Given:
    """What a rule may set a field to. `what`: "bool", "date", "text", "texts", "actor" (a role), "word" (one of
    `words`), or the list of the pack that it is a word of (`statuses`); `many`: a list of such words."""

    what: str
    words: tuple[str, ...] = ()
    many: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageType:
    """One type. `filled` are the fields that the hub fills from what it knows, `given` those that a rule may set, each
    with what it may be set to.

    asks_for: what somebody is to do. fulfilled_by: the events that end a promise of this type, each with the qualifiers
    that do; none listed: the qualifier must be the kind of the promise ("its kind" in the table).
    withdrawn_by: the type of message that takes it back.
    may_be_over: it asks or warns, and need not leave once its reason has ended.
    informs: it tells somebody how things are, and asks for nothing: who heard it hears where that was not so.
    while_missing: it says that the child is missing, and is moot once the child is back.
    spares_the_dead: nobody is asked for it, or reminded of it, where the child is dead.
    says_missing: it says no more than that the child is missing, and stands while another episode says so too.
    facts: what is known of the episode is told beside `happened`. binds_hub: its limit is the hub's own and never shown
    as the reader's.
    overtakes: it may pass what is stuck in its lane: a child who is back must not wait behind it.
    kinds: those that the hub itself uses, in every pack, with their own words.
    """

    words: Words
    filled: tuple[str, ...] = ()
    given: Mapping[str, Given]
    asks_for: Act | None = None
    fulfilled_by: Mapping[Change, tuple[str, ...]]
    withdrawn_by: str | None = None
    may_be_over: bool = False
    informs: bool = False
    while_missing: bool = False
    spares_the_dead: bool = False
    says_missing: bool = False
    overtakes: bool = False
    facts: bool = True
    binds_hub: bool = False
    kinds: Mapping[str, Words]

    @property
    def fields(self) -> frozenset[str]:
        """Every field that it has besides those of all messages."""
        return frozenset((*self.filled, *self.given))

    def words_of(self, kind: str | None) -> Words:
        """What it says; of a kind that the hub itself uses, that kind's own words."""
        return self.kinds.get(kind or "", self.words)

    def is_fulfilled(self, event: Event, kind: str | None) -> bool:
        """Whether the event is what a message of this type and kind asks for."""
        results = self.fulfilled_by.get(event.change)
        if results is None:
            return False
        return event.qualifier in results if results else event.qualifier == kind


def _words(row: dict[str, Any]) -> Words:
    return Words(
        titles=_several(row.pop("title")),
        happened=tuple(row.pop("happened", ())),
        answered_by=tuple(row.pop("answered_by", ())),
        **{key: row.pop(key) for key in ("asked", "if_not", "if_sent", "link") if key in row},
    )


def _several(value: str | list[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def _given(value: str | list[str]) -> Given:
    """A list holds the words themselves; "each of contents" is a list of words of the pack's own list."""
    if isinstance(value, list):
        return Given("word", tuple(value))
    return Given(value.removeprefix("each of "), many=value.startswith("each of "))


def _type(row: dict[str, Any]) -> MessageType:
    fulfilled = {Change(c): () if q == "its kind" else tuple(q) for c, q in row.pop("fulfilled_by", {}).items()}
    kinds = {name: _words(kind) for name, kind in row.pop("kinds", {}).items()}
    filled = tuple(row.pop("filled", ()))
    given = {field: _given(value) for field, value in row.pop("given", {}).items()}
    return MessageType(words=_words(row), filled=filled, given=given, fulfilled_by=fulfilled, kinds=kinds, **row)


def _read() -> Mapping[str, MessageType]:
    text = Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")
    return MappingProxyType({name: _type(row) for name, row in tomllib.loads(text).items()})


MESSAGE_TYPES = _read()


def taken_back_by(type_: str) -> tuple[str, ...]:
    """The types of message that a message of this type takes back."""
    return tuple(name for name, asked in MESSAGE_TYPES.items() if asked.withdrawn_by == type_)


def calls_off(type_: str) -> bool:
    """Whether a message of this type takes back what somebody was asked to do."""
    return any(MESSAGE_TYPES[asked].asks_for for asked in taken_back_by(type_))


def asking_for(act: Act) -> str:
    """The one type that asks for it."""
    return next(name for name, type_ in MESSAGE_TYPES.items() if type_.asks_for == act)


INTERVIEW_REQUEST, MEETING_REQUEST, TASK = asking_for("interview"), asking_for("meeting"), asking_for("task")
OVERTAKING = tuple(name for name, type_ in MESSAGE_TYPES.items() if type_.overtakes)
