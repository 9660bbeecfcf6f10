"""Who tells something, and which child and incident it is about. What they tell stands in `reports` and `casework`."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Classification = Literal["missing", "absent"]
Identifier = tuple[str, str]  # system, value


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a report comes from. `source` and `id` identify the message; `at` is the instant of its receipt."""

    source: str
    id: str
    type: str
    at: datetime


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
