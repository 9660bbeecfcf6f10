"""What every test may use: the real Kafka and the real Postgres. Where they come from is in `tests/services`."""

pytest_plugins = ["tests.services.kafka", "tests.services.postgres"]
