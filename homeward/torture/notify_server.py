"""An imitation of GOV.UK Notify on loopback, as its published API behaves: it checks the token of each request, its
fields and its template, and does what it is told. It sends nothing on."""

import json
import re
import threading
import uuid
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from notifications_python_client.authentication import decode_jwt_token, get_token_issuer
from notifications_python_client.errors import TokenError

_issuer: Any = get_token_issuer
_decoded: Any = decode_jwt_token
SERVICE = "11111111-1111-4111-8111-111111111111"
SECRET = "22222222-2222-4222-8222-222222222222"  # noqa: S105 - of a server that is not there
API_KEY = f"test-{SERVICE}-{SECRET}"
DROP_BEFORE, DROP_AFTER = "drop_before", "drop_after"
_MAILBOX = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;]+")


@dataclass
class NotifyServer:
    """`answers`: an HTTP status (with its error), DROP_BEFORE or DROP_AFTER taking the message, for a mailbox ("*":
    any). `templates`: id → the names that it fills in. `taken`: what was accepted, with its status, by id."""

    templates: dict[str, tuple[str, ...]] = field(default_factory=lambda: {"letter": ("subject", "body")})
    answers: dict[str, int | str] = field(default_factory=dict)
    taken: dict[str, dict[str, Any]] = field(default_factory=dict)
    _server: ThreadingHTTPServer | None = None

    @property
    def url(self) -> str:
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> "NotifyServer":
        return self.listen()

    def __exit__(self, *_: object) -> None:
        self.close()

    def listen(self, port: int = 0) -> "NotifyServer":
        server = self

        class Handler(_Handler):
            notify = server

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def close(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()

    def becomes(self, mailbox: str, status: str) -> None:
        """What Notify finds out later about what went to a mailbox."""
        for each in self.taken.values():
            if each["email_address"] == mailbox:
                each["status"] = status


class _Handler(BaseHTTPRequestHandler):
    notify: NotifyServer
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:
        """It keeps no log."""

    def do_GET(self) -> None:
        if not self._allowed():
            return
        address = urlsplit(self.path)
        name = address.path.removeprefix("/v2/notifications").strip("/")
        if not name:
            wanted = parse_qs(address.query).get("reference", [None])[0]
            found = [each for each in self.notify.taken.values() if wanted in (None, each["reference"])]
            self._say(200, {"notifications": found, "links": {"current": self.path}})
        elif name in self.notify.taken:
            self._say(200, self.notify.taken[name])
        else:
            self._fault(404, "NoResultFound", "No result found")

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or b"{}")
        if not self._allowed():
            return
        mailbox = str(asked.get("email_address", ""))
        answer = self.notify.answers.get(mailbox, self.notify.answers.get("*"))
        if answer == DROP_BEFORE:
            self.close_connection = True
            return
        if isinstance(answer, int):
            self._fault(answer, *_ERRORS[answer])
        elif (wrong := self._wrong(asked, mailbox)) is not None:
            self._fault(400, *wrong)
        else:
            taken = self._take(asked, mailbox)
            if answer == DROP_AFTER:
                self.close_connection = True
                return
            self._say(201, taken)

    def _wrong(self, asked: dict[str, Any], mailbox: str) -> tuple[str, str] | None:
        if not _MAILBOX.fullmatch(mailbox):
            return "ValidationError", "email_address Not a valid email address"
        names = self.notify.templates.get(str(asked.get("template_id")))
        if names is None:
            return "BadRequestError", "Template not found"
        missing = [name for name in names if name not in asked.get("personalisation", {})]
        return ("BadRequestError", f"Missing personalisation: {', '.join(missing)}") if missing else None

    def _take(self, asked: dict[str, Any], mailbox: str) -> dict[str, Any]:
        id = str(uuid.uuid4())
        filled = asked.get("personalisation", {})
        taken = {
            "id": id,
            "reference": asked.get("reference"),
            "email_address": mailbox,
            "type": "email",
            "status": "created",
            "template": {"id": asked["template_id"], "version": 1, "uri": f"/v2/template/{asked['template_id']}"},
            "subject": filled.get("subject", ""),
            "body": filled.get("body", ""),
            "uri": f"/v2/notifications/{id}",
        }
        self.notify.taken[id] = taken
        return taken

    def _allowed(self) -> bool:
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        try:
            allowed = _issuer(token) == SERVICE and _decoded(token, SECRET)
        except TokenError:
            allowed = False
        if not allowed:
            self._fault(403, "AuthError", "Invalid token: API key not found")
        return bool(allowed)

    def _fault(self, status: int, error: str, message: str) -> None:
        self._say(status, {"status_code": status, "errors": [{"error": error, "message": message}]})

    def _say(self, status: int, body: dict[str, Any]) -> None:
        told = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)


_ERRORS = {
    400: ("BadRequestError", "Can't send to this recipient using a team-only API key"),
    403: ("AuthError", "Invalid token: API key not found"),
    429: ("RateLimitError", "Exceeded rate limit for key type TEAM of 10 requests per 10 seconds"),
    500: ("Exception", "Internal server error"),
    503: ("Exception", "Service unavailable"),
}
