"""The decisions of a run of a scenario, as they were made, to be made again under a changed pack.

A pack's rules act through a few functions of the core and through nothing else. Where each of them answers the same to
what it was asked in a run, the whole run is the same: every question follows from the answers before it. So a scenario
need not run at all to be known not to notice.
"""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from inspect import signature
from typing import Any
from unittest.mock import patch

import orjson

import intake.child_duties
import intake.deciding
import intake.finding
import intake.handing_over
import intake.holding
import intake.placing
import intake.settling
import routing.relinking
import routing.reviewing
import routing.turn
from episodes.events import Change, Event
from homeward.scenarios.running import Run
from mutants.touched import Difference
from outbox.writer import encoded, wire_data
from routing.case import Decision
from routing.evaluate import depends_on, evaluate
from routing.message_types import MESSAGE_TYPES
from routing.messages import Message
from routing.pack import Pack, Tests
from routing.situation import Situation

DECIDING: tuple[tuple[Any, str], ...] = (
    (intake.deciding, "decide"),
    (routing.relinking, "decide"),
    (intake.placing, "decide_alert"),
    (intake.finding, "decide_withdrawn"),
    (intake.handing_over, "decide_withdrawn"),
    (intake.holding, "decide_early"),
    (intake.settling, "decide_late"),
    (intake.child_duties, "decide_duties"),
)
"""Where the rules are asked."""


@dataclass(frozen=True)
class Asked:
    """One question to the rules, and the answer."""

    function: Callable[..., Decision]
    given: tuple[Any, ...]
    named: dict[str, Any]
    answer: Decision
    final: bool
    """Whether the messages of the answer leave as they are."""
    weighed: frozenset[str]
    """The rules whose conditions were looked at for it."""
    held: frozenset[str]
    """Those of them whose conditions held."""

    @cached_property
    def authority(self) -> str:
        return next(value.authority for value in (*self.given, *self.named.values()) if isinstance(value, Pack))

    @cached_property
    def _arguments(self) -> dict[str, Any]:
        return signature(self.function).bind(*self.given, **self.named).arguments

    @property
    def at(self) -> datetime:
        now: datetime = self._arguments["now"]
        return now

    def answered_by(self, pack: Pack) -> Decision:
        """What another pack answers."""
        given = [pack if isinstance(value, Pack) else value for value in self.given]
        named = {name: pack if isinstance(value, Pack) else value for name, value in self.named.items()}
        return self.function(*given, **named)

    @cached_property
    def changes(self) -> frozenset[str]:
        """What has changed, by this question."""
        told: tuple[Event, ...] = self._arguments.get("events", ())
        return frozenset(event.change for event in told) or frozenset((Change.UNMATCHED_FOUND,))

    @cached_property
    def promised(self) -> frozenset[str]:
        """The rules whose promises stand in the cases that are looked at."""
        given = self._arguments
        cases = [given.get("case"), *given.get("others", ()), *given.get("episodes", ())]
        return frozenset(promise.rule for case in cases if case for promise in case.promises)

    def asks_again_by(self, at: datetime, answer: Decision) -> bool:
        """Whether this answer has the rules asked again no later than this."""
        timers = (*answer.timers, *(t for case in answer.others for t in case.timers))
        return any(timer.due_at <= at for timer in timers)


@dataclass(frozen=True, slots=True)
class Replay:
    """What is known of a run under another pack, without running. `messages` are said in any case; what is said after
    `until` is not known, nor at that instant unless `settled`. Everything is known where `until` is None."""

    messages: list[dict[str, Any]]
    until: datetime | None = None
    settled: bool = False
    changed: bool = True


@dataclass
class Recording:
    """What the rules were asked in a run, what they said, and which of them spoke."""

    asked: list[Asked] = field(default_factory=list)
    run: Run = field(default_factory=Run)

    @cached_property
    def spoken(self) -> dict[str, str]:
        """The messages that the rules sent, by id, each with its rule."""
        return {message.id: message.rule for asked in self.asked for message in asked.answer.messages}

    @cached_property
    def told_besides(self) -> frozenset[str]:
        """The roles to which something was said that no rule said."""
        besides = [message for message in self.run.messages if message["id"] not in self.spoken]
        return frozenset(recipient["role"] for message in besides for recipient in message["data"]["to"])

    def replayed(self, change: Difference) -> Replay:
        """What would be printed under another pack, up to an answer that leaves another state behind, so that later
        questions are others too."""
        pack = change.pack
        said: dict[str, Message] = {}
        own = [a for a in self.asked if a.authority == pack.authority]
        for n, asked in enumerate(own):
            if not change.concerns(asked.changes, asked.promised, asked.weighed, asked.held):
                continue
            answer = asked.answered_by(pack)
            if answer == asked.answer:
                continue
            ids = [[message.id for message in messages] for messages in (answer.messages, asked.answer.messages)]
            same = replace(answer, messages=()) == replace(asked.answer, messages=())
            if not asked.final or ids[0] != ids[1] or not same:
                return self._broken_off(own, n, answer, said)
            said |= {message.id: message for message in answer.messages}
        return Replay([_printed(line, said.get(line["id"])) for line in self.run.messages], changed=bool(said))

    def _broken_off(self, own: list[Asked], n: int, answer: Decision, said: dict[str, Message]) -> Replay:
        """What is known when the answer to a question is the first that leaves another state behind."""
        asked = own[n]
        before = {message.id for earlier in own[:n] for message in earlier.answer.messages}
        lines = [_printed(line, said.get(line["id"])) for line in self.run.messages
                 if line["id"] in before or datetime.fromisoformat(line["time"]) < asked.at]  # fmt: skip
        new = [message for message in answer.messages if asked.final and not _may_stay(message)]
        last = all(later.at > asked.at for later in own[n + 1 :])
        certain = asked.final and len(new) == len(answer.messages) and not answer.late
        settled = certain and last and not asked.asks_again_by(asked.at, answer)
        return Replay([*lines, *(_line(message) for message in new)], asked.at, settled)


def _may_stay(message: Message) -> bool:
    """Whether it may turn out, in the same transaction, that it need not leave."""
    type_ = MESSAGE_TYPES[message.type]
    return type_.may_be_over or type_.withdrawn_by is not None or bool(message.ends)


def _line(message: Message) -> dict[str, Any]:
    """A message as it would be printed, as far as a scenario asks."""
    return _printed({"id": message.id, "time": message.at.isoformat()}, message)


def _printed(line: dict[str, Any], message: Message | None) -> dict[str, Any]:
    """The line as it would be with this message."""
    return {**line, "type": message.type, "data": orjson.loads(encoded(wire_data(message)))} if message else line


@contextmanager
def recording() -> Iterator[Recording]:
    """Notes what the rules are asked meanwhile."""
    kept = Recording()

    weighed, held = set[str](), set[str]()

    def noted(function: Callable[..., Decision], final: bool) -> Callable[..., Decision]:
        def ask(*given: Any, **named: Any) -> Decision:
            weighed.clear()
            held.clear()
            named = {name: {**value} if name == "fresh" else value for name, value in named.items()}
            answer = function(*given, **named)
            kept.asked.append(Asked(function, given, named, answer, final, frozenset(weighed), frozenset(held)))
            return answer

        return ask

    def looked_at(tests: Tests, s: Situation, event: Event, pack: Pack) -> tuple[str, ...] | None:
        clauses = evaluate(tests, s, event, pack)
        rules = [rule.id for rule in pack.rules if rule.tests is tests]
        weighed.update(rules)
        held.update(rules if clauses is not None else ())
        return clauses

    def counted(tests: Tests, names: Collection[str], pack: Pack) -> bool:
        weighed.update(rule.id for rule in pack.rules if rule.tests is tests)
        return depends_on(tests, names, pack)

    patches = [patch.object(module, name, noted(getattr(module, name), module is not routing.relinking))
               for module, name in DECIDING]  # fmt: skip
    patches += [patch.object(module, "evaluate", looked_at) for module in (routing.turn, routing.reviewing)]
    patches.append(patch.object(routing.reviewing, "depends_on", counted))
    for each in patches:
        each.start()
    try:
        yield kept
    finally:
        for each in patches:
            each.stop()
