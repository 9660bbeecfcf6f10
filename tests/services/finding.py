"""What both services share: whether Docker is there to ask, and the failure that names every way to a service."""

import pytest


def docker_answers() -> bool:
    """Whether a Docker engine runs here that can be asked for containers."""
    import docker
    from docker.errors import DockerException

    try:
        client = docker.DockerClient(timeout=5, version="auto")
    except DockerException:
        return False
    client.close()
    return True


def fail(service: str, variable: str, faults: list[str]) -> None:
    """Fail whatever needs `service`: a missing one is never a skip. `faults` are what was tried, in order."""
    tried = "\n".join(f"  - {fault}" for fault in faults)
    pytest.fail(
        f"The tests need a real {service} and none could be had:\n{tried}\n"
        f"Any one of these mends it: set {variable} to the address of a running one; start Docker; "
        "or install the test requirements (make test does), which bring an embedded one.",
        pytrace=False,
    )
