"""Whether a way out is there. A server or a topic that is away is nobody's fault but its own: its rows stay where they
are, one of them tries in growing pauses, and all are due at once when that one gets through.

One object for each channel of a relay: a circuit for the channel's server as a whole, and one for each address (topic)
that is away while the rest is there. Held in memory: a relay that starts finds out by its first row.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from schemas.delivery import Receipt, Verdict

log = logging.getLogger(__name__)

FIRST, LONGEST = timedelta(seconds=1), timedelta(seconds=5)
_DOUBTFUL = timedelta(minutes=1)  # a probe that ends in doubt may have reached a person
_BROKEN = 3  # addresses in a row at which the server broke off: then the server is the trouble
_REMIND = timedelta(minutes=1)  # until the log says again that it is still so; twice as long each time


@dataclass(slots=True)
class Circuit:
    """One that is open: since when, when the next probe may go, how long to pause after that one."""

    since: datetime
    probe_at: datetime
    pause: timedelta
    said_at: datetime


@dataclass(slots=True)
class Circuits:
    """The circuits of one channel. `now` is the clock; `first` and `longest` bound the pauses between probes."""

    channel: str
    now: Callable[[], datetime]
    first: timedelta = FIRST
    longest: timedelta = LONGEST
    _whole: Circuit | None = None
    _parts: dict[str, Circuit] = field(default_factory=dict)
    _broken: set[str] = field(default_factory=set)

    def allowed(self, most: int) -> int:
        """How many rows may be claimed now: `most` while the channel is there, one where a probe is due, else none."""
        if self._whole is None:
            return most
        return 1 if self._whole.probe_at <= self.now() else 0

    @property
    def since(self) -> datetime | None:
        """Since when the channel as a whole has been away; None: it is there."""
        return self._whole.since if self._whole else None

    @property
    def away(self) -> frozenset[str]:
        """The addresses that are away: their rows are left to the probes."""
        return frozenset(self._parts)

    def probes(self) -> list[str]:
        """The addresses that may be tried by one row now. While the channel as a whole is away: none."""
        now = self.now()
        due = [address for address, circuit in self._parts.items() if circuit.probe_at <= now]
        return due if self._whole is None else []

    def next_probe(self) -> datetime | None:
        """When the next probe may go."""
        if self._whole is not None:
            return self._whole.probe_at
        return min((circuit.probe_at for circuit in self._parts.values()), default=None)

    def heard(self, address: str, receipt: Receipt) -> None:
        """What became of one row. It tells whether the server was there, whatever it said about the row."""
        match receipt.verdict:
            case Verdict.AWAY if receipt.address_only:
                self._reached()
                self._parts[address] = self._opened(self._parts.get(address), address, receipt.detail, self.longest)
            case Verdict.AWAY:
                self._whole = self._opened(self._whole, None, receipt.detail, self.longest)
            case Verdict.BROKE_OFF | Verdict.IN_DOUBT:
                self._broken.add(address)
                if len(self._broken) >= _BROKEN or self._whole is not None:
                    longest = self.longest if receipt.verdict is Verdict.BROKE_OFF else _DOUBTFUL
                    self._whole = self._opened(self._whole, None, receipt.detail, longest)
            case Verdict.BEHIND:
                pass  # it was not tried
            case _:
                self._reached()
                if circuit := self._parts.pop(address, None):
                    self._say_back(circuit, address)

    def nothing_waits(self, address: str) -> None:
        """No row is left that could try: whoever comes next finds out."""
        self._parts.pop(address, None)

    def _reached(self) -> None:
        self._broken.clear()
        circuit, self._whole = self._whole, None
        if circuit is not None:
            self._say_back(circuit, None)

    def _opened(self, circuit: Circuit | None, address: str | None, cause: str, longest: timedelta) -> Circuit:
        now = self.now()
        if circuit is None:
            circuit = Circuit(now, now, min(self.first, longest), now)
            log.warning("Deliveries began to fail: on hold, retrying", extra=self._named(address) | {"cause": cause})
        elif circuit.probe_at > now:
            return circuit  # another row of the same batch
        elif now - circuit.since >= max(_REMIND, 2 * (circuit.said_at - circuit.since)):
            circuit.said_at = now
            seconds = round((now - circuit.since).total_seconds())
            more = {"cause": cause, "seconds": seconds}
            log.warning("Deliveries are still failing, retrying", extra=self._named(address) | more)
        circuit.probe_at = now + circuit.pause
        circuit.pause = min(circuit.pause * 2, longest)
        return circuit

    def _say_back(self, circuit: Circuit, address: str | None) -> None:
        seconds = round((self.now() - circuit.since).total_seconds())
        log.warning("Deliveries are getting through again", extra=self._named(address) | {"seconds": seconds})

    def _named(self, address: str | None) -> dict[str, str]:
        # An address is a topic here: a server that is away is away for all mailboxes.
        return {"channel": self.channel} | ({"topic": address} if address else {})
