"""How a consumer belongs to its group: under which name, for how long it may be silent, and how the members share out
the partitions.

aiokafka knows no cooperative rebalance (its issue 1126): while members share out anew, all of them stop reading. So
what can be had is that this happens seldom and moves little. A member with a name of its own that starts again within
its session is given what it had, and no one else stops. Where partitions are shared out, each member keeps what it had
as far as that is fair (the sticky assignor)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from aiokafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor  # type: ignore[import-untyped]
from aiokafka.coordinator.assignors.sticky.sticky_assignor import (  # type: ignore[import-untyped]
    StickyPartitionAssignor,
)

_BEATS = 3  # heartbeats in a session, of which two may be lost
_BEAT_AT_MOST = 3.0  # seconds


@dataclass(frozen=True, slots=True)
class GroupMember:
    """`name` is known to no other process; without one, a member is a new one at each start. `session`: seconds of
    silence after which the group goes on without it."""

    group: str
    name: str | None = None
    session: float = 10.0

    def settings(self) -> dict[str, Any]:
        """What a subscription is to be made with. Members of versions that know round robin only can be of the group:
        all share out by that while one of them is."""
        return {
            "group_id": self.group,
            "group_instance_id": self.name,
            "session_timeout_ms": round(self.session * 1000),
            "heartbeat_interval_ms": round(min(self.session / _BEATS, _BEAT_AT_MOST) * 1000),
            "partition_assignment_strategy": (_own_sticky(), RoundRobinPartitionAssignor),
        }


def _own_sticky() -> type[StickyPartitionAssignor]:
    """The assignor of one consumer. aiokafka keeps what a consumer had in the class, which all of a process would
    share."""
    return type("StickyAssignor", (_Sticky,), {})


class _Sticky(StickyPartitionAssignor):  # type: ignore[misc]
    @classmethod
    def metadata(cls, topics: Iterable[str]) -> Any:
        # In one order: a member that asks for the same topics in another one would seem to have changed its mind.
        return super().metadata(sorted(topics))
