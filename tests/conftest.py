"""What every test may use: the real Kafka and the real Postgres."""

from tests.services.kafka import kafka
from tests.services.postgres import postgres, postgres_server

__all__ = ["kafka", "postgres", "postgres_server"]
