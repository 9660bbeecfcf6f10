"""Destination → address. A topic is its own address; a mailbox stands in the directory of its authority."""

from collections.abc import Mapping
from typing import Protocol

from outbox.directory import Directory


class AddressBook(Protocol):
    """Where destinations are looked up when they are first needed."""

    def address(self, destination: str) -> str | None:
        """The topic or mailbox of a logical destination; None where there is none."""


class DirectoryBook:
    """The address book over the directories of the authorities."""

    def __init__(self, directories: Mapping[str, Directory]) -> None:
        self._directories = directories

    def address(self, destination: str) -> str | None:
        channel, _, rest = destination.partition("/")
        if channel == "topic":
            return rest
        authority, role, person = whom(destination)
        directory = self._directories.get(authority)
        return directory.mailbox(role, person) if directory else None


def whom(destination: str) -> tuple[str, str, str | None]:
    """Authority, role and person of a `mail/…` destination."""
    _, authority, role, *person = destination.split("/", 3)
    return authority, role, person[0] if person else None
