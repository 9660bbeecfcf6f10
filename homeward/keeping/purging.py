"""What goes by the schedules of the authorities, found and done: each type of record in its turn, then the child as a
whole. Nothing of a child goes who is missing or held."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from homeward.keeping.erasing import forget_unswept, mentions_of, sweep
from homeward.keeping.facts import ChildOnFile, children_on_file
from homeward.keeping.schedule import KeepRule, RecordType, Schedule, longest
from homeward.keeping.stripping import is_of, stripped
from store import EpisodeRow, PersonRow, Store, Transaction
from store.keys import Erasure

SCHEDULE = "schedule"
"""The part under which the last purge by the schedules is kept."""
STRIPPED, OLD, HELD = "stripped", "old", "held"
_OF_CHILD: tuple[RecordType, ...] = ("interview", "circumstances", "descriptions", "identifiers")
_WHOLE_HUB = "every authority"
_AT_ONCE = 50  # children forgotten in one transaction
_ON_REGISTER = "the register still holds the child"
Strip = tuple[str, RecordType, datetime]
"""A child's id, the type of record, and the instant before which it goes."""


@dataclass(frozen=True, slots=True)
class Going:
    """So much of a type of record goes, by a rule in words."""

    authority: str
    what: RecordType
    rule: str
    count: int


@dataclass(slots=True)
class PurgePlan:
    """What goes now. `strips` and `children` by id; `old`: for messages by authority, and for claims and quarantine,
    the instants before which they go, without what is about those who are `held`; `kept`: children who were due and
    are kept, with the reason."""

    going: list[Going] = field(default_factory=list)
    strips: list[Strip] = field(default_factory=list)
    children: list[str] = field(default_factory=list)
    old: dict[str, datetime] = field(default_factory=dict)
    held: list[str] = field(default_factory=list)
    kept: dict[str, str] = field(default_factory=dict)

    def lines(self) -> list[Going]:
        """What goes, the same rule of an authority in one line."""
        sums: dict[tuple[str, RecordType, str], int] = {}
        for each in self.going:
            key = (each.authority, each.what, each.rule)
            sums[key] = sums.get(key, 0) + each.count
        return [Going(*key, count) for key, count in sums.items()]


async def plan_purge(store: Store, schedules: Mapping[str, Schedule], now: datetime) -> PurgePlan:
    """What goes by these schedules; changes nothing."""
    plan = PurgePlan()
    async with store.reading() as tx:
        held = {hold.person: hold for hold in await tx.all_holds(now)}
        plan.held = [*held]
        for authority, schedule in sorted(schedules.items()):
            async for child in children_on_file(tx, authority):
                if hold := held.get(child.facts.person):
                    plan.kept[child.facts.person] = f"held by {hold.by}: {hold.why}"
                elif not child.is_missing:
                    _of_child(plan, schedule, child, now)
            if (rule := schedule.rule("messages")) and (before := rule.goes_before(None, now)):
                count = await tx.count_old_messages(authority, before, plan.held)
                plan.going += [Going(authority, "messages", str(rule), count)] if count else []
                plan.old[authority] = before
        await _of_no_child(tx, plan, schedules, plan.held, now)
    return plan


async def purge(store: Store, schedules: Mapping[str, Schedule], by: str, now: datetime) -> PurgePlan:
    """Does what `plan_purge` finds, the journal first, and returns it. `kept` says who could not be forgotten."""
    plan = await plan_purge(store, schedules, now)
    line = Erasure(str(uuid4()), now, journal_words(plan))
    if store.keys and (plan.strips or plan.old):
        await store.keys.note(line)
    await strip_children(store, plan.strips)
    async with store.transaction() as tx:
        await empty_old(tx, plan.old, {*plan.held, *(hold.person for hold in await tx.all_holds(now))})
        await tx.erased([line.id], now, comes_again=True)
    for first in range(0, len(plan.children), _AT_ONCE):
        erased = await forget_unswept(store, plan.children[first : first + _AT_ONCE], by, "", now)
        plan.kept |= erased.refused
    async with store.transaction() as tx:
        await tx.drop_canaries()  # where the hub itself may remove nothing
    await sweep(store)
    async with store.transaction() as tx:
        await tx.purged([SCHEDULE], now)  # not before the files are swept: until then it is tried again, and told
    return plan


def journal_words(plan: PurgePlan) -> dict[str, Any]:
    """The strips, instants and holds of a plan as the journal keeps them; ids, types and instants only."""
    strips = [[person, what, before.isoformat()] for person, what, before in plan.strips]
    old = {what: before.isoformat() for what, before in plan.old.items()}
    return {STRIPPED: strips, OLD: old, HELD: plan.held}


def journal_read(words: Mapping[str, Any]) -> tuple[list[Strip], dict[str, datetime], list[str]]:
    """What `journal_words` wrote."""
    strips = [(person, what, datetime.fromisoformat(before)) for person, what, before in words.get(STRIPPED, ())]
    old = {what: datetime.fromisoformat(before) for what, before in words.get(OLD, {}).items()}
    return strips, old, words.get(HELD, [])


def _of_child(plan: PurgePlan, schedule: Schedule, child: ChildOnFile, now: datetime) -> None:
    person = child.facts.person
    whole = schedule.rule("child", child.facts)
    if whole and whole.goes_before(child.facts, now):
        if child.registered and whole.after == "last_word":
            plan.kept[person] = _ON_REGISTER
        else:
            plan.children.append(person)
            plan.going.append(Going(schedule.authority, "child", str(whole), 1))
            return
    for what in _OF_CHILD:
        rule = schedule.rule(what, child.facts)
        before = rule.goes_before(child.facts, now) if rule else None
        if rule and before and (count := _counted(child, what, rule, before)):
            plan.strips.append((person, what, before))
            plan.going.append(Going(schedule.authority, what, str(rule), count))


def _counted(child: ChildOnFile, what: RecordType, rule: KeepRule, before: datetime) -> int:
    """How much of the type is held of a child from before an instant."""
    contents = sum(is_of(each.kind, what) and each.at < before for each in child.contents)
    if what in ("descriptions", "identifiers"):
        last = child.facts.last_word
        if (child.registered and rule.after in ("receipt", "last_word")) or (last and last >= before):
            return 0  # it is in use
        return contents + (child.is_described if what == "descriptions" else child.is_numbered)
    documents = (each.doc for each in child.cases)
    return contents + sum(stripped(document, what, before) != document for document in documents)


async def _of_no_child(
    tx: Transaction, plan: PurgePlan, schedules: Mapping[str, Schedule], held: Sequence[str], now: datetime
) -> None:
    for what in ("claims", "quarantine"):
        before = longest(schedules.values(), what, now)
        if before is None:
            continue
        plan.old[what] = before
        meant = await _old_quarantine(tx, before, held) if what == "quarantine" else ()
        count = await (tx.count_claims(before) if what == "claims" else tx.count_unassigned(before))
        rule = f"before {before.astimezone(UTC):%Y-%m-%d}, as all schedules allow"
        plan.going += [Going(_WHOLE_HUB, what, rule, count + len(meant))] if count or meant else []


async def _old_quarantine(tx: Transaction, before: datetime, held: Collection[str]) -> list[str]:
    mentions = await mentions_of(tx, held)
    return [id_ for id_, key, value in await tx.old_quarantine(before) if not mentions.found_in(key, value)]


async def strip_children(store: Store, strips: Iterable[Strip]) -> None:
    """Takes these types of record out of what is held of these children, one child after the other."""
    wanted: dict[str, list[tuple[RecordType, datetime]]] = {}
    for person, what, before in strips:
        wanted.setdefault(person, []).append((what, before))
    for person, parts in wanted.items():
        async with store.transaction() as tx:
            await tx.lock([person])
            people, cases = await tx.load([person])
            if person in people:
                await _strip(tx, people[person], cases, parts)


async def _strip(
    tx: Transaction, row: PersonRow, cases: Sequence[EpisodeRow], parts: Sequence[tuple[RecordType, datetime]]
) -> None:
    person, kinds = row.id, {each.kind for each in await tx.contents_at([row.id])}
    changed = {case.id: case for case in cases}
    for what, before in parts:
        changed = {id_: replace(case, doc=stripped(case.doc, what, before)) for id_, case in changed.items()}
        row = replace(row, doc=stripped(row.doc, what, before))
        if what == "descriptions":
            row = replace(row, described=None)
            await tx.file([person], ())
        if what == "identifiers":
            await tx.drop_identifiers(person)
        await tx.empty_contents(person, [kind for kind in kinds if is_of(kind, what)], before)
    await tx.replace_documents(row, [changed[case.id] for case in cases if changed[case.id] != case])


async def empty_old(tx: Transaction, old: Mapping[str, datetime], held: Collection[str]) -> None:
    """What was received before these instants goes: claims, quarantine, and by authority what messages said."""
    for what, before in old.items():
        if what == "claims":
            await tx.forget_claims(before)
        elif what == "quarantine":
            await tx.drop_quarantine(await _old_quarantine(tx, before, held))
            kept = await tx.unassigned_about(await mentions_of(tx, held)) if held else []
            await tx.empty_unassigned(before, kept)
        else:
            await tx.empty_old_messages(what, before, held)
