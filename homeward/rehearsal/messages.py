"""What a run of the hub has said, and how two runs differ."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

from store import Store

_PAGE = 1000
_OF_THE_PACK = ("pack", "clauses", "answers", "answer_at")
"""What a message says of the procedure that asks for it, and not of the matter."""

_Key = tuple[str | None, str, str | None, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class SaidMessage:
    """A message as somebody would have had it. `told` is all that it says of the matter."""

    id: str
    at: datetime
    type: str
    kind: str | None
    episode: str | None
    incident: str | None
    to: tuple[str, ...]
    due: datetime | None
    told: Mapping[str, Any] = field(repr=False)

    @property
    def key(self) -> _Key:
        """Whatever says the same to the same people about the same episode."""
        return self.episode, self.type, self.kind, self.to


@dataclass(frozen=True, slots=True)
class Differences:
    """Of one run and another: what was said only in the second (`new`) or only in the first (`gone`), and what was said
    in both but at another time, with another limit or otherwise (`changed`, each as it was and as it is)."""

    new: tuple[SaidMessage, ...]
    gone: tuple[SaidMessage, ...]
    changed: tuple[tuple[SaidMessage, SaidMessage], ...]
    alike: int

    @property
    def episodes(self) -> list[str]:
        """The episodes that the messages are about."""
        said = (*self.new, *self.gone, *(one for pair in self.changed for one in pair))
        return list(dict.fromkeys(message.episode for message in said if message.episode))


async def said_in(store: Store, authority: str, since: datetime) -> tuple[SaidMessage, ...]:
    """Every message of an authority from an instant on, in the order of time."""
    found: dict[str, SaidMessage] = {}
    position = 0
    async with store.reading() as tx:
        while page := await tx.outbox_after(position, _PAGE):
            position = page[-1].position
            for row in (delivery.row for delivery in page):
                if row.authority == authority and row.at >= since and row.message_id not in found:
                    found[row.message_id] = _said(row.message_id, row.at, row.type, orjson.loads(row.payload))
    return tuple(sorted(found.values(), key=lambda said: (said.at, said.id)))


def _said(id_: str, at: datetime, type_: str, data: dict[str, Any]) -> SaidMessage:
    return SaidMessage(
        id=id_,
        at=at,
        type=type_,
        kind=data.get("kind"),
        episode=data.get("episode"),
        incident=data.get("incident"),
        to=tuple(dict.fromkeys(str(each["role"]) for each in data.get("to", ()))),
        due=datetime.fromisoformat(data["due"]) if data.get("due") else None,
        told={name: value for name, value in data.items() if name not in _OF_THE_PACK},
    )


def message_differences(before: Iterable[SaidMessage], after: Iterable[SaidMessage]) -> Differences:
    """How two runs differ. Messages are the same by their id, and else by what they say to whom about which episode, in
    the order of time: a rule that has another name in the changed procedure is not another message."""
    old, new = {said.id: said for said in before}, {said.id: said for said in after}
    pairs = [(old[id_], new[id_]) for id_ in old.keys() & new.keys()]
    further = _paired([s for s in old.values() if s.id not in new], [s for s in new.values() if s.id not in old])
    pairs += further
    paired = {said.id for pair in further for said in pair}
    changed = [(one, other) for one, other in pairs if (one.at, one.told) != (other.at, other.told)]
    return Differences(
        new=tuple(s for s in new.values() if s.id not in old and s.id not in paired),
        gone=tuple(s for s in old.values() if s.id not in new and s.id not in paired),
        changed=tuple(sorted(changed, key=lambda pair: (pair[1].at, pair[1].id))),
        alike=len(pairs) - len(changed),
    )


def _paired(old: Sequence[SaidMessage], new: Sequence[SaidMessage]) -> list[tuple[SaidMessage, SaidMessage]]:
    waiting = defaultdict[_Key, list[SaidMessage]](list)
    for said in new:
        waiting[said.key].append(said)
    return [(said, waiting[said.key].pop(0)) for said in old if waiting[said.key]]
