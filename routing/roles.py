"""The roles of a pack: who is meant, by which channel they are reached, and where the person behind a role is named."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class RoleSource:
    """Where the person behind a role is named: by the register, as the worker of a service, else as a professional, or
    among those involved or caring.

    reporter: first of all whoever tells of the episode in that role. practitioners: everybody whom the register names
    as working with the child: workers of open services, professionals and those involved. interviewer: the one to whom
    the interview was given.
    """

    services: tuple[str, ...] = ()
    field: Literal["worker", "manager", "team"] = "worker"
    professional: str | None = None
    linked_forces: bool = False
    involved: bool = False
    carers: bool = False
    reporter: bool = False
    practitioners: bool = False
    interviewer: bool = False


@dataclass(frozen=True, slots=True)
class Role:
    """A role of the source: its title, the channel by which it is reached, and where its person is named.
    `reports_only`: no rule tells it, but people in it report, or local settings may name it."""

    name: str
    channel: str | None = None
    source: RoleSource | None = None
    reports_only: bool = False
