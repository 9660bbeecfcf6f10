"""Who tells something, and which child and incident it is about. What they tell stands in `reports` and `casework`."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Classification = Literal["missing", "absent"]
Identifier = tuple[str, str]  # system, value


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a report comes from. `source` and `id` identify the message; `at` is the instant of its receipt. `again`:
    the source and id of the message because of which it is answered once more."""

    source: str
    id: str
    type: str
    at: datetime
    again: tuple[str, str] | None = None

    @property
    def message(self) -> tuple[str, str]:
        return self.source, self.id

    @property
    def cause(self) -> tuple[str, str]:
        """The message that causes what follows now."""
        return self.again or self.message


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
