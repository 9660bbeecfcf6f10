"""A real Apache Kafka without Docker, installed Java or root, for the demo, for `homeward run --embedded` and for the
tests. It is the broker only: nothing here knows what is sent through it."""

from homeward.embedded.errors import EmbeddedError
from homeward.embedded.kafka import EmbeddedKafka
from homeward.embedded.running import running_broker

__all__ = ["EmbeddedError", "EmbeddedKafka", "running_broker"]
