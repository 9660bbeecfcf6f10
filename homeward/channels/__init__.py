"""The ways out. Each is one module of this package with a `Channel`; a further one (SMS, Teams) is one further file.

The name of a channel is the first part of the destinations that it serves.
"""

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache

from homeward.settings import Settings
from outbox.dispatch import Manner
from producers.kafka_link import TopicShape
from producers.wording import Wordings
from schemas.delivery import Sender

Make = Callable[[Settings, Wordings, TopicShape | None], Sender | None]
APART = 0.1
"""Seconds between two looks for what goes to people. That is nothing to who reads an e-mail; and what is promised
within it is claimed and settled together."""


@dataclass(frozen=True, slots=True)
class Channel:
    """One way out. `make` gives its sender, which speaks in the words that it is given; None where the settings do not
    set it up. `manner`: how it is sent to."""

    name: str
    make: Make
    manner: Manner = field(default_factory=Manner)


@cache
def channels() -> Mapping[str, Channel]:
    """Every channel there is, by name."""
    modules = [importlib.import_module(f"{__name__}.{module.name}") for module in pkgutil.iter_modules(__path__)]
    found = [value for module in modules for value in vars(module).values() if isinstance(value, Channel)]
    return {channel.name: channel for channel in sorted(found, key=lambda channel: channel.name)}
