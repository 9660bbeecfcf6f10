"""What every test may use: the real Kafka and the real Postgres. Where they come from is in `tests/services`; how the
tests are divided between processes, where there are several, in `tests/parallel.py`."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from homeward.garbage import collect_seldom
from tests import hanging, parallel

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


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--part", choices=parallel.PARTS, help="Only what `make test` runs, or only `make test-long`.")


STDERR = pytest.StashKey[int]()  # of the process itself, past what pytest captures


def pytest_configure(config: pytest.Config) -> None:
    config.stash[STDERR] = os.dup(2)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    longest = float(item.config.getini("faulthandler_timeout"))
    with hanging.told_of(item.nodeid, longest - hanging.AHEAD, item.config.stash[STDERR]):
        return (yield)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    if collection_path.is_dir() or parallel.is_narrow(config.option.keyword, config.args):
        return None
    return parallel.is_left_out(collection_path.relative_to(config.rootpath).as_posix(), config.option.part) or None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark each test with the services it asks for, so that `-m "not kafka"` leaves those out."""
    for item in items:
        for service in {"kafka", "postgres"}.intersection(getattr(item, "fixturenames", ())):
            item.add_marker(service)
    if hasattr(config, "workerinput"):
        parallel.long_ones_first(items)


def pytest_collection_finish() -> None:
    """The tests are there until the end: garbage is looked for as seldom as in a hub that runs."""
    collect_seldom()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    if parallel.is_narrow(config.option.keyword, config.args):
        return 0
    return parallel.processes(os.cpu_count() or 1)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    return parallel.scheduler(config, log)
