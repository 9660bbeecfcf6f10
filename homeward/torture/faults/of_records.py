"""Records that come too many at once, or that nobody should have published."""

from homeward.torture.faults.injected import InjectedFault, Undo, nothing_to_mend
from homeward.torture.feed import Feed
from homeward.torture.rig import Rig

_CHILDREN = 300
_ABOUT_ONE = 300


async def _poison(_rig: Rig, feed: Feed) -> Undo:
    await feed.poison()
    return nothing_to_mend


async def _flood(rig: Rig, feed: Feed) -> Undo:
    feed.publish(feed.stream.flood(rig.clock.now(), _CHILDREN))
    return nothing_to_mend


async def _insistence(rig: Rig, feed: Feed) -> Undo:
    feed.publish(feed.stream.insistence(rig.clock.now(), _ABOUT_ONE))
    return nothing_to_mend


OF_RECORDS = (
    InjectedFault("poison of every kind", _poison, (0, 1)),
    InjectedFault("flood of reports", _flood, (0, 1)),
    InjectedFault("flood about one child", _insistence, (0, 1)),
)
