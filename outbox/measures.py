"""What became of attempts to send, in numbers that only grow; `/metrics` tells them to Prometheus. No label names a
child, a person or an address."""

from collections.abc import Iterable

from prometheus_client import Counter

from schemas.delivery import Receipt

_ATTEMPTS = Counter("homeward_attempts", "Attempts to send, by way out and what came of them.", ("channel", "outcome"))


def count_attempts(channel: str, receipts: Iterable[Receipt]) -> None:
    """Adds what a sender answered, or what was answered in its place where a row has no address."""
    for receipt in receipts:
        _ATTEMPTS.labels(channel, receipt.verdict.value).inc()
