"""What a Kafka that is only beginning says of a consumer group is no refusal."""

from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.errors import (  # type: ignore[import-untyped]
    CoordinatorLoadInProgressError,
    CoordinatorNotAvailableError,
    GroupAuthorizationFailedError,
    NotCoordinatorError,
)

from homeward.rights import asking

NOTHING_TOLD = -(1 << 31)  # what Kafka puts for rights where it answers with a fault


def kafka(fault: int, bits: int = NOTHING_TOLD) -> type:
    """A client of a Kafka without topics that answers so when it is asked for a group."""

    class Client:
        def __init__(self, **connection: Any) -> None:
            self.cluster = SimpleNamespace(brokers=lambda: [SimpleNamespace(nodeId=1)])

        async def bootstrap(self) -> None:
            pass

        async def close(self) -> None:
            pass

        async def ready(self, node: int) -> bool:
            return True

        async def coordinator_lookup(self, kind: int, group: str) -> int:
            return 1

        async def send(self, node: int, request: object) -> object:
            if isinstance(request, asking._Groups):
                return SimpleNamespace(groups=[(fault, "g", "Stable", "consumer", "", [], bits)])
            return SimpleNamespace(topics=[])

    return Client


def none(topics: Iterable[str]) -> list[str]:
    return []


@pytest.mark.parametrize(
    "fault",
    [CoordinatorLoadInProgressError, CoordinatorNotAvailableError, NotCoordinatorError],
    ids=lambda e: e.__name__,
)
async def test_a_coordinator_that_begins_or_moves_takes_no_right(
    fault: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "AIOKafkaClient", kafka(fault.errno))  # type: ignore[attr-defined]
    allowed = await asking.operations_on({}, "g", none)
    assert allowed.group == {asking.READ}
    assert allowed.unassigned is None, "nobody knows who reads what"


@pytest.mark.parametrize(
    ("fault", "bits"), [(GroupAuthorizationFailedError.errno, NOTHING_TOLD), (0, 1 << 8)], ids=["refused", "may look"]
)
async def test_a_refusal_is_one(fault: int, bits: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "AIOKafkaClient", kafka(fault, bits))
    assert (await asking.operations_on({}, "g", none)).group == frozenset()
