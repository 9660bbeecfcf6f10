"""Nodes of Kafka that die, hang, hand over or run out of disk; and topics that are missing, made anew, divided, or
refuse."""

import asyncio
import os
import signal

from consumers.backlog import Backlog
from homeward.torture.acls import READ, WRITE
from homeward.torture.faults.injected import Begin, InjectedFault, Needs, Undo, nothing_to_mend
from homeward.torture.feed import Feed
from homeward.torture.listening import joined, overheard
from homeward.torture.rig import GROUP, Rig
from homeward.torture.stream import AUTHORITIES, MADE_UP_FORCE
from schemas.topics import police_notifications, register_children, service_topic

_TOLD = service_topic(AUTHORITIES[0], "social-care")
_POLICE, _REGISTER = police_notifications(MADE_UP_FORCE), register_children(AUTHORITIES[0])
_READ_WITHIN = 60.0
_SMALL = 200  # bytes; no message is that small


# ---- nodes


def _nodes(count: int, number: signal.Signals) -> Begin:
    async def begin(rig: Rig, _feed: Feed) -> Undo:
        assert rig.kafka is not None
        kafka, chosen = rig.kafka, range(count)
        for n in chosen:
            os.kill(kafka.servers[n].process or 0, number)

        async def mend() -> None:
            for n in chosen:
                if number is signal.SIGSTOP:
                    os.kill(kafka.servers[n].process or 0, signal.SIGCONT)
                else:
                    await asyncio.to_thread(kafka.restart, n)

        return mend

    return begin


async def _leader_moved(rig: Rig, _feed: Feed) -> Undo:
    """A node stops as it should: it hands over what it leads first."""
    assert rig.kafka is not None
    kafka = rig.kafka
    kafka.servers[1].release()
    await asyncio.to_thread(kafka.servers[1].join)
    return lambda: asyncio.to_thread(kafka.restart, 1)


async def _disk_full(rig: Rig, _feed: Feed) -> Undo:
    assert rig.kafka is not None
    assert rig.disk_of_kafka is not None
    kafka, disk = rig.kafka, rig.disk_of_kafka
    await asyncio.to_thread(disk.fill)

    async def mend() -> None:
        disk.clear()
        kafka.servers[2].release()
        await asyncio.to_thread(kafka.servers[2].join)
        await asyncio.to_thread(kafka.restart, 2)

    return mend


# ---- topics


async def _missing(rig: Rig, _feed: Feed) -> Undo:
    """A topic of the hub's is deleted, between two of its messages; what stood in it is noted."""
    partitions = await rig.administrator.partitions(_TOLD)
    async with rig.frozen_hubs():
        rig.kept = joined(rig.kept, await overheard(rig.bootstrap, [_TOLD]))
        await rig.administrator.delete(_TOLD)
    return lambda: rig.administrator.make({_TOLD: partitions})


async def _made_anew(rig: Rig, feed: Feed) -> Undo:
    mend = await _missing(rig, feed)
    await mend()
    return nothing_to_mend


def _inbound_made_anew(topic: str) -> Begin:
    """A topic that is read is deleted once it has been read, and begins again with its first record."""

    async def begin(rig: Rig, feed: Feed) -> Undo:
        partitions = await rig.administrator.partitions(topic)
        async with feed.held():
            await Backlog({"bootstrap_servers": rig.bootstrap}, GROUP, _READ_WITHIN).read_through()
            await rig.administrator.delete(topic)
            await rig.administrator.make({topic: partitions})
        return nothing_to_mend

    return begin


async def _divided(rig: Rig, _feed: Feed) -> Undo:
    for topic in (_POLICE, _TOLD):
        await rig.administrator.divide(topic)
    return nothing_to_mend


async def _refuses_size(rig: Rig, _feed: Feed) -> Undo:
    await rig.administrator.limit_size(_TOLD, _SMALL)
    return lambda: rig.administrator.limit_size(_TOLD, None)


def _forbidden(topic: str, what: int) -> Begin:
    async def begin(rig: Rig, _feed: Feed) -> Undo:
        await rig.administrator.forbid(topic, what)
        return lambda: rig.administrator.allow(topic)

    return begin


async def _group_reset(rig: Rig, _feed: Feed) -> Undo:
    async with rig.without_hubs():
        await rig.administrator.set_back(GROUP, await rig.administrator.inbound())
    return nothing_to_mend


_KIT: Needs = "a Kafka of the kit"
OF_KAFKA = (
    InjectedFault("one node of Kafka killed", _nodes(1, signal.SIGKILL), needs=_KIT),
    InjectedFault("one node of Kafka frozen", _nodes(1, signal.SIGSTOP), needs=_KIT),
    InjectedFault("two nodes of Kafka killed", _nodes(2, signal.SIGKILL), needs=_KIT, stops=True),
    InjectedFault("all of Kafka frozen", _nodes(3, signal.SIGSTOP), (8, 15), _KIT, stops=True),
    InjectedFault("leaders of Kafka moved", _leader_moved, needs=_KIT),
    InjectedFault("disk of a node of Kafka full", _disk_full, needs="a small disk for Kafka (as root)"),
    InjectedFault("a topic of the hub is missing", _missing),
    InjectedFault("a topic of the hub is made anew", _made_anew, (0, 1)),
    InjectedFault("the topic of the police is made anew", _inbound_made_anew(_POLICE), (0, 1)),
    InjectedFault("the topic of a register is made anew", _inbound_made_anew(_REGISTER), (0, 1)),
    InjectedFault("topics have one partition more", _divided, (0, 1)),
    InjectedFault("a topic takes small messages only", _refuses_size),
    InjectedFault("the hub may not write to a topic", _forbidden(_TOLD, WRITE), needs=_KIT),
    InjectedFault("the hub may not read a topic", _forbidden(_POLICE, READ), (10, 15), _KIT, stops=True),
    InjectedFault("the group reads all from the start", _group_reset, (0, 1)),
)
