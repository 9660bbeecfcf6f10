"""What a group has committed, as its coordinator answers: ours in place of the client's own way, which takes an answer
that names no partition for one that says that nothing was ever committed. So answers a coordinator that is loading, or
is none any more: a consumer would begin again with the first record, and whoever waits for the group would see all of
it as unread.

`install_coordinator` puts it in place, for every consumer of the process. One name inside aiokafka is replaced for it;
`tests/consumers/test_committed.py` fails when aiokafka makes other use of it.
"""

from typing import Any

from aiokafka.consumer import consumer  # type: ignore[import-untyped]
from aiokafka.consumer.group_coordinator import GroupCoordinator  # type: ignore[import-untyped]
from aiokafka.errors import (  # type: ignore[import-untyped]
    GroupCoordinatorNotAvailableError,
    NotCoordinatorForGroupError,
    for_code,
)
from aiokafka.protocol.commit import OffsetFetchRequest  # type: ignore[import-untyped]

_ELSEWHERE = (GroupCoordinatorNotAvailableError.errno, NotCoordinatorForGroupError.errno)


class Coordinator(GroupCoordinator):  # type: ignore[misc]
    """The client's, to which a fault of the whole answer is one."""

    async def _send_req(self, request: Any) -> Any:
        answer = await super()._send_req(request)
        # The oldest form of the answer has no fault of its own: each partition has one.
        fault = getattr(answer, "error_code", 0) if isinstance(request, OffsetFetchRequest) else 0
        if fault in _ELSEWHERE:
            self.coordinator_dead()
        if fault:
            raise for_code(fault)()
        return answer


def install_coordinator() -> None:
    """From now on every consumer of this process reads by this one."""
    consumer.GroupCoordinator = Coordinator
