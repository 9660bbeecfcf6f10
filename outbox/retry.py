"""Retry as a value: how long to wait after which attempt, and when to stop trying by oneself."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

CAPS: Mapping[str, timedelta] = {"immediate": timedelta(minutes=1), "same_day": timedelta(minutes=5)}
"""The longest pause between two tries, by urgency."""


@dataclass(frozen=True, slots=True)
class Retry:
    """Waits that double from `first` to `longest`, each spread by up to `spread` of itself so that many failures do not
    come back at one instant. After `attempts` a row is parked: visible, with its reason, until somebody releases it.
    None never parks: for a channel that fails as a whole, if it fails, and recovers as a whole."""

    first: timedelta = timedelta(seconds=1)
    longest: timedelta = timedelta(minutes=15)
    attempts: int | None = 24
    spread: float = 0.2
    chance: Callable[[], float] = random.random

    def wait(self, attempt: int) -> timedelta | None:
        """How long to wait after that attempt (from 1) has failed; None: no more."""
        if self.attempts is not None and attempt >= self.attempts:
            return None
        return self._plain(attempt) * (1 + self.spread * self.chance())

    def of_urgency(self, urgency: str) -> "Retry":
        """The same patience in shorter pauses, where the urgency asks for that."""
        cap = CAPS.get(urgency, self.longest)
        if cap >= self.longest:
            return self
        shorter = replace(self, longest=cap)
        if self.attempts is None:
            return shorter
        patience = sum((self._plain(n) for n in range(1, self.attempts)), timedelta())
        attempts, waited = 1, timedelta()
        while waited < patience:
            waited += shorter._plain(attempts)
            attempts += 1
        return replace(shorter, attempts=attempts)

    def _plain(self, attempt: int) -> timedelta:
        plain: timedelta = min(self.first * 2 ** min(attempt - 1, 30), self.longest)
        return plain
