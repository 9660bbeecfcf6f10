"""What a check found: one line for people, a severity, and the fix."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

Severity = Literal["ok", "warning", "fault"]


@dataclass(frozen=True, slots=True)
class Finding:
    """`fault`: the hub cannot do its work as it is; `warning`: it can, and somebody should know. `fix` is what to do,
    word for word where that is a command. Nothing in it is secret or about a child."""

    check: str
    severity: Severity
    says: str
    fix: str = ""

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


Examination = Callable[[], Awaitable[Sequence[Finding]]]
"""One look at one thing. It is given a time of its own, and may raise."""
