"""A time-stamping service (RFC 3161) on this machine: `openssl ts` answers, with certificates made for the occasion."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

_CONFIG = """
[req]
distinguished_name = names
[names]
[authority]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign, cRLSign
[service]
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
[tsa]
default_tsa = here
[here]
serial = {folder}/serial
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
"""


class StampService:
    """A service with an authority of its own, in a folder. `refuses`: it answers what is no stamp."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder, self.refuses, self.url = folder, False, ""
        (folder / "config").write_text(_CONFIG.format(folder=folder))
        (folder / "serial").write_text("01")
        self._run("req", "-x509", *self._new("authority"), "-extensions", "authority", "-out", "authority.pem")
        self._run("req", *self._new("service"), "-out", "service.csr")
        self._run(
            *(
                "x509",
                "-req",
                "-in",
                "service.csr",
                "-CA",
                "authority.pem",
                "-CAkey",
                "authority.key",
                "-CAcreateserial",
            ),
            *("-extfile", "config", "-extensions", "service", "-out", "service.pem"),
        )

    @property
    def certificates(self) -> Path:
        """Those of the service and of who vouches for it."""
        both = self.folder / "both.pem"
        both.write_text((self.folder / "authority.pem").read_text() + (self.folder / "service.pem").read_text())
        return both

    def answer(self, request: bytes) -> bytes:
        if self.refuses:
            return b"no"
        (self.folder / "query").write_bytes(request)
        self._run(
            *("ts", "-reply", "-config", "config", "-queryfile", "query", "-signer", "service.pem"),
            *("-inkey", "service.key", "-out", "reply"),
        )
        return (self.folder / "reply").read_bytes()

    def verified(self, token: bytes, text: str) -> bool:
        """Whether openssl itself finds that this token is for that text."""
        (self.folder / "token").write_bytes(token)
        (self.folder / "text").write_text(text)
        done = subprocess.run(
            ["openssl", "ts", "-verify", "-in", "token", "-data", "text", "-CAfile", "authority.pem"],
            cwd=self.folder, capture_output=True, check=False,
        )  # fmt: skip
        return done.returncode == 0

    def _new(self, name: str) -> list[str]:
        key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", f"{name}.key"]
        return ["-config", "config", "-subj", f"/CN={name}.example", *key]

    def _run(self, *arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=self.folder, capture_output=True, check=True)


@contextmanager
def stamp_service(folder: Path) -> Iterator[StampService]:
    """The service, listening on loopback."""
    service = StampService(folder)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            answer = service.answer(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Nothing is said."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    service.url = f"http://127.0.0.1:{server.server_port}/"
    try:
        yield service
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
