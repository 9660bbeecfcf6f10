"""What every test may use: the real Kafka and the real Postgres. Where they come from is in `tests/services`."""

import pytest

pytest_plugins = ["tests.services.kafka", "tests.services.postgres"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test with the services it asks for, so that `-m "not kafka"` leaves those out."""
    for item in items:
        for service in {"kafka", "postgres"}.intersection(getattr(item, "fixturenames", ())):
            item.add_marker(service)
