"""The topics of an installation one by one, as Kafka is to create them: for named authorities with their services, and
for named forces. What each kind of topic is for is in `schemas.channels`."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Literal

from schemas import topics
from schemas.channels import CHANNELS, OWN_CHANNELS, TopicChannel
from schemas.topics import TopicKind

DAY = timedelta(days=1)
_CHANNELS = {channel.kind: channel for channel in (*CHANNELS, *OWN_CHANNELS)}


@dataclass(frozen=True, slots=True)
class TopicShape:
    """How topics are created. `kept`: how long Kafka keeps a record, and on a compacted topic the mark that a key was
    deleted; longer than a hub may ever have to go back. The order of messages depends on none of these."""

    partitions: int = 6
    replicas: int = 3
    kept: timedelta = 30 * DAY


@dataclass(frozen=True, slots=True)
class ConcreteTopic:
    """One topic. `owner` is a force in upper case or an authority in lower case; `config` what differs from Kafka's own
    settings, as Kafka names it."""

    name: str
    kind: TopicKind
    owner: str
    shape: TopicShape

    @property
    def channel(self) -> TopicChannel:
        return _CHANNELS[self.kind]

    @property
    def direction(self) -> Literal["in", "out"]:
        return self.channel.direction

    @property
    def config(self) -> dict[str, str]:
        kept = str(round(self.shape.kept / timedelta(milliseconds=1)))
        how_long = "retention.ms" if self.channel.cleanup == "delete" else "delete.retention.ms"
        config = {"cleanup.policy": self.channel.cleanup, how_long: kept}
        # One replica may be away; a record that only one holds could be lost with it.
        return {**config, "min.insync.replicas": "2"} if self.shape.replicas > 2 else config


def concrete_topics(
    services: Mapping[str, Collection[str]], forces: Collection[str], shape: TopicShape
) -> list[ConcreteTopic]:
    """The topics of each force, then those of each authority (key -> the services that it has), then those of the hub's
    canaries, which are kept for a day; inbound ones first."""
    found = dict.fromkeys([*_of_forces(forces, shape), *_of_authorities(services, shape), *_own(services, shape)])
    return sorted(found, key=lambda topic: topic.direction)


def _of_forces(forces: Collection[str], shape: TopicShape) -> Iterator[ConcreteTopic]:
    for force in forces:
        owner = force.strip().upper()
        yield ConcreteTopic(topics.police_notifications(owner), TopicKind.POLICE, owner, shape)
        yield ConcreteTopic(topics.police_intelligence(owner), TopicKind.INTELLIGENCE, owner, shape)


def _of_authorities(services: Mapping[str, Collection[str]], shape: TopicShape) -> Iterator[ConcreteTopic]:
    for authority, named in services.items():
        if authority != "hub":  # nobody reports to the hub's own words
            yield ConcreteTopic(topics.casework_outcomes(authority), TopicKind.CASEWORK, authority, shape)
            yield ConcreteTopic(topics.register_children(authority), TopicKind.REGISTER, authority, shape)
        for service in sorted(named):
            yield ConcreteTopic(topics.service_topic(authority, service), TopicKind.SERVICE, authority, shape)


def _own(authorities: Collection[str], shape: TopicShape) -> Iterator[ConcreteTopic]:
    small = replace(shape, partitions=1, kept=min(shape.kept, DAY))
    own = [authority for authority in authorities if authority != "hub"]
    if own:
        yield ConcreteTopic(topics.canary_start(), TopicKind.CANARY_START, topics.HUB_FORCE, small)
    for authority in own:
        yield ConcreteTopic(topics.canary_end(authority), TopicKind.CANARY_END, authority, small)
