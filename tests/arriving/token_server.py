"""A provider of access tokens on loopback (OAuth 2.0, client credentials), as far as an application asks one."""

import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

CLIENT, SECRET, TENANT = "hub", "a-secret-of-a-test", "a-tenant"


@dataclass
class TokenServer:
    """`given`: the tokens that it gave, in order. `refuses`: with which error it refuses to."""

    port: int = 0
    refuses: str = ""
    given: list[str] = field(default_factory=list)

    @property
    def authority(self) -> str:
        return f"https://localhost:{self.port}/{TENANT}"

    def answer(self, asked: dict[str, list[str]]) -> tuple[int, dict[str, Any]]:
        known = (asked.get("client_id"), asked.get("client_secret")) == ([CLIENT], [SECRET])
        if self.refuses or not known:
            return 401, {"error": self.refuses or "invalid_client", "error_description": "Homeward of Nottinghamshire"}
        self.given.append(f"token-{len(self.given) + 1}")
        return 200, {"token_type": "Bearer", "expires_in": 3600, "access_token": self.given[-1]}


@contextmanager
def token_server(tls: ssl.SSLContext) -> Iterator[TokenServer]:
    made = TokenServer()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:
            """It keeps no log."""

        def do_GET(self) -> None:
            paths = {"token_endpoint": "token", "authorization_endpoint": "authorize", "issuer": "v2.0"}
            self.say(200, {name: f"{made.authority}/{path}" for name, path in paths.items()})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self.say(*made.answer(parse_qs(body)))

        def say(self, status: int, body: dict[str, Any]) -> None:
            told = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(told)))
            self.end_headers()
            self.wfile.write(told)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.socket = tls.wrap_socket(server.socket, server_side=True)
    made.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield made
    server.shutdown()
    server.server_close()
