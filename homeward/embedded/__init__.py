"""A real Apache Kafka without Docker, installed Java or root, for the demo, for `homeward run --embedded` and for the
tests. It is the broker only: nothing here knows what is sent through it."""

from homeward.embedded.errors import EmbeddedError
from homeward.embedded.kafka import EmbeddedKafka

__all__ = ["EmbeddedError", "EmbeddedKafka"]
