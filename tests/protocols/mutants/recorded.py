"""The decisions of a run of a scenario, as they were made, to be made again under a changed pack.

A pack's rules act through four functions of the core and through nothing else. Where each of them answers the same to
what it was asked in a run, the whole run is the same: every question follows from the answers before it. So a scenario
need not run at all to be known not to notice.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal
from unittest.mock import patch

import orjson

import intake.child_duties
import intake.deciding
import intake.placing
import routing.relinking
from homeward.scenarios.running import Run
from outbox.writer import encoded, wire_data
from routing.case import Decision
from routing.messages import Message
from routing.pack import Pack

DECIDING: tuple[tuple[Any, str], ...] = (
    (intake.deciding, "decide"),
    (routing.relinking, "decide"),
    (intake.placing, "decide_alert"),
    (intake.child_duties, "decide_duties"),
)
"""Where the rules are asked."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question to the rules, and the answer."""

    function: Callable[..., Decision]
    given: tuple[Any, ...]
    named: dict[str, Any]
    answer: Decision
    final: bool
    """Whether the messages of the answer leave as they are."""

    @property
    def authority(self) -> str:
        return next(value.authority for value in (*self.given, *self.named.values()) if isinstance(value, Pack))

    def answered_by(self, pack: Pack) -> Decision:
        """What another pack answers."""
        given = [pack if isinstance(value, Pack) else value for value in self.given]
        named = {name: pack if isinstance(value, Pack) else value for name, value in self.named.items()}
        return self.function(*given, **named)


@dataclass
class Recording:
    """What the rules were asked in a run, what they said, and which of them spoke."""

    asked: list[Asked] = field(default_factory=list)
    run: Run = field(default_factory=Run)

    @cached_property
    def spoken(self) -> dict[str, str]:
        """The messages that the rules sent, by id, each with its rule."""
        return {message.id: message.rule for asked in self.asked for message in asked.answer.messages}

    def replayed(self, pack: Pack) -> list[dict[str, Any]] | Literal["unknown"] | None:
        """What would be printed under another pack: None where every answer stays the same. Unknown where an answer
        leaves another state behind, so that later questions are others too."""
        said: dict[str, Message] = {}
        for asked in (a for a in self.asked if a.authority == pack.authority):
            answer = asked.answered_by(pack)
            if answer == asked.answer:
                continue
            ids = [[message.id for message in messages] for messages in (answer.messages, asked.answer.messages)]
            if (
                not asked.final
                or ids[0] != ids[1]
                or replace(answer, messages=()) != replace(asked.answer, messages=())
            ):
                return "unknown"
            said |= {message.id: message for message in answer.messages}
        return [_printed(line, said.get(line["id"])) for line in self.run.messages] if said else None


def _printed(line: dict[str, Any], message: Message | None) -> dict[str, Any]:
    """The line as it would be with this message."""
    return {**line, "type": message.type, "data": orjson.loads(encoded(wire_data(message)))} if message else line


@contextmanager
def recording() -> Iterator[Recording]:
    """Notes what the rules are asked meanwhile."""
    kept = Recording()

    def noted(function: Callable[..., Decision], final: bool) -> Callable[..., Decision]:
        def ask(*given: Any, **named: Any) -> Decision:
            answer = function(*given, **named)
            kept.asked.append(Asked(function, given, named, answer, final))
            return answer

        return ask

    patches = [patch.object(module, name, noted(getattr(module, name), module is not routing.relinking))
               for module, name in DECIDING]  # fmt: skip
    for each in patches:
        each.start()
    try:
        yield kept
    finally:
        for each in patches:
            each.stop()
