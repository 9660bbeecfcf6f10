"""The endpoints, served by a thread from the first second of a process to its last. `/live`: the process does not hang.
`/startup`: it has started. `/ready`: it does its work, and if not, what is wrong. `/metrics`: the same in numbers."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from homeward.asgi import AsgiServer, bound_socket
from homeward.health.board import Board
from homeward.health.gauges import Gauges


@contextmanager
def serving(board: Board, host: str, port: int) -> Iterator[None]:
    """Serves what stands on the board until the block ends. Port 0: nothing is served. Raises OSError where the port is
    taken."""
    if not port:
        yield
        return
    with bound_socket(host, port) as at:
        server = AsgiServer(uvicorn.Config(health_application(board), log_config=None, access_log=False, ws="none"))
        thread = Thread(target=server.run, args=([at],), name="health", daemon=True)
        thread.start()
        try:
            yield
        finally:
            server.should_exit = True
            thread.join()


def health_application(board: Board) -> Starlette:
    """The endpoints of one process."""
    own = CollectorRegistry()
    own.register(Gauges(board))

    async def metrics(_: Request) -> Response:
        return Response(generate_latest(REGISTRY) + generate_latest(own), media_type=CONTENT_TYPE_LATEST)

    return Starlette(routes=[*probes(board), Route("/metrics", metrics)])


def probes(board: Board) -> list[Route]:
    """The endpoints that whoever runs a process asks."""

    async def live(_: Request) -> Response:
        return JSONResponse({"live": board.is_live()}, 200 if board.is_live() else 503)

    async def startup(_: Request) -> Response:
        return JSONResponse({"started": board.has_started}, 200 if board.has_started else 503)

    async def ready(_: Request) -> Response:
        state = board.state()
        return JSONResponse(state, 200 if state["ready"] else 503)

    return [Route(path, answer) for path, answer in {"/live": live, "/startup": startup, "/ready": ready}.items()]
