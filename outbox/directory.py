"""Where a role is reached: the topic of the service it belongs to and, for e-mail, a mailbox; another one out of hours
or while somebody is away. One TOML an authority.

Roles are resolved to persons by the rules, from the register; here are addresses only. Shipped files name reserved
example domains: a real mailbox stands only in the files of whoever runs the hub.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from routing.messages import Recipient
from routing.pack import Pack
from routing.tables import PackError, TomlTable
from schemas.topics import CANARY_SERVICE, part

_MAILBOX = re.compile(r"[^@\s<>,;\"]+@[^@\s<>,;\"]+\.[^@\s<>,;\"]+")
MAIL_CHANNELS = ("email", "secure_email")
SECOND = "second"
"""Marks a destination that is the second way to a role: `mail/<authority>/<role>?second`."""
POLICE = "police"
"""The service whose topic is that of the force that reported: `police.<force>.intelligence.v1`."""


@dataclass(frozen=True, slots=True)
class Cover:
    """A person or role that another person or role stands in for, from the first to the last day (London dates)."""

    of: str
    by: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Directory:
    """The addresses of one authority. `services`: role → service; `by_type`: types of message with their own topic;
    `out_of_hours`: role → the mailbox that is read while the office is closed; `cover`: who stands in for whom;
    `second`: role → channel and address by which it hears that the first way has failed."""

    authority: str
    services: Mapping[str, str]
    mailboxes: Mapping[str, str]
    people: Mapping[str, str] = field(default_factory=dict)
    by_type: Mapping[str, str] = field(default_factory=dict)
    out_of_hours: Mapping[str, str] = field(default_factory=dict)
    cover: tuple[Cover, ...] = ()
    second: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def mailbox(self, role: str, person: str | None, day: date | None = None, is_open: bool = True) -> str | None:
        """While the office is closed the role's mailbox for that, where there is one. Else a person's own, else the
        role's; on a day of cover that of whoever stands in. None where there is none. `day` is a London date."""
        if not is_open and role in self.out_of_hours:
            return self.out_of_hours[role]
        person, role = self._stands_in(person, day), self._stands_in(role, day) or role
        return (self.people.get(person) if person else None) or self.mailboxes.get(role)

    def _stands_in(self, who: str | None, day: date | None) -> str | None:
        covered = (c.by for c in self.cover if day is not None and c.of == who and c.first <= day <= c.last)
        return next(covered, who)

    @property
    def service_topics(self) -> frozenset[str]:
        """Every service that has a topic: those of the roles, and those of types of message."""
        return frozenset((*self.services.values(), *self.by_type.values()))

    def service(self, recipient: Recipient) -> str | None:
        return self.services.get(recipient.role)


def load_directory(text: str, file: str) -> Directory:
    """Where each role of one authority is reached. Every role that a rule tells stands under one service; one that is
    reached by e-mail has a mailbox too.

    authority: the key of the authority, as in its pack.
    services: the services, each with its roles; `front-door` of `anyshire` is the topic `anyshire.front-door.v1`.
    types: types of message with a topic of their own, each with its service: `"senior.alert" = "escalations"`.
    mailboxes: the mailbox of each role that is reached by e-mail.
    people: mailboxes of single persons, by the id that the register has for them.
    out_of_hours: the mailbox of a role that is read while the office is closed.
    second: another way to a role, where the first has failed, such as `mail:duty@anyshire.example`.
    cover: who stands in for whom while somebody is away (`[[cover]]`).

    PackError names the file, the place and the fix.
    """
    try:
        top = TomlTable(file, "the directory", tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise PackError(f"{file}: not TOML: {error}") from None
    services: dict[str, str] = {}
    for service, roles in top.table("services").lists().items():
        for role in roles:
            if services.setdefault(role, service) != service:
                raise PackError(f"{file}: services: the role '{role}' is listed under two services. List it under one")
    directory = Directory(
        authority=top.get("authority", str),
        services=services,
        mailboxes=_mailboxes(file, "mailboxes", top.table("mailboxes").rest()),
        people=_mailboxes(file, "people", top.table("people").rest()),
        by_type={kind: str(service) for kind, service in top.table("types").rest().items()},
        out_of_hours=_mailboxes(file, "out_of_hours", top.table("out_of_hours").rest()),
        cover=tuple(_cover(row) for row in top.rows("cover", lambda row, n: str(row.get("of", n)))),
        second=_second(file, top.table("second").rest()),
    )
    top.done()
    if CANARY_SERVICE in map(part, directory.service_topics):
        raise PackError(f"{file}: the service '{CANARY_SERVICE}' is the hub's own. Give yours another name")
    for table, listed in (("out_of_hours", directory.out_of_hours), ("second", directory.second)):
        for role in listed:
            if role not in services:
                raise PackError(f"{file}: {table}.{role}: no service has this role. Add it under [services]")
    known = {*services, *directory.people}
    for cover in directory.cover:
        if missing := {cover.of, cover.by} - known:
            raise PackError(f"{file}: cover: '{missing.pop()}' is not listed under [people] or [services]. Add it")
    return directory


def _cover(table: TomlTable) -> Cover:
    """One absence: a person or a role, and who stands in.

    of: the person or role that is away.
    by: the person or role that stands in.
    from: the first day.
    to: the last day.
    """
    cover = Cover(table.get("of", str), table.get("by", str), table.get("from", date), table.get("to", date))
    table.done()
    if cover.last < cover.first:
        raise table.fault("'to' is before 'from'")
    return cover


def _second(file: str, values: Mapping[str, object]) -> dict[str, tuple[str, str]]:
    ways = {}
    for role, way in values.items():
        channel, colon, address = str(way).partition(":")
        if not colon or not channel or not address:
            raise PackError(f"{file}: second.{role}: '{way}' names no way out. Write mail:name@domain")
        if channel == "mail":
            _mailboxes(file, "second", {role: address})
        ways[role] = (channel, address)
    return ways


def _mailboxes(file: str, place: str, values: Mapping[str, object]) -> dict[str, str]:
    for name, address in values.items():
        if not isinstance(address, str) or not _MAILBOX.fullmatch(address):
            raise PackError(f"{file}: {place}.{name}: '{address}' is not a mailbox. Write name@domain")
    return {name: str(address) for name, address in values.items()}


def missing_addresses(pack: Pack, directory: Directory) -> Iterable[str]:
    """What keeps a pack's messages from arriving: roles without a service, roles reached by e-mail without a mailbox.
    Each entry names the role and the fix."""
    audiences = (t for rows in pack.audiences.values() for row in rows for t in row.to)
    targets = [t for rule in pack.rules for t in rule.to] + [t for p in pack.periodic for t in p.to] + [*audiences]
    ladders = {role for entry in pack.acknowledge for role in entry.ladder}
    for name in sorted({t.role for t in targets if t.role} | {pack.intake, pack.duty or pack.intake} | ladders):
        if name not in directory.services:
            yield f"{pack.authority}: the role '{name}' has no service. Add it under [services] in the directory"
        if pack.roles[name].channel in MAIL_CHANNELS and name not in directory.mailboxes:
            yield f"{pack.authority}: the role '{name}' has no mailbox. Add it under [mailboxes] in the directory"
