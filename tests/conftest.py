"""What every test may use: the real Kafka and the real Postgres. Where they come from is in `tests/services`."""

import pytest
from hypothesis import HealthCheck, settings

# No test is about speed: on a busy machine neither a slow example nor slow generation is a fault.
settings.register_profile("homeward", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("homeward")

pytest_plugins = ["tests.services.kafka", "tests.services.postgres"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test with the services it asks for, so that `-m "not kafka"` leaves those out."""
    for item in items:
        for service in {"kafka", "postgres"}.intersection(getattr(item, "fixturenames", ())):
            item.add_marker(service)
