"""What a fault is to the kit: begun, it lasts, and is ended."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

from homeward.torture.feed import Feed
from homeward.torture.rig import Rig

Undo = Callable[[], Awaitable[None]]
Begin = Callable[[Rig, Feed], Awaitable[Undo]]
Needs = Literal[
    "a Kafka of the kit", "a Postgres of the kit", "Postgres", "SQLite", "a small disk for Kafka (as root)",
    "a small disk for SQLite (as root)",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class InjectedFault:
    """`begin` breaks something and returns what mends it. `lasts`: seconds, from and to. `stops`: no hub can do its
    work meanwhile, and readiness must say so."""

    name: str
    begin: Begin
    lasts: tuple[float, float] = (5, 12)
    needs: Needs | None = None
    stops: bool = False

    def can_be_had(self, rig: Rig) -> bool:
        """Whether this rig has what is to be broken."""
        return self.needs is None or {
            "a Kafka of the kit": rig.kafka is not None, "a Postgres of the kit": rig.postgres is not None,
            "Postgres": rig.on_postgres, "SQLite": not rig.on_postgres,
            "a small disk for Kafka (as root)": rig.disk_of_kafka is not None,
            "a small disk for SQLite (as root)": rig.disk_of_database is not None,
        }[self.needs]  # fmt: skip


async def nothing_to_mend() -> None:
    """The fault is over as soon as it has begun."""
