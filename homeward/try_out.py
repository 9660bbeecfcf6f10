"""What only a hub that is being tried out may do: send to example addresses, and as one nobody answers to."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from homeward.settings import PREFIX, Settings
from outbox.directory import Directory
from routing.library import HUB

_RESERVED = ("example", "example.com", "example.net", "example.org")
"""Domains reserved for examples (RFC 2606): nobody reads what is sent there."""


def with_embedded(settings: Settings, bootstrap: str) -> Settings:
    """What `homeward run --embedded` implies: its own Kafka, a trial, and e-mails that go into a folder where no other
    way is set."""
    way = {} if {"smtp_host", "mail_by"} & settings.model_fields_set else {"mail_by": "folder"}
    return settings.model_copy(update={"kafka_bootstrap": bootstrap, "trial": True, **way})


def kafka_folder(settings: Settings) -> Path:
    """Where an embedded Kafka keeps its messages."""
    return settings.data / "kafka"


def is_example(address: str) -> bool:
    """Whether a mailbox or a domain is one that nobody can have."""
    domain = address.rpartition("@")[2].lower().rstrip(".")
    return any(domain == reserved or domain.endswith(f".{reserved}") for reserved in _RESERVED)


def example_addresses(settings: Settings, directories: Mapping[str, Directory], served: Iterable[str]) -> list[str]:
    """A line with the fix for each setting and each served authority's directory that names an example domain."""
    faults = [
        f"{PREFIX}{name}: '{value}' is only an example. Set your own"
        for name, value in (("SMTP_FROM", settings.smtp_from), ("MESSAGE_ID_DOMAIN", settings.message_id_domain))
        if is_example(value)
    ]
    for authority in (*served, HUB):
        directory = directories[authority]
        second = {role: address for role, (way, address) in directory.second.items() if way != "topic"}
        held = (directory.mailboxes, directory.people, directory.out_of_hours, second)
        named = [item for boxes in held for item in boxes.items()]
        if examples := [name for name, address in named if is_example(address)]:
            leave_out = "" if authority == HUB else f", or leave {authority} out of {PREFIX}AUTHORITIES"
            faults.append(
                f"{authority}: the addresses of {_some(examples)} are only examples. Give your own in "
                f"{authority}/directory.toml in the folder that {PREFIX}DIRECTORY names{leave_out}"
            )
    return faults


def _some(names: list[str]) -> str:
    shown = ", ".join(f"'{name}'" for name in names[:3])
    return shown if len(names) <= 3 else f"{shown} and {len(names) - 3} more"
