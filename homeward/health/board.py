"""What the hub last said of itself. The hub writes it; the endpoints read it from a thread of their own, so that they
answer at once, whatever the hub waits for."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

_SILENT = 20.0  # seconds after which what was said says nothing of now
_DEAD = 120.0  # seconds without a beat after which the process should be started anew
_STARTING: Mapping[str, Any] = {"ready": False, "checks": {}, "faults": {"hub": "starting"}, "since": {}}
_STOPPING: Mapping[str, Any] = {"ready": False, "checks": {}, "faults": {"hub": "stopping"}, "since": {}}


@dataclass(slots=True)
class Board:
    """`monotonic` is a clock in seconds."""

    monotonic: Callable[[], float] = time.monotonic
    has_started: bool = False
    _state: Mapping[str, Any] = field(default_factory=lambda: _STARTING)
    _shown: float | None = None

    def show(self, state: Mapping[str, Any]) -> None:
        """The hub has looked, and this is how it stands."""
        self._state, self._shown = state, self.monotonic()

    def close(self) -> None:
        """The hub ends: from now on it says only that."""
        self._state, self._shown = _STOPPING, None

    def state(self) -> Mapping[str, Any]:
        """How the hub stands; not ready where it has not looked for a while."""
        silent = self._silence()
        if silent < _SILENT:
            return self._state
        fault = f"it has not looked after itself for {silent:.0f} s"
        faults, checks = {**self._state["faults"], "hub": fault}, {**self._state["checks"], "hub": False}
        return {**self._state, "ready": False, "faults": faults, "checks": checks}

    def is_live(self) -> bool:
        """False where the process hangs and only a new start helps."""
        return self._silence() < _DEAD

    def _silence(self) -> float:
        return self.monotonic() - self._shown if self._shown is not None else 0.0
