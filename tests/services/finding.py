"""How a real service is found: an address in the environment, else Docker, else an embedded one, else a failure that
names the mend. Which service, and how each way goes, is not known here."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager

import pytest


class ServiceError(Exception):
    """One way to a service leads nowhere; the message says why."""


Way = Callable[[], AbstractContextManager[str]]


@contextmanager
def found(service: str, variable: str, given: Callable[[str], None], in_docker: Way, embedded: Way) -> Iterator[str]:
    """The address of `service`: that in `variable`, once `given` has not refused it; else by the first way that leads
    to one. There is no skip: without a service whatever needs it fails."""
    with ExitStack() as stack:
        yield _address(stack, service, variable, given, in_docker, embedded)


def _address(
    stack: ExitStack, service: str, variable: str, given: Callable[[str], None], in_docker: Way, embedded: Way
) -> str:
    if address := os.environ.get(variable):
        try:
            given(address)
        except ServiceError as error:
            _fail(f"The {service} that {variable} names cannot be used: {error}", variable)
        return address
    faults = []
    for name, way in (("Docker", in_docker), ("embedded", embedded)):
        try:
            if name == "Docker" and not docker_answers():
                raise ServiceError("no engine answers")
            return stack.enter_context(way())
        except ServiceError as error:
            faults.append(f"  {name}: {error}")
    _fail("\n".join([f"The tests need a real {service} and none could be had.", *faults]), variable)
    raise AssertionError("a failure ends the test")


def _fail(what: str, variable: str) -> None:
    pytest.fail(
        f"{what}\nMend: set {variable} to the address of a running one, or start Docker, or run the tests by "
        "`make test`, which brings an embedded one.",
        pytrace=False,
    )


def docker_answers() -> bool:
    """Whether a Docker engine runs that can be asked for containers. Asked from a process of its own: where none runs,
    the client leaves sockets open behind it."""
    asked = "import docker; docker.from_env(timeout=5).ping()"
    return subprocess.run([sys.executable, "-c", asked], capture_output=True, check=False).returncode == 0
