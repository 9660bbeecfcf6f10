"""The consumers of a hub as one thing that can be started, stopped and made anew. What is done with a batch is the
subscriber's affair, when to make them anew that of `homeward.watching`."""

import asyncio
import logging
from collections.abc import Collection
from typing import Any

from faststream.kafka import KafkaBroker
from faststream.security import BaseSecurity, SASLOAuthBearer, SASLPlaintext, SASLScram256, SASLScram512

from consumers.clients import uninterrupted
from consumers.members import GroupMember
from consumers.progress import abandon, forget_name, partitions_known, share_out_anew
from consumers.subscriber import PATTERN, Subscriber
from homeward.logs import ClientLog
from homeward.settings import Settings
from homeward.wiring import consumer_connection

log = logging.getLogger(__name__)
_NEW_TOPICS_WITHIN = 5_000  # milliseconds until a new topic is subscribed to
_GRACE = 30.0  # seconds that a batch in flight has to end
_STOPPED_WITHIN = 45.0


class Consuming:
    """One subscription of the group. Started it holds partitions; made anew it is another member of the group."""

    def __init__(self, settings: Settings, subscriber: Subscriber, pattern: str = PATTERN) -> None:
        self._settings, self.subscriber, self.pattern = settings, subscriber, pattern
        self._broker: KafkaBroker | None = None
        self.without: frozenset[str] = frozenset()

    async def start(self, without: Collection[str] = ()) -> None:
        """Subscribes to the pattern less these topics. Raises KafkaError, with nothing left running."""
        self.without = frozenset(without)
        self._broker = kafka_broker(self._settings)
        settings = self._settings
        member = GroupMember(settings.kafka_group, settings.kafka_member, settings.kafka_session)
        batch = (settings.batch_records, settings.batch_timeout_ms)
        self.subscriber.attach(self._broker, member, *batch, self.pattern, self.without)
        try:
            await uninterrupted(self._broker.start())
        except BaseException:
            await self.stop()
            raise

    async def stop(self, for_good: bool = False) -> None:
        """Finishes the batch in flight and leaves the group; what does not end in time is cut off. A member with a name
        is expected back within its session, unless it leaves `for_good`: then what it read is shared out at once."""
        consumers, broker = self.consumers(), self._broker
        if broker is None:
            return
        if for_good:
            for consumer in consumers:
                forget_name(consumer)
        try:
            async with asyncio.timeout(_STOPPED_WITHIN):
                await uninterrupted(broker.stop())
        except Exception as error:
            log.warning("Could not stop the consumer: closing its connections", extra={"cause": type(error).__name__})
        finally:
            # In any case: one that is stopped while Kafka fails calls itself off before its connections are closed, and
            # FastStream takes that for its own doing.
            self._broker = None
            for consumer in consumers:
                await uninterrupted(abandon(consumer))

    def partitions(self) -> dict[str, int]:
        """How many partitions each topic has that is read, as far as the consumers have heard."""
        return {topic: count for consumer in self.consumers() for topic, count in partitions_known(consumer).items()}

    def leave_to_others(self) -> None:
        """Lets go of trouble with partitions that the group has given to another member."""
        if consumers := self.consumers():
            self.subscriber.reads_only({tp for consumer in consumers for tp in consumer.assignment()})

    def share_out_anew(self) -> None:
        """Asks the group to share out its partitions again, without a consumer being made anew."""
        for consumer in self.consumers():
            share_out_anew(consumer)

    def consumers(self) -> list[Any]:
        """Those of the subscriptions that run."""
        subscribed = (getattr(each, "consumer", None) for each in (self._broker.subscribers if self._broker else ()))
        return [consumer for consumer in subscribed if consumer is not None]


def kafka_broker(settings: Settings) -> KafkaBroker:
    """A FastStream broker for the settings, not started."""
    connection = consumer_connection(settings)
    return KafkaBroker(
        settings.kafka_addresses,
        security=_security(settings, connection),
        sasl_oauth_token_provider=connection["sasl_oauth_token_provider"],
        metadata_max_age_ms=_NEW_TOPICS_WITHIN,
        consumer_only=True,  # nobody would use its producer and admin client, nor close them where a stop fails
        graceful_timeout=_GRACE,
        logger=ClientLog("consumers.client"),
        client_id="homeward",
    )


def _security(settings: Settings, connection: dict[str, Any]) -> BaseSecurity | None:
    if settings.kafka_security == "PLAINTEXT":
        return None
    context = connection["ssl_context"]
    if settings.kafka_security == "SSL":
        return BaseSecurity(ssl_context=context)
    if settings.kafka_tokens:
        return SASLOAuthBearer(ssl_context=context)
    kinds = {"PLAIN": SASLPlaintext, "SCRAM-SHA-256": SASLScram256, "SCRAM-SHA-512": SASLScram512}
    return kinds[settings.kafka_sasl_mechanism](
        username=connection["sasl_plain_username"],
        password=connection["sasl_plain_password"],
        ssl_context=context,
        use_ssl=context is not None,
    )
