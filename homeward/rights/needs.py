"""The least set of rights with which everything works, and what of it is missing. Nothing on the cluster is needed."""

import re
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from consumers.subscriber import PATTERN
from homeward.rights.asking import READ, WRITE, Allowed, operations_on
from outbox.directory import Directory
from routing.library import HUB
from schemas.topics import (
    TopicKind,
    canary_end,
    canary_start,
    casework_outcomes,
    parse_topic,
    part,
    police_intelligence,
    police_notifications,
    register_children,
    service_topic,
)

_ANYBODY = police_notifications("any-force")  # such a topic need not exist: a right on all that begin so holds for it


@dataclass(frozen=True, slots=True)
class Need:
    """A right to read or write a topic (`literal`), all topics that begin so (`prefixed`), or a group. `shown_by` are
    the topics that show whether it is there; `or_else` others, all of which do as well."""

    operation: str
    name: str
    grade: Literal["literal", "prefixed"] = "literal"
    resource: Literal["topic", "group"] = "topic"
    shown_by: tuple[str, ...] = field(default=())
    or_else: tuple[str, ...] = field(default=())

    def __str__(self) -> str:
        of = f"{self.resource}s that begin with" if self.grade == "prefixed" else f"the {self.resource}"
        return f"{self.operation} on {of} {self.name}"

    def command(self, bootstrap: str, user: str | None) -> str:
        """What grants it, with Kafka's own tools, by whoever runs Kafka."""
        what = f"--operation {self.operation} --{self.resource} {self.name}"
        prefixed = " --resource-pattern-type prefixed" if self.grade == "prefixed" else ""
        return (
            f"kafka-acls.sh --bootstrap-server {bootstrap} --command-config admin.properties --add "
            f"--allow-principal {shlex.quote('User:' + (user or 'NAME'))} {what}{prefixed}"
        )


@dataclass(frozen=True, slots=True)
class Rights:
    """`missing`: needs that are not met. `unreadable`: topics that the subscription matches and the hub can see but not
    read. `absent`: topics that the hub would write to and that nobody has made. `unassigned`: visible topics of
    which its group does not read every partition, None while the group does not say who reads what. `silent`: nodes of
    the cluster that do not answer."""

    missing: tuple[Need, ...] = ()
    unreadable: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    unassigned: frozenset[str] | None = None
    silent: frozenset[int] = frozenset()


def needs_of(
    directories: Mapping[str, Directory],
    group: str,
    parts: Iterable[str],
    topics: Iterable[str] = (),
    canaries: bool = True,
) -> list[Need]:
    """What the parts of a hub need, as far as it can be known from the directories and from the topics that there
    are. `canaries`: whether it tries itself out."""
    own, needs = [a for a in sorted(directories) if a != HUB], list[Need]()
    police = tuple(sorted(t for t in topics if (known := parse_topic(t)) and known.kind is TopicKind.POLICE))
    if "consumers" in parts:
        needs += [
            Need(READ, group, resource="group"),
            Need(READ, "police.", "prefixed", shown_by=(_ANYBODY,), or_else=police),
            Need(READ, "casework.", "prefixed", shown_by=tuple(map(casework_outcomes, own))),
            Need(READ, "register.", "prefixed", shown_by=tuple(map(register_children, own))),
            *(Need(READ, topic, shown_by=(topic,)) for topic in map(canary_end, own) if canaries),
        ]
    if "relay" in parts:
        for authority, directory in sorted(directories.items()):
            topics_of = written_topics(directory)
            if authority == HUB:
                needs += [Need(WRITE, topic, shown_by=(topic,)) for topic in topics_of]
            elif topics_of:
                needs.append(Need(WRITE, f"{part(authority)}.", "prefixed", shown_by=topics_of))
        forces = (known.owner for topic in police if (known := parse_topic(topic)))
        written = [*map(police_intelligence, forces), *([canary_start()] if canaries and own else [])]
        needs += [Need(WRITE, topic, shown_by=(topic,)) for topic in written]
    return needs


async def look(
    connection: dict[str, Any],
    directories: Mapping[str, Directory],
    group: str,
    parts: Iterable[str],
    canaries: bool = True,
) -> Rights:
    """Asks the cluster. Raises KafkaError where it does not answer."""
    parts, found = [*parts], list[Need]()

    def names(topics: frozenset[str]) -> Iterable[str]:
        found[:] = needs_of(directories, group, parts, topics, canaries)
        return (topic for need in found for topic in (*need.shown_by, *need.or_else))

    allowed = await operations_on(connection, group, names)
    return missing_of(found, allowed)


def missing_of(needs: Iterable[Need], allowed: Allowed) -> Rights:
    """What of it the cluster does not allow."""
    needs = list(needs)
    visible = (topic for topic in sorted(allowed.topics) if re.match(PATTERN, topic))
    written = (topic for need in needs if need.operation == WRITE for topic in need.shown_by)
    return Rights(
        missing=tuple(need for need in needs if not _is_met(need, allowed)),
        unreadable=tuple(topic for topic in visible if READ not in allowed.on[topic]),
        absent=tuple(sorted({topic for topic in written if topic in allowed.absent})),
        unassigned=allowed.unassigned,
        silent=allowed.silent,
    )


def _is_met(need: Need, allowed: Allowed) -> bool:
    if need.resource == "group":
        return need.operation in allowed.group

    def may(topics: tuple[str, ...]) -> bool:
        return all(need.operation in allowed.on.get(topic, ()) for topic in topics)

    return may(need.shown_by) or (bool(need.or_else) and may(need.or_else))


def written_topics(directory: Directory) -> tuple[str, ...]:
    """The topics of an authority that the hub writes to. One of them holds what is for the police while no force is
    known."""
    return tuple(sorted(service_topic(directory.authority, service) for service in directory.service_topics))
