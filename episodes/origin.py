"""Who tells something, and which child and incident it is about. What they tell stands in `reports` and `casework`."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Classification = Literal["missing", "absent"]
Identifier = tuple[str, str]  # system, value


def cause_name(source: str, id_: str) -> str:
    """A source and an id in one text, which no other pair gives."""
    return "#".join(text.replace("%", "%25").replace("#", "%23") for text in (source, id_))


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a report comes from. `source` and `id` are what its sender calls it; `at` is the instant of its receipt.
    `claim` sets it apart from messages of other senders, or with other content, that are called the same; it is empty
    where a name is not borne twice, as in a file. `again`: source, id and claim of the message because of which it is
    answered once more. `replayed`: it was held up in quarantine, and what was told meanwhile is newer."""

    source: str
    id: str
    type: str
    at: datetime
    claim: str = ""
    again: tuple[str, str, str] | None = None
    replayed: bool = False

    @property
    def name(self) -> str:
        """What the sender calls the message, in one text."""
        return cause_name(self.source, self.id)

    @property
    def parts(self) -> tuple[str, ...]:
        """What ids are derived from that hang on this very message."""
        return (self.claim,) if self.claim else (self.source, self.id)

    @property
    def token(self) -> str:
        """What a child is called whom nothing but this message names."""
        return self.claim or self.id

    @property
    def cause(self) -> str:
        """The same in one text."""
        return self.claim or self.name

    @property
    def answered(self) -> tuple[str, str, str]:
        """Source, id and claim of the message that causes what follows now."""
        return self.again or (self.source, self.id, self.claim)


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who acts: a role, and the person behind it where known."""

    role: str
    person: str | None = None


@dataclass(frozen=True, slots=True)
class About:
    """Which child and which incident a report speaks of; what it does not say is None."""

    authority: str | None = None
    force: str | None = None
    incident: str | None = None
    episode: str | None = None
    identifiers: tuple[Identifier, ...] = ()
