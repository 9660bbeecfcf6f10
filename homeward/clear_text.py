"""One rule for Kafka, the database and the mail server: nothing is said in clear text beyond this machine unless a
setting says so. Which way of speaking is clear is known to whoever declares the settings."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Literal

from store.encryption import is_here

Way = Literal["kafka", "database", "smtp"]


@dataclass(frozen=True, slots=True)
class Reach:
    """Where a way leads, and what to set so that it is encrypted. `setting` without the prefix."""

    way: Way
    hosts: Collection[str]
    setting: str
    mend: str


def refuse_clear_text(reached: Iterable[Reach], allowed: Collection[str], prefix: str) -> None:
    """`reached`: those that are clear as things are. Raises ValueError with a line for each that leaves this machine
    and is not allowed to."""
    faults = [
        f"{prefix}{reach.setting}: {away} would be spoken to in clear text. {reach.mend}. If the network between is "
        f"your own and closed, add {reach.way} to {prefix}CLEAR_TEXT"
        for reach in reached
        if reach.way not in allowed and (away := next((host for host in reach.hosts if not is_here(host)), None))
    ]
    if faults:
        raise ValueError("\n".join(faults))
