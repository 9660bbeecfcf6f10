"""Retry as a value: how long to wait after which attempt, and when to stop trying by oneself."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta


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
        plain: timedelta = min(self.first * 2 ** min(attempt - 1, 30), self.longest)
        return plain * (1 + self.spread * self.chance())
