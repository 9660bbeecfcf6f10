"""Ways out that lead nowhere: they keep in memory what they were given. For tests, rehearsals and the demo.

They pass the same contract suite as the real senders. What is to go wrong is told by `accident`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from producers.gathering import gathered
from producers.headers import kafka_headers
from producers.mime import UnwritableError, compose, message_id, rows_key
from producers.topics import illegal, is_legal
from producers.wording import Wordings, Wordless
from schemas.delivery import Outgoing, Receipt, Verdict, behind

Accident = Callable[[Outgoing], Verdict | Receipt | None]
"""Called for each item. A verdict (or receipt) other than None becomes the outcome. An e-mail in doubt counts as
delivered."""


def no_accident(_item: Outgoing) -> Verdict | Receipt | None:
    return None


def _receipt(item: Outgoing, given: Verdict | Receipt) -> Receipt:
    return given if isinstance(given, Receipt) else Receipt(item.row, given, "an accident that was asked for")


@dataclass(frozen=True, slots=True)
class SentRecord:
    """What a consumer of the topic would see."""

    topic: str
    key: bytes
    headers: tuple[tuple[str, bytes], ...]
    value: bytes


class MemoryKafkaSender:
    """`KafkaSender` without Kafka. `records` holds what was written, in order."""

    def __init__(self, accident: Accident = no_accident, largest: int = 1_048_576) -> None:
        self.accident = accident
        self.records: list[SentRecord] = []
        self._largest = largest

    async def start(self) -> None:
        """Nothing to prepare."""

    async def stop(self) -> None:
        """Nothing to release."""

    async def send(self, batch: Sequence[Outgoing]) -> Sequence[Receipt]:
        receipts: list[Receipt] = []
        held_up: set[tuple[str, str]] = set()
        for item in batch:
            lane = item.key, item.address
            receipts.append(behind(item) if lane in held_up else self._one(item))
            if receipts[-1].verdict is not Verdict.SENT:
                held_up.add(lane)
        return receipts

    def _one(self, item: Outgoing) -> Receipt:
        if not is_legal(item.address):
            return Receipt(item.row, Verdict.REFUSED, illegal(item.address))
        if len(item.body) > self._largest:
            return Receipt(item.row, Verdict.REFUSED, f"{len(item.body)} bytes are more than the limit allows")
        if (given := self.accident(item)) is not None:
            return _receipt(item, given)
        self.records.append(SentRecord(item.address, item.key.encode(), tuple(kafka_headers(item)), item.body))
        return Receipt(item.row, Verdict.SENT)


@dataclass(frozen=True, slots=True)
class Post:
    """One e-mail as it arrived: the mailbox of the envelope and the bytes of the message."""

    mailbox: str
    content: bytes


class MemoryMailSender:
    """`MailSender` without a mail server. `posts` holds what arrived, in order, composed as the real one does."""

    def __init__(
        self,
        accident: Accident = no_accident,
        sender: str = "homeward@homeward.example",
        domain: str = "homeward.example",
        words_of: Wordings | None = None,
    ) -> None:
        self.accident = accident
        self.posts: list[Post] = []
        self._sender, self._domain, self._words_of = sender, domain, words_of or Wordless()

    async def start(self) -> None:
        """Nothing to prepare."""

    async def stop(self) -> None:
        """Nothing to release."""

    async def send(self, batch: Sequence[Outgoing]) -> Sequence[Receipt]:
        receipts = {receipt.row: receipt for items in gathered(batch) for receipt in self._one(items)}
        return [receipts[item.row] for item in batch]

    def _one(self, items: Sequence[Outgoing]) -> list[Receipt]:
        try:
            content = compose(items, self._sender, self._domain, self._words_of)
        except UnwritableError as fault:
            return [Receipt(item.row, Verdict.REFUSED, str(fault)) for item in items]
        given = self.accident(items[0])
        name = message_id(rows_key(items), self._domain)
        receipts = [Receipt(item.row, Verdict.SENT) if given is None else _receipt(item, given) for item in items]
        if receipts[0].verdict in (Verdict.SENT, Verdict.IN_DOUBT):
            self.posts.append(Post(items[0].address, content))
        return [r._replace(reference=name) if r.verdict is Verdict.SENT else r for r in receipts]
