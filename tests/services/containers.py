"""A service in a container by testcontainers, with the image that docker-compose.yml pins."""

import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from tests.services.finding import ServiceError

if TYPE_CHECKING:
    from testcontainers.core.container import DockerContainer

COMPOSE = Path(__file__).parents[2] / "docker-compose.yml"


@contextmanager
def container(service: str, port: int, prepare: Callable[["DockerContainer"], None]) -> Iterator[str]:
    """Runs the image of `service` until left, as `prepare` sets it up (environment, ports, what to wait for); yields
    `host:port` at which the `port` inside is reached from here."""
    from docker.errors import DockerException  # type: ignore[import-untyped]
    from testcontainers.core.container import DockerContainer

    image = yaml.safe_load(COMPOSE.read_text("utf-8"))["services"][service]["image"]
    with ExitStack() as stack:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what a client of Docker deprecates is no fault of the tests
            try:
                made = DockerContainer(image)
                prepare(made)
                stack.enter_context(made)
                address = f"{made.get_container_host_ip()}:{made.get_exposed_port(port)}"
            except (DockerException, OSError, RuntimeError) as error:
                raise ServiceError(f"{image} does not run: {error}") from error
        yield address
