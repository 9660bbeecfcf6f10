"""The words that a pack gives itself: its closed lists, and the kinds of message that its rules send."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from routing.message_types import MESSAGE_TYPES, taken_back_by


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The closed lists of the pack. `decisions` and `meetings` hold for each kind its values, `sections` for each
    section of the interview form its parts. A meeting is about the episode that it names, but for
    `meetings_of_child`."""

    services: tuple[str, ...] = ()
    decisions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    meetings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    meetings_of_child: tuple[str, ...] = ()
    meeting_types: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    end_reasons: tuple[str, ...] = ()
    concerns: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    contents: tuple[str, ...] = ()
    sections: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    disagreements: tuple[str, ...] = ()
    placements: tuple[str, ...] = ()
    systems: tuple[str, ...] = ()
    professionals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of message. `title`: the act as its reader would say it; `asks`: the same, to stand behind
    "Team manager:" (empty: the title serves). `outcomes`: for a task how it may end (empty: it is done), each with what
    it means in `meanings`. `if_not`: what happens if nobody answers. `answered_by`: the events that an answer brings,
    besides those that its rules name."""

    title: str
    asks: str = ""
    outcomes: tuple[str, ...] = ()
    meanings: Mapping[str, str] = field(default_factory=dict)
    if_not: str = ""
    answered_by: tuple[str, ...] = ()


Kinds = Mapping[str, Mapping[str, Kind]]
"""By type of message, the kinds that a pack declares."""


def kinds_of(type_: str, kinds: Kinds) -> Mapping[str, Kind]:
    """The kinds that a message of this type may have: those declared for it, or of the types that it takes back."""
    return {kind: told for name in (*taken_back_by(type_), type_) for kind, told in kinds.get(name, {}).items()}


def title_of(type_: str, kind: str | None, kinds: Kinds) -> str:
    """What a message asks or tells, in words that hold no value of it: the pack's own for its kind, else those of its
    type."""
    own = kinds.get(type_, {}).get(kind or "")
    return own.title if own else MESSAGE_TYPES[type_].words_of(kind).titles[-1]
