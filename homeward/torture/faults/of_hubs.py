"""Hubs and parts of them that die, hang, join and leave; and a clock that is set."""

import asyncio
import signal

from homeward.torture.faults.injected import Begin, InjectedFault, Undo
from homeward.torture.feed import Feed
from homeward.torture.hub_process import HubProcess
from homeward.torture.rig import Rig

_HOUR = 3600  # seconds
_NOTED_WITHIN = 5.0  # seconds within which a hub renews its leases
_WORKS_WITHIN = 60.0


def _ended(number: signal.Signals) -> Begin:
    async def begin(rig: Rig, _feed: Feed) -> Undo:
        hub = rig.hubs[0]
        hub.send(number)
        await hub.ended()
        return hub.start

    return begin


async def _frozen(rig: Rig, _feed: Feed) -> Undo:
    hub = rig.hubs[0]
    hub.send(signal.SIGSTOP)

    async def thaw() -> None:
        hub.send(signal.SIGCONT)

    return thaw


def _second(leaves_by: signal.Signals) -> Begin:
    """A second hub joins, works for a while, and goes."""

    async def begin(rig: Rig, _feed: Feed) -> Undo:
        second = _beside(rig)
        await second.start()

        async def leave() -> None:
            second.send(leaves_by)
            await second.ended()

        return leave

    return begin


def _part_frozen(part: str) -> Begin:
    """A part that runs in a process of its own has taken over from the hub, which is there again, and hangs. It is
    killed in the end."""

    async def begin(rig: Rig, _feed: Feed) -> Undo:
        hub, beside = rig.hubs[0], _beside(rig, part)
        await beside.start()
        hub.send(signal.SIGTERM)
        await hub.ended()
        await rig.until_ready(_WORKS_WITHIN, of=beside)
        await hub.start()
        await rig.until_ready(_WORKS_WITHIN)
        beside.send(signal.SIGSTOP)

        async def end() -> None:
            beside.send(signal.SIGKILL)
            await beside.ended()

        return end

    return begin


def _beside(rig: Rig, *only: str) -> HubProcess:
    """One more process with these parts; the same one each time."""
    known = (hub for hub in rig.hubs[1:] if hub.only == only)
    return next(known, None) or rig.another(*only)


def _clock(hours: int) -> Begin:
    async def begin(rig: Rig, _feed: Feed) -> Undo:
        rig.clock.shift(hours * _HOUR)

        async def set_right() -> None:
            rig.clock.shift(0)

        return set_right

    return begin


async def _killed_ahead(rig: Rig, _feed: Feed) -> Undo:
    """What a hub noted of its leases before it died lies in the future of the next."""
    hub = rig.hubs[0]
    rig.clock.shift(2 * _HOUR)
    await asyncio.sleep(_NOTED_WITHIN)
    hub.send(signal.SIGKILL)
    await hub.ended()
    rig.clock.shift(0)
    return hub.start


OF_HUBS = (
    InjectedFault("hub killed", _ended(signal.SIGKILL), (0, 2), stops=True),
    InjectedFault("hub stopped and started", _ended(signal.SIGTERM), (0, 2), stops=True),
    InjectedFault("hub frozen", _frozen, (8, 15), stops=True),
    InjectedFault("second hub joins, and is killed", _second(signal.SIGKILL), (10, 20), "Postgres"),
    InjectedFault("second hub joins, and leaves", _second(signal.SIGTERM), (10, 20), "Postgres"),
    *(
        InjectedFault(f"{part} of their own frozen", _part_frozen(part), (8, 15), "Postgres")
        for part in ("consumers", "relay", "timers")
    ),
    InjectedFault("clock two hours forward, and back", _clock(2)),
    InjectedFault("clock two hours back, and forward", _clock(-2)),
    InjectedFault("hub killed while its clock is ahead", _killed_ahead, (0, 2), stops=True),
)
