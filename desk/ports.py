"""What the desk needs of others and is given at start: the words of a message, a way to the casework topics,
a rehearsal of what an answer would lead to, and files to download."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from reporting.span import Span
from store import AnswerRow, OutboxRow, Transaction, WorkRow

HeldBack = Literal["key", "topic", "all"]
"""What cannot be published while a record is not taken: what has its key, its topic, or anything at all."""


class NotPublishedError(Exception):
    """Kafka did not take the record. Trying again later may help; the text says what is the matter, `held` what waits
    with it."""

    def __init__(self, why: str, held: HeldBack = "all") -> None:
        super().__init__(why)
        self.held: HeldBack = held


@dataclass(frozen=True, slots=True)
class WrittenLetter:
    """What the e-mail about a message says. `headline`: the act with its limit, `title`: the act alone."""

    headline: str
    title: str
    lines: tuple[str, ...]


class Letters(Protocol):
    """Puts a message into words, as the e-mails do."""

    def letter(self, row: OutboxRow) -> WrittenLetter:
        """What its e-mail says, whether one was sent or not. A message whose contents were purged has its type."""


class Publisher(Protocol):
    """A way to the casework topics, and to no others."""

    async def publish(self, topic: str, key: bytes, headers: Sequence[tuple[str, bytes]], value: bytes) -> None:
        """Returns when Kafka has the record. Raises NotPublishedError."""


@dataclass(frozen=True, slots=True)
class RehearsedMessage:
    """A message that would leave: of which type and kind, to whom (role and person), and the limit on its readers."""

    authority: str
    type: str
    kind: str | None
    to: tuple[tuple[str, str | None], ...]
    due: datetime | None = None


@dataclass(frozen=True, slots=True)
class RehearsedAnswer:
    """What would follow from an answer as things stand. `stopped`, `started`: clocks, as the rule that would speak and
    when; `settled`: what would wait no longer. `changed`: whether it would change a fact. `refused`: why it could not
    be read; `failed`: nobody can say, for a fault of ours."""

    messages: tuple[RehearsedMessage, ...] = ()
    stopped: tuple[tuple[str, datetime], ...] = ()
    started: tuple[tuple[str, datetime], ...] = ()
    settled: tuple[WorkRow, ...] = ()
    changed: bool = False
    refused: str = ""
    failed: bool = False


class AnswerRehearsal(Protocol):
    """Runs an answer through the hub's own decisions without keeping anything."""

    async def rehearse(self, answer: AnswerRow) -> RehearsedAnswer:
        """What would follow if it were sent now. Nothing is claimed, written or sent."""


@dataclass(frozen=True, slots=True)
class DownloadedFile:
    """A file, and the ids of the episodes that stand in it."""

    name: str
    content: bytes
    episodes: tuple[str, ...]


class Downloads(Protocol):
    """Lists and returns of a period as files."""

    @property
    def tables(self) -> Sequence[str]:
        """What there is to download; the figures alone name no child."""

    async def file(
        self, tx: Transaction, authority: str, table: str, span: Span, form: str, at: datetime
    ) -> DownloadedFile:
        """A table as `csv` or `xlsx`."""
