"""Serving ASGI applications inside a hub or a desk: uvicorn, which leaves the signals to whoever runs it."""

import contextlib
import socket
from collections.abc import Iterator

import uvicorn


class AsgiServer(uvicorn.Server):
    """One that ends when `should_exit` is set, and by no signal."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def bound_socket(host: str, port: int) -> socket.socket:
    """A socket that listens, also by IPv6. Raises OSError where the port is taken."""
    family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
    return socket.create_server((host, port), family=family)
