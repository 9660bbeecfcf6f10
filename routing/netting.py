"""What of a batch's messages leaves at all: a request whose reason had ended before it could leave is not sent, and
neither is the message that took it back. Pure; both stay in the ledger."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from routing.message_types import MESSAGE_TYPES
from routing.messages import Message, Promise

_WITHDRAWALS = frozenset(type_.withdrawn_by for type_ in MESSAGE_TYPES.values())


def netted(
    messages: Sequence[Message], promised: Mapping[str, Promise], moot: Collection[str]
) -> tuple[list[Message], list[Message]]:
    """The messages that leave, and those that do not. `promised` are the promises as they stand once all has been read,
    by the message that gave each; `moot` are subjects that came to nothing while it was read."""
    over = {m.id for m in messages if m.subject_key in moot or _is_over(m, promised.get(m.id))}
    unsent = over | {m.id for m in messages if m.type in _WITHDRAWALS and m.ends and over.issuperset(m.ends)}
    left = [replace(m, replaces=None) if m.replaces in unsent else m for m in messages if m.id not in unsent]
    return left, [m for m in messages if m.id in unsent]


def _is_over(message: Message, promise: Promise | None) -> bool:
    """Whether it asked for something that nobody needs to do any more."""
    return promise is not None and not promise.open and MESSAGE_TYPES[message.type].withdrawn_by is not None
