"""How the hub writes its log: one line an event, as text or JSON. No line carries what names a child: records name
messages, rows and topics by their ids."""

import asyncio
import contextlib
import logging
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import orjson
from aiokafka.errors import KafkaError  # type: ignore[import-untyped]

from store.trouble import Trouble

log = logging.getLogger(__name__)
_PLAIN = logging.LogRecord("", 0, "", 0, "", None, None).__dict__.keys() | {"message", "taskName"}


class _WithoutWords(logging.Formatter):
    """Tells of an exception what it is and where it was raised, never its words: they may hold what was reported."""

    def formatException(self, ei: Any) -> str:  # noqa: N802 - the library's name
        lines, error = [], ei[1]
        while error is not None:
            lines.append(type(error).__name__)
            lines += [f"  {f.filename}:{f.lineno} in {f.name}" for f in traceback.extract_tb(error.__traceback__)]
            error = error.__cause__ or error.__context__
        return "\n".join(lines)


class _Json(_WithoutWords):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **{key: str(value) for key, value in record.__dict__.items() if key not in _PLAIN},
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return orjson.dumps(line, option=orjson.OPT_UTC_Z).decode()


class _Text(_WithoutWords):
    def format(self, record: logging.LogRecord) -> str:
        more = " ".join(f"{k}={v}" for k, v in record.__dict__.items() if k not in _PLAIN)
        line = f"{self.formatTime(record)} {record.levelname:7} {record.name}: {record.getMessage()} {more}".rstrip()
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


class ClientLog:
    """What the library that drives the Kafka client may say: its troubles, once a minute, and of an exception what it
    is and never its words. What our own handler raises is told where it is raised."""

    def __init__(self, name: str) -> None:
        self._trouble = Trouble(logging.getLogger(name), "")

    def log(self, level: int, msg: Any, /, *, exc_info: Any = None, extra: Any = None) -> None:
        client = isinstance(exc_info, KafkaError) or (exc_info is not None and "retrying" in str(msg))
        if level >= logging.ERROR and client:
            self._trouble.begins(f"Kafka client error, retrying ({type(exc_info).__name__})")


_NOT_YET = "Topic %s not found in cluster metadata"
"""What the client says, as an error, of a topic that a broker has not heard of yet. It asks again; of one that stays
away whoever writes to it tells."""


class FoldedClient(logging.Filter):
    """Lets through what the Kafka client says of a fault when that begins, once a minute from each part of it while the
    fault lasts, with how many lines were left out, and says when it is over. While Kafka is away the client would write
    eighty lines a second. `quiet`: seconds without a line after which a fault is over."""

    def __init__(self, between: float = 60.0, quiet: float = 30.0, monotonic: Callable[[], float] = time.monotonic):
        super().__init__()
        self._between, self._quiet, self._monotonic = between, quiet, monotonic
        self._told: dict[str, float] = {}  # by logger
        self._left_out: Counter[str] = Counter()
        self._last = 0.0
        self._waiting: asyncio.TimerHandle | None = None

    def filter(self, record: logging.LogRecord) -> bool:
        if not record.name.startswith("aiokafka"):
            return True
        if record.msg == _NOT_YET:
            return False
        self._last = now = self._monotonic()
        self._await_quiet(self._quiet)
        if record.name in self._told and now - self._told[record.name] < self._between:
            self._left_out[record.name] += 1
            return False
        self._told[record.name] = now
        if left_out := self._left_out.pop(record.name, 0):
            record.left_out = left_out
        return True

    def _await_quiet(self, seconds: float) -> None:
        """Only inside a loop, which is where a hub's client runs."""
        if self._waiting is None:
            with contextlib.suppress(RuntimeError):
                self._waiting = asyncio.get_running_loop().call_later(seconds, self._look)

    def _look(self) -> None:
        self._waiting = None
        rest = self._last + self._quiet - self._monotonic()
        if rest > 0:
            self._await_quiet(rest)
            return
        log.info("The Kafka client has no more faults", extra={"left_out": self._left_out.total()})
        self._told.clear()
        self._left_out.clear()


def configure(level: str, form: str) -> None:
    """Sends the log to standard error. What libraries say is let through from WARNING on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Json() if form == "json" else _Text())
    handler.addFilter(FoldedClient())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel("WARNING")
    # Its warnings are about what it recovers from itself (a new topic, a leader that moves); we log the rest.
    logging.getLogger("aiokafka").setLevel("CRITICAL" if level == "CRITICAL" else "ERROR")
    for name in ("consumers", "intake", "enrichment", "outbox", "producers", "reporting", "store", "homeward"):
        logging.getLogger(name).setLevel(level)
