"""Runs one server on behalf of a process that may die: as long as the standard input stays open the server runs; when
it ends, however that comes about, the server is asked to stop and after a grace is made to. Run as a program, by
itself: it imports the standard library only and knows nothing of Kafka."""

import contextlib
import os
import signal
import subprocess
import sys
import threading


def run(grace: float, kept: int, command: list[str]) -> int:
    """Run `command` with the open file `kept` handed on (so that a lock on it lasts as long as the server does), print
    its process id, and return its exit code. `grace` in seconds."""
    server = subprocess.Popen(  # noqa: S603 - the caller is the broker of the same package
        command, stdin=subprocess.DEVNULL, stdout=sys.stderr.fileno(), stderr=sys.stderr.fileno(), pass_fds=(kept,)
    )
    signal.signal(signal.SIGTERM, lambda *_: server.terminate())
    print(server.pid, flush=True)
    threading.Thread(target=_await_release, args=(server, grace), daemon=True).start()
    code = server.wait()
    return code if code >= 0 else 128 - code


def _await_release(server: subprocess.Popen[bytes], grace: float) -> None:
    with contextlib.suppress(OSError):
        while os.read(0, 1024):  # unbuffered: an interpreter that ends meanwhile does not wait for a buffer's lock
            pass
    server.terminate()
    try:
        server.wait(grace)
    except subprocess.TimeoutExpired:
        server.kill()


if __name__ == "__main__":
    sys.exit(run(float(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]))
