"""What every test may use: the real Kafka and the real Postgres. Where they come from is in `tests/services`; how the
tests are divided between processes, where there are several, in `tests/parallel.py`."""

import gc
import os
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests import parallel

# No test is about speed: on a busy machine neither a slow example nor slow generation is a fault.
settings.register_profile("homeward", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("homeward")

pytest_plugins = [
    "tests.services.kafka",
    "tests.services.secured",
    "tests.services.postgres",
    "tests.services.keycloak",
    "tests.services.chromium",
    "tests.services.pango",
]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark each test with the services it asks for, so that `-m "not kafka"` leaves those out."""
    for item in items:
        for service in {"kafka", "postgres"}.intersection(getattr(item, "fixturenames", ())):
            item.add_marker(service)
    if hasattr(config, "workerinput"):
        parallel.long_ones_first(items)


def pytest_collection_finish() -> None:
    """The tests are there until the end: nobody need look again and again whether they are garbage."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    if parallel.is_narrow(config.option.keyword, config.args):
        return 0
    return parallel.processes(os.cpu_count() or 1)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    return parallel.scheduler(config, log)
