"""Destination → address. A topic is its own address; a mailbox stands in the directory of its authority, by the hour
and day at which it is first needed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from outbox.directory import SECOND, Directory
from routing.calendar import Calendar, london_date


class AddressBook(Protocol):
    """Where destinations are looked up when they are first needed."""

    def address(self, destination: str) -> str | None:
        """The topic or mailbox of a logical destination; None where there is none."""


@dataclass(frozen=True, slots=True)
class SecureMail:
    """Which roles are reached by secure e-mail, as (authority, role), and the domains that it may go to."""

    roles: frozenset[tuple[str, str]] = frozenset()
    domains: frozenset[str] = frozenset()

    def allows(self, authority: str, role: str, mailbox: str) -> bool:
        """Whether an e-mail to this role may go to that mailbox."""
        return (authority, role) not in self.roles or mailbox.rpartition("@")[2].lower() in self.domains


_UNCHECKED = SecureMail()


class DirectoryBook:
    """The address book over the directories of the authorities, by the hours that each keeps. A mailbox to which secure
    e-mail may not go is no address."""

    def __init__(
        self,
        directories: Mapping[str, Directory],
        calendars: Mapping[str, Calendar],
        now: Callable[[], datetime],
        secure: SecureMail = _UNCHECKED,
    ) -> None:
        self._directories, self._calendars, self._now, self._secure = directories, calendars, now, secure

    def address(self, destination: str) -> str | None:
        channel, _, rest = destination.partition("/")
        if channel == "topic":
            return rest
        authority, role, person = whom(destination)
        if destination.partition("?")[2] == SECOND:
            ways = self._directories[authority].second if authority in self._directories else {}
            mailbox = ways[role][1] if role in ways else None
            return mailbox if mailbox and self._secure.allows(authority, role, mailbox) else None
        directory, calendar, now = self._directories.get(authority), self._calendars.get(authority), self._now()
        if directory is None:
            return None
        mailbox = directory.mailbox(role, person, london_date(now), calendar is None or calendar.is_open(now))
        return mailbox if mailbox and self._secure.allows(authority, role, mailbox) else None


def whom(destination: str) -> tuple[str, str, str | None]:
    """Authority, role and person of a destination that is no topic."""
    _, authority, role, *person = destination.partition("?")[0].split("/", 3)
    return authority, role, person[0] if person else None
