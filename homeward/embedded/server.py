"""One Kafka server as a process: formatted, started under its guard, watched, stopped. Its folder holds its
configuration, its log and its data; which folder and which ports is decided elsewhere."""

import contextlib
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from homeward.embedded import guard
from homeward.embedded.errors import EmbeddedError
from homeward.embedded.layout import Node
from homeward.embedded.probe import known_brokers

GRACE = 20.0
"""Seconds that a server has for a clean stop before it is killed."""
_ERRORS = (" ERROR ", " FATAL ", "Exception: ", "Caused by: ")
_FEW = 6  # lines


class Server:
    """A node that lives in `folder`. `java` is the command up to the main class; `users` are made with the data folder,
    name → password. Started and stopped once; a restart is a new Server."""

    def __init__(self, node: Node, folder: Path, java: Sequence[str], users: Mapping[str, str] | None = None) -> None:
        self.node = node
        self.folder = folder
        self.process: int | None = None
        self._log = folder / "server.log"
        self._java = tuple(java)
        self._users = dict(users or {})
        self._guard: subprocess.Popen[bytes] | None = None

    def prepare(self, properties: str) -> None:
        """Write the configuration, which is derived again at each start. The log of the last run is kept beside it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "server.properties").write_text(properties, "utf-8")
        with contextlib.suppress(FileNotFoundError):
            self._log.replace(self.folder / "server.log.1")

    def begin_format(self, cluster: str) -> subprocess.Popen[bytes] | None:
        """Begin to make the data folder where there is none. To be awaited, then checked."""
        data = self.folder / "data"
        if (data / "meta.properties").exists():
            return None
        # Without that file the format did not come to its end, so no message was ever in it.
        shutil.rmtree(data, ignore_errors=True)
        tool = ["kafka.tools.StorageTool", "format", f"--cluster-id={cluster}", "-c", "server.properties"]
        tool += (f"--add-scram=SCRAM-SHA-512=[name={n},password={p}]" for n, p in self._users.items())
        # From a file that only its owner reads: what stands on a command line is seen by everybody on the machine.
        arguments = self.folder / "format.args"
        arguments.unlink(missing_ok=True)
        arguments.touch(0o600)
        arguments.write_text("".join(f'"{word}"\n' for word in tool), "utf-8")
        with self._log.open("ab") as log:
            return subprocess.Popen([*self._java, "@format.args"], cwd=self.folder, stdout=log, stderr=log)  # noqa: S603

    def check_format(self, work: subprocess.Popen[bytes] | None) -> None:
        """Raises `EmbeddedError` if the format, which has ended, failed."""
        (self.folder / "format.args").unlink(missing_ok=True)
        if work is not None and work.returncode != 0:
            raise EmbeddedError(
                f"Kafka could not create its data folder in {self.folder}. "
                "Check that the disk is not full and that you can write to it.\n"
                f"{self.last_words()}"
            )

    def start(self, lock: int) -> None:
        """Start the server; the open file `lock` lives on in it. Returns as soon as the process exists."""
        with self._log.open("ab") as log:
            self._guard = subprocess.Popen(  # noqa: S603 - our own interpreter and the Java that was found
                [
                    sys.executable,
                    "-I",
                    guard.__file__,
                    str(GRACE),
                    str(lock),
                    *self._java,
                    "kafka.Kafka",
                    "server.properties",
                ],
                cwd=self.folder,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                pass_fds=(lock,),
                start_new_session=True,  # Ctrl-C in a terminal is for the owner, who stops the servers in order
            )
        assert self._guard.stdout is not None
        self.process = int(self._guard.stdout.readline() or 0) or None

    @property
    def has_ended(self) -> bool:
        return self._guard is not None and self._guard.poll() is not None

    def is_ready(self, brokers: int, cluster: str) -> bool:
        """Whether it answers, and not a broker of another cluster in its place, and counts so many living brokers."""
        return known_brokers(self.node.port, cluster) == brokers

    def release(self) -> None:
        """Ask for a clean stop without waiting for it."""
        if self._guard is not None and self._guard.stdin is not None:
            with contextlib.suppress(OSError):
                self._guard.stdin.close()

    def join(self) -> None:
        """Wait until the server is gone; its guard sees to it that this ends."""
        if self._guard is not None:
            self._guard.wait()
            if self._guard.stdout is not None:
                self._guard.stdout.close()

    def log_text(self) -> str:
        """What this run has logged so far."""
        try:
            return self._log.read_text("utf-8", errors="replace")
        except FileNotFoundError:
            return ""

    def last_words(self, lines: int = 20) -> str:
        """The end of the log for a person to read, and the first errors where they lie further back: a server that
        gives up has much to say on its way out. Without the inside of stack traces."""
        told = [line for line in self.log_text().splitlines() if line.strip() and not line.startswith("\tat ")]
        errors = [line for line in told[:-lines] if any(word in line for word in _ERRORS)][:_FEW]
        first = [f"First errors in {self._log}:", *(f"  {line}" for line in errors)] if errors else []
        return "\n".join([*first, f"End of {self._log}:", *(f"  {line}" for line in told[-lines:])])
