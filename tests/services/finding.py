"""What both services have in common: the order in which they are looked for, and the word when there is none."""

from collections.abc import Iterator
from contextlib import contextmanager


def docker_answers() -> bool:
    """Whether a Docker engine is running that can be asked for containers."""
    import docker
    from docker.errors import DockerException

    try:
        client = docker.from_env(timeout=5)
    except DockerException:
        return False
    try:
        return bool(client.ping())
    except DockerException:
        return False
    finally:
        client.close()


@contextmanager
def first_of[T](name: str) -> Iterator[T]: ...
