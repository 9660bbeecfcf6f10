"""Who has to do with an installation's Kafka, and the least that each may do there. What the hub itself needs is that
which `homeward doctor` asks after (`homeward.rights.needs`)."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from homeward.rights.asking import READ, WRITE
from homeward.rights.needs import Need, needs_of, written_topics
from outbox.directory import Directory
from routing.library import HUB
from schemas.topics import casework_outcomes, part, police_intelligence, police_notifications, register_children

HUB_USER = "homeward"


@dataclass(frozen=True, slots=True)
class Party:
    """`name` says who it is, `principal` as whom Kafka knows it. A party that reads does so by consumer groups that
    begin with its principal and a dot."""

    name: str
    principal: str
    needs: tuple[Need, ...]


def parties(
    directories: Mapping[str, Directory],
    forces: Collection[str],
    group: str,
    hub: str | None = None,
    named: Mapping[str, str] | None = None,
) -> list[Party]:
    """Every party of these authorities and forces. Each is known to Kafka by its name, the parts of the hub as `hub`,
    unless `named` (party → principal) says otherwise."""
    hub, named = hub or HUB_USER, named or {}
    usual = {"hub.consumers": hub, "hub.relay": hub, "desk": f"{HUB_USER}-desk"}
    found = dict[str, tuple[Need, ...]]()
    police = [police_notifications(force) for force in forces]
    for hub_part in ("consumers", "relay"):
        found[f"hub.{hub_part}"] = tuple(needs_of(directories, group, [hub_part], police))
    own = [authority for authority in sorted(directories) if authority != HUB]
    found["desk"] = tuple(_on(WRITE, casework_outcomes(authority)) for authority in own)
    for force in forces:
        reads = _on(READ, police_intelligence(force))
        found[f"police.{part(force)}"] = (_on(WRITE, police_notifications(force)), reads)
    for authority in own:
        reads_of = (_on(READ, topic) for topic in written_topics(directories[authority]))
        found[f"casework.{part(authority)}"] = (_on(WRITE, casework_outcomes(authority)), *reads_of)
        found[f"register.{part(authority)}"] = (_on(WRITE, register_children(authority)),)
    if HUB in directories:
        found["operators"] = tuple(_on(READ, topic) for topic in written_topics(directories[HUB]))
    return [_party(name, named.get(name) or usual.get(name) or name, needs) for name, needs in found.items()]


def _party(name: str, principal: str, needs: tuple[Need, ...]) -> Party:
    by_group = any(need.operation == READ for need in needs) and not any(need.resource == "group" for need in needs)
    groups = (Need(READ, f"{principal}.", "prefixed", resource="group"),) if by_group else ()
    return Party(name, principal, (*needs, *groups))


def _on(operation: str, topic: str) -> Need:
    return Need(operation, topic, shown_by=(topic,))


def commands(party: Party, bootstrap: str) -> Iterator[str]:
    """What grants it all, with Kafka's own tools."""
    return (need.command(bootstrap, party.principal) for need in party.needs)


def as_dict(party: Party) -> dict[str, object]:
    """The same for other tools, in the words of Kafka."""
    return {
        "party": party.name,
        "principal": f"User:{party.principal}",
        "allow": [
            {
                "operation": need.operation,
                "resource": need.resource,
                "name": need.name,
                "pattern": need.grade,
            }
            for need in party.needs
        ],
    }
