"""A local mail sink: every e-mail becomes an `.eml` file, named by its message, and goes nowhere."""

import re
import socket
from email.parser import BytesHeaderParser
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class MailSink:
    """An SMTP server on loopback that writes what it gets into `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = _free_port()
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)

    def __enter__(self) -> "MailSink":
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        message_id = str(BytesHeaderParser().parsebytes(content)["Message-ID"]).strip("<>").partition("@")[0]
        (self.folder / f"{message_id}.eml").write_bytes(content)
        return "250 OK"

    @property
    def count(self) -> int:
        """How many e-mails arrived."""
        return sum(1 for _ in self.folder.glob("*.eml"))

    @property
    def messages(self) -> set[str]:
        """The messages that they tell; one e-mail may tell several."""
        heads = (BytesHeaderParser().parsebytes(file.read_bytes()) for file in self.folder.glob("*.eml"))
        return {message for head in heads for message in re.split(r"[,\s]+", str(head["X-Homeward-Message"]))}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
