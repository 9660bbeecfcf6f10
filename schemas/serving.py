"""Serves the contract on loopback: the page for people, the AsyncAPI document, the JSON Schemas. Everything is rendered
once, before the first request; nothing is read from disk by name, so no path can lead elsewhere."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from schemas.asyncapi import document
from schemas.export import text_of
from schemas.jsonschema import SCHEMA_VERSION, all_schemas
from schemas.page import page
from schemas.yaml import dump

LOOPBACK = "127.0.0.1"
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"


def files() -> dict[str, tuple[str, bytes]]:
    """Path -> media type and content of all that is served."""
    described = document()
    served = {
        "/": ("text/html; charset=utf-8", page(served=True)),
        "/asyncapi.json": ("application/json", json.dumps(described, indent=2, ensure_ascii=False) + "\n"),
        "/asyncapi.yaml": ("application/yaml", dump(described)),
    }
    for name, schema in all_schemas().items():
        served[f"/schemas/{SCHEMA_VERSION}/{name}.json"] = ("application/schema+json", text_of(schema))
    return {path: (media, text.encode()) for path, (media, text) in served.items()}


def server(port: int) -> ThreadingHTTPServer:
    """A server on loopback, listening but not yet serving; port 0 takes a free one. Raises OSError where the port is
    taken. The caller runs `serve_forever` and closes it."""
    content = files()

    class Handler(BaseHTTPRequestHandler):
        """Answers GET and HEAD from `content`."""

        def do_GET(self) -> None:
            self._answer(with_body=True)

        def do_HEAD(self) -> None:
            self._answer(with_body=False)

        def _answer(self, with_body: bool) -> None:
            found = content.get(self.path.partition("?")[0])
            media, body = found or ("text/plain; charset=utf-8", b"not found; the contract is at /\n")
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", media)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Content-Security-Policy", _POLICY)
            self.send_header("X-Content-Type-Options", "nosniff")
            self.end_headers()
            if with_body:
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing: whoever reads the page does not want lines on the terminal."""

    return ThreadingHTTPServer((LOOPBACK, port), Handler)
