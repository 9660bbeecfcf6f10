"""What would follow from an answer, in words: who would be told what, which clocks would stop, start or move, and what
would wait no longer."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from desk.acts import act_of, binds_hub, who_is_meant
from desk.clock_words import day_and_hour, limit_in_words
from desk.ports import RehearsedAnswer, RehearsedMessage
from routing.pack import Pack


@dataclass(frozen=True, slots=True)
class RehearsedView:
    """`sends`, `clocks` and `settles` are lines, each list empty where nothing of it would happen. `warning`: what is
    wrong with the answer, or with the rehearsal."""

    sends: tuple[str, ...]
    clocks: tuple[str, ...]
    settles: tuple[str, ...]
    warning: str

    @property
    def nothing(self) -> bool:
        return not (self.sends or self.clocks or self.settles or self.warning)


def rehearsed_view(told: RehearsedAnswer, authority: str, pack: Pack, now: datetime) -> RehearsedView:
    """As the people of one authority may read it: of what another would be told, only that it would."""
    own = [message for message in told.messages if message.authority == authority]
    sends = [_sends(message, pack, now) for message in own]
    if len(own) < len(told.messages):
        sends.append("Another authority, or the operator of the hub, would be told as well.")
    settles = [act_of(pack, row.type, row.kind) for row in told.settled if row.authority == authority]
    return RehearsedView(
        tuple(dict.fromkeys(sends)),
        tuple(dict.fromkeys(_clocks(told, pack, now))),
        tuple(dict.fromkeys(settles)),
        _warning(told),
    )


def _sends(message: RehearsedMessage, pack: Pack, now: datetime) -> str:
    who = ", ".join(dict.fromkeys(who_is_meant(pack, role, person) for role, person in message.to))
    limit = f" ({limit_in_words(message.due, now)})" if message.due and not binds_hub(message.type) else ""
    return f"{act_of(pack, message.type, message.kind)}{limit} \N{EN DASH} to {who}"


def _clocks(told: RehearsedAnswer, pack: Pack, now: datetime) -> Iterator[str]:
    stopped, started = dict(told.stopped), dict(told.started)
    for rule, due in (*told.stopped, *told.started):
        known = pack.rules_by_id.get(rule)
        if known is None:
            continue  # a clock of the hub's own: what it asks is told with the message that it is about
        what = known.title or act_of(pack, known.send, known.kind)
        if rule in stopped and rule in started:
            yield f"Moves: {what}, from {day_and_hour(stopped[rule], now)} to {day_and_hour(started[rule], now)}"
        else:
            yield f"{'Stops' if rule in stopped else 'Starts'}: {what}, {day_and_hour(due, now)}"


def _warning(told: RehearsedAnswer) -> str:
    if told.refused:
        return f"Homeward could not read this answer: {told.refused}"
    return (
        "What would follow cannot be told at the moment. You can send the answer all the same." if told.failed else ""
    )
