"""Tokens as the Kafka client asks for them (SASL OAUTHBEARER). Where they come from is known to `producers.tokens`."""

import logging
from collections.abc import Awaitable, Callable

from aiokafka.abc import AbstractTokenProvider  # type: ignore[import-untyped]
from aiokafka.errors import KafkaConnectionError  # type: ignore[import-untyped]

from producers.smtp import TokenError

log = logging.getLogger(__name__)


class BearerTokens(AbstractTokenProvider):  # type: ignore[misc]
    """Given to a client of Kafka. Without a token there is no connection, which is tried again as any other; the log
    says why once, and once when there are tokens again."""

    def __init__(self, get: Callable[[], Awaitable[str]]) -> None:
        self.get = get
        self._failing = False

    async def token(self) -> str:
        """Raises KafkaConnectionError, whose message names the setting."""
        try:
            token = await self.get()
        except TokenError as fault:
            if not self._failing:
                log.error("Kafka cannot be entered, retrying: %s", fault)
            self._failing = True
            raise KafkaConnectionError(str(fault)) from None
        if self._failing:
            log.warning("There are tokens for Kafka again")
        self._failing = False
        return token
