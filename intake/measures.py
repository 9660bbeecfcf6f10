"""What intake has done, in numbers that only grow; `/metrics` tells them to Prometheus. No label names a child."""

from prometheus_client import Counter, Histogram

from intake.step import Step

BATCH_RECORDS = Histogram(
    "homeward_batch_records", "Records of a batch that was taken in.", buckets=(1, 3, 10, 30, 100, 300, 1000)
)
BATCH_SECONDS = Histogram("homeward_batch_seconds", "From the first look at a batch to its commit.")
_DECISIONS = Counter("homeward_decisions", "Messages that rules have decided on.", ("authority", "type"))
_SET_ASIDE = Counter("homeward_set_aside", "Records that were moved to quarantine.", ("reason",))


def count(step: Step) -> None:
    """Adds what was done in a transaction that has been committed."""
    for message in step.messages:
        _DECISIONS.labels(message.authority, message.type).inc()
    for each in step.rejected:
        _SET_ASIDE.labels(each.reason).inc()
