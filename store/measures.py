"""How long the database lets its users wait; `/metrics` tells it to Prometheus."""

from prometheus_client import Histogram

WAITING = Histogram("homeward_database_wait_seconds", "From the wish for a transaction to its begin.")
TRANSACTION = Histogram("homeward_database_transaction_seconds", "From the begin of a transaction to its commit.")
