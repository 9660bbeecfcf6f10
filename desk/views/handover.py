"""The handover: what an authority's day left to its night, or the night to its day, in the order in which it is
told."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from desk.clock_words import dated
from desk.clocks import Clock, work_clocks
from desk.views.said import event_in_words
from routing.pack import Pack
from store import LedgerEntry, WorkRow

_ON_ONE_PAGE = 25
_BEGINS, _ENDS = "opened", ("found", "ended", "retracted")
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class HandoverFact:
    """Something that came: of which episode, what, and when."""

    episode: str
    event: str
    at: datetime


@dataclass(frozen=True, slots=True)
class HandoverList(Generic[_T]):
    """One of the lists: what stands on this page of it, and how much there is on all."""

    shown: Sequence[_T]
    total: int

    @classmethod
    def of(cls, rows: Sequence[_T], page: int) -> "HandoverList[_T]":
        return cls(rows[(page - 1) * _ON_ONE_PAGE : page * _ON_ONE_PAGE], len(rows))

    @property
    def pages(self) -> int:
        return max(-(-self.total // _ON_ONE_PAGE), 1)


@dataclass(frozen=True, slots=True)
class Handover:
    """What came at one authority, and what nobody has answered."""

    authority: str
    new: HandoverList[HandoverFact]
    found: HandoverList[HandoverFact]
    decided: HandoverList[HandoverFact]
    unanswered: HandoverList[Sequence[WorkRow]]

    @property
    def lists(self) -> tuple[HandoverList[HandoverFact] | HandoverList[Sequence[WorkRow]], ...]:
        return self.new, self.found, self.decided, self.unanswered

    @property
    def pages(self) -> int:
        return max(each.pages for each in self.lists)

    @property
    def is_empty(self) -> bool:
        return not any(each.total for each in self.lists)

    @property
    def cases(self) -> set[str]:
        """The episodes of what is shown, and other cases in which something waits."""
        facts = (fact.episode for each in (self.new, self.found, self.decided) for fact in each.shown)
        return {*facts, *(rows[0].case_id for rows in self.unanswered.shown)}


@dataclass(frozen=True, slots=True)
class HandoverView:
    """The same in words: each line (episode, reference, what, when), and each clock with its reference."""

    authority: str
    parts: tuple[tuple[str, int, str, tuple[tuple[str, str, str, str], ...]], ...]
    unanswered: tuple[tuple[str, Clock], ...]
    waiting: int
    is_empty: bool


def handover_of(
    authority: str, lines: Iterable[LedgerEntry], work: Sequence[WorkRow], since: datetime, now: datetime, page: int
) -> Handover:
    """One page of it. `lines`: the facts since then, in their order; `work`: all that waits, what runs out first
    first."""
    told: dict[str, list[HandoverFact]] = {"new": [], "found": [], "decided": []}
    for line in lines:
        for name, _ in line.entry["events"]:
            part = _part(name)
            if part:
                told[part].append(HandoverFact(line.episode or "", name, line.at))
    new, found, decided = (HandoverList.of(facts, page) for facts in told.values())
    return Handover(authority, new, found, decided, HandoverList.of(_left(work, since, now), page))


def handover_view(hand: Handover, references: Mapping[str, str], pack: Pack, now: datetime) -> HandoverView:
    """`references`: the police reference of each episode that is shown."""

    def lines(facts: Collection[HandoverFact]) -> Iterator[tuple[str, str, str, str]]:
        for fact in facts:
            if fact.episode in references:
                yield fact.episode, references[fact.episode], event_in_words(fact.event, pack), dated(fact.at)

    told = (
        ("New", hand.new, "Nobody was reported missing."),
        ("Back, ended or taken back", hand.found, "Nobody was reported back."),
        ("Decided or done", hand.decided, "Nothing was decided."),
    )
    waits = [(rows[0].case_id, clock) for rows in hand.unanswered.shown for clock in work_clocks(rows, pack, now)]
    return HandoverView(
        hand.authority,
        tuple((name, each.total, empty, tuple(lines(each.shown))) for name, each, empty in told),
        tuple((references.get(case, "No episode"), clock) for case, clock in waits),
        hand.unanswered.total,
        hand.is_empty,
    )


def _left(work: Iterable[WorkRow], since: datetime, now: datetime) -> list[Sequence[WorkRow]]:
    """What came since, and what is overdue, of all that waits: the rows of each message together."""
    left: dict[tuple[str, str], list[WorkRow]] = {}
    for row in work:
        if row.since >= since or (row.due and row.due <= now):
            left.setdefault((row.message, row.wanted), []).append(row)
    return [*left.values()]


def _part(event: str) -> str | None:
    head = event.partition(".")[0]
    if head == _BEGINS:
        return "new"
    if head in _ENDS:
        return "found"
    return "decided" if head in ("decided", "interview", "meeting", "task_completed", "clock_override") else None
