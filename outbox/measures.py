"""What became of attempts to send, in numbers that only grow; `/metrics` tells them to Prometheus. No label names a
child, a person or an address."""

from collections import Counter
from collections.abc import Iterable

import prometheus_client

from schemas.delivery import Receipt, Verdict

_ATTEMPTS = prometheus_client.Counter(
    "homeward_attempts", "Attempts to send, by way out and what came of them.", ("channel", "outcome")
)


def count_attempts(channel: str, receipts: Iterable[Receipt]) -> None:
    """Adds what a sender answered, or what was answered in its place where a row has no address. What was not tried is
    no attempt."""
    tried = (receipt.verdict for receipt in receipts if receipt.verdict is not Verdict.BEHIND)
    for verdict, count in Counter(tried).items():
        _ATTEMPTS.labels(channel, verdict.value).inc(count)
