"""A provider of access tokens on loopback (OAuth 2.0, client credentials), as far as an application asks one."""

import base64
import json
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

CLIENT, SECRET, TENANT, ISSUER = "hub", "a-secret-of-a-test", "a-tenant", "an-issuer"


@dataclass
class TokenServer:
    """`given`: the tokens that it gave, in order. `refuses`: with which error it refuses to. Whoever asks it as an
    issuer gets tokens that name the client, as Kafka reads them, and unsigned."""

    port: int = 0
    refuses: str = ""
    given: list[str] = field(default_factory=list)

    @property
    def authority(self) -> str:
        return f"https://localhost:{self.port}/{TENANT}"

    @property
    def issuer(self) -> str:
        return f"https://localhost:{self.port}/{ISSUER}"

    def answer(self, asked: dict[str, list[str]], as_issuer: bool = False) -> tuple[int, dict[str, Any]]:
        known = (asked.get("client_id"), asked.get("client_secret")) == ([CLIENT], [SECRET])
        if self.refuses or not known:
            return 401, {"error": self.refuses or "invalid_client", "error_description": "Homeward of Nottinghamshire"}
        self.given.append(unsigned(CLIENT) if as_issuer else f"token-{len(self.given) + 1}")
        return 200, {"token_type": "Bearer", "expires_in": 3600, "access_token": self.given[-1]}


def unsigned(subject: str) -> str:
    """A token that Kafka believes where it looks at no signature."""
    now = int(time.time())
    parts = ({"alg": "none"}, {"sub": subject, "iat": now, "exp": now + 3600})
    return "".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") + "." for part in parts)


@contextmanager
def token_server(tls: ssl.SSLContext) -> Iterator[TokenServer]:
    made = TokenServer()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:
            """It keeps no log."""

        def do_GET(self) -> None:
            of_issuer = self.path.startswith(f"/{ISSUER}/")
            where, issuer = (made.issuer, made.issuer) if of_issuer else (made.authority, f"{made.authority}/v2.0")
            ends = {"token_endpoint": f"{where}/token", "authorization_endpoint": f"{where}/authorize"}
            self.say(200, {**ends, "issuer": issuer})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self.say(*made.answer(parse_qs(body), self.path.startswith(f"/{ISSUER}/")))

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
