"""What `/live` and `/ready` answer while a hub starts, before it has a loop of its own: Kafka of a trial takes seconds
to come up, and the first time minutes. A thread answers, as all that goes on meanwhile blocks."""

import json
from contextlib import AbstractContextManager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

_LOOKS_EVERY = 0.02  # seconds until it notices that it is over
_STATE = {"ready": False, "checks": {}, "faults": {"hub": "starting"}}


class Starting(AbstractContextManager["Starting"]):
    """Answers from entering on until `over`, which gives the port back. Port 0: nothing is served. Raises OSError where
    the port is taken."""

    def __init__(self, host: str, port: int) -> None:
        self._server = ThreadingHTTPServer((host, port), _Answer) if port else None
        self._thread: Thread | None = None

    def __enter__(self) -> "Starting":
        if self._server:
            self._thread = Thread(target=self._server.serve_forever, args=(_LOOKS_EVERY,), daemon=True)
            self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.over()

    def over(self) -> None:
        """The hub answers for itself from now on."""
        if self._server and self._thread:
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()
        self._server = self._thread = None


class _Answer(BaseHTTPRequestHandler):
    timeout = 5.0  # seconds for a request

    def do_GET(self) -> None:
        told = {"/live": (200, {"live": True}), "/ready": (503, _STATE)}.get(self.path, (404, None))
        body = json.dumps(told[1]).encode()
        self.send_response(told[0])
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: who asks is of no interest."""
