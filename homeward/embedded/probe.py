"""Small questions to the network: is this port free, and how many brokers does the one behind it know? No client
library, so that a broker can be awaited outside any event loop."""

import random
import socket
import struct
from collections.abc import Collection
from typing import IO

_LOOPBACK = "127.0.0.1"


def is_free(port: int) -> bool:
    """Whether a server could listen on `port` of loopback now."""
    with socket.socket() as probe:
        # As servers do: a port whose last connections are still winding down counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_LOOPBACK, port))
        except OSError:
            return False
    return True


def free_port(taken: Collection[int]) -> int:
    """A free port outside `taken`, below the range from which systems draw ports for outgoing connections, so that it
    is likely to stay free until it is used and from one start to the next."""
    while True:
        port = random.randrange(20_000, 32_000)  # noqa: S311 - not a secret
        if port not in taken and is_free(port):
            return port


def known_brokers(port: int, cluster: str | None = None, timeout: float = 2.0) -> int | None:
    """How many brokers the Kafka on `port` of loopback counts as alive; None if none answers within `timeout` seconds,
    or one of another cluster than `cluster`, which has taken the port. Asks for the metadata of no topic (request 3,
    version 2 of the protocol)."""
    request = struct.pack(">hhih7si", 3, 2, 1, 7, b"hw-wait", 0)
    try:
        with socket.create_connection((_LOOPBACK, port), timeout) as connection:
            connection.settimeout(timeout)
            connection.sendall(struct.pack(">i", len(request)) + request)
            with connection.makefile("rb") as answer:
                _correlation, brokers = struct.unpack(">ii", answer.read(12)[4:])
                for _ in range(brokers):
                    answer.read(4)  # its id
                    _text(answer)  # its host
                    answer.read(4)  # its port
                    _text(answer)  # its rack
                found = _text(answer)
    except (OSError, struct.error):
        return None
    return int(brokers) if cluster in (None, found) else None


def _text(answer: IO[bytes]) -> str:
    """A text as the protocol writes it: its length, and its bytes; none where the length is negative."""
    (length,) = struct.unpack(">h", answer.read(2))
    return answer.read(max(length, 0)).decode()
