"""What must hold of every course, said without the code that is tried: each fault is one line."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from routing.ledger_words import recorded_id
from routing.message_types import MESSAGE_TYPES
from tests.disorder.course import Absence, Course, Said
from tests.disorder.limits import not_told_of_a_limit
from tests.disorder.reading import Read
from tests.shipped import shipped_packs

MAY_BE_NO_NEWS = (
    *("police.found", "worker.found_report", "police.missing", "worker.missing_report", "police.status_change"),
    *("police.retracted", "case.context", "case.opened", "case.closed", "tombstone", "document.updated"),
    *("task.completed", "clock.override"),
)
"""What may say only what is known already. Anything else is the act of a person: taken in, held or refused."""
ALARMS = ("notify.missing", "flag.set", "senior.alert")
NO_ALARM = ("child_deceased", "need_to_know", "need_to_know_update", "missing_episode", "briefing_shared")
"""What is told of a return, and what a person decides to send."""
TELLS_BACK = ("notify.found", "rhi.request", "ola.notify")
HEARS_OF_NO_RETURN = (
    *("responsible_team", "team_manager", "other_lcs_user", "personal_adviser"),
    *("independent_reviewing_officer", "child_protection_chair"),
)
"""Who is told "missing" in Buckinghamshire and need not hear of the return: those whom BUCKS-183 does not name, and
those whom it names only where the child has one then."""
RECORDERS = ("mash", "emergency_social_work_team")
EARLY = ("it speaks of an incident that nobody", "what it speaks of has not been reported")
AS_READ = ("rhi.breach", "notify.info/communication_copy", "episode.finalise")
"""Whether an interview is told to be late that was over, too late, before anybody could be asked for it, hangs on which
of the two is read first; so does the copy of a request that did not leave. That an episode may be completed is told as
soon as nothing is owed as far as has been read (NOTTS-83), to whoever holds it then."""
ONCE_FOR_A_CHILD = ("meeting.request/mam",)
"""Asked for once, in whichever absence of the child gives the reason first (NOTTS-23)."""
TAKES_BACK = ("retracted", "corrected")
OF_EVENTS = {
    (authority, rule.id)
    for authority, versions in shipped_packs().all().items()
    for rule in versions[-1].rules
    if rule.once in ("event", "report")
}
"""Rules whose messages are called after the event that they answer."""


def faults(course: Course, read: Read) -> Iterator[str]:
    """What does not hold of a course that was read in one order."""
    yield from (f"a fault of the hub: {detail}" for detail in read.quarantined)
    yield from _lost(course, read)
    yield from _alarmed_for_nothing(course, read)
    yield from _left_untold(read)
    yield from _not_asked(course, read)
    yield from not_told_of_a_limit(read)


def differences(one: Read, other: Read) -> Iterator[str]:
    """What two orders of the same course end in, where that is not the same. Where a report was refused, and a person
    told, what follows is that person's, and the orders may differ in it."""
    if _is_refused(one) or _is_refused(other):
        return
    for when, mine, theirs in zip(("as it was read", "long after"), one.after, other.after, strict=True):
        for what, left, right in zip(("state", "owed"), mine, theirs, strict=True):
            yield from (f"{when}, {what}: only in the first {_shown(each)}" for each in (left - right).elements())
            yield from (f"{when}, {what}: only in the other {_shown(each)}" for each in (right - left).elements())


def differently_told(one: Read, other: Read, split_alike: bool) -> Iterator[str]:
    """What is said in one reading and not in the other, or under another id, but for the word that something came
    early. Where batches were split in another way, of what was asked for: what tells how things are may have left
    before it changed."""
    if any(_is_refused(read) or _was_joined(read) for read in (one, other)):
        return
    mine, theirs = (_told(read, split_alike) for read in (one, other))
    yield from (f"said only in the first: {_shown(row)}" for row in (mine - theirs).elements())
    yield from (f"said only in the other: {_shown(row)}" for row in (theirs - mine).elements())
    yield from _differently_called(one, other)
    if split_alike:
        yield from (f"told back only in the first: {_shown(row)}" for row in _told_back(one) - _hears_of_return(other))
        yield from (f"told back only in the other: {_shown(row)}" for row in _told_back(other) - _hears_of_return(one))


def _told_back(read: Read) -> set[tuple[Any, ...]]:
    return {row for m in read.said if m["type"] == "notify.found" for row in _each(m)}


def _hears_of_return(read: Read) -> set[tuple[Any, ...]]:
    """Who hears in some way that the child is back. Whoever is asked for something once the hub has read of the return
    hears of it with that; whoever is asked before hears of it afterwards (AMB-102, AMB-177), also where what they are
    asked for was decided after the return."""
    return _told_back(read) | {row for m in read.said if (m.get("situation") or {}).get("found_at") for row in _each(m)}


def _each(message: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    return ((message["authority"], message["incident"], _roles([r])) for r in message["to"])


def _differently_called(one: Read, other: Read) -> Iterator[str]:
    """What both say, each under an id of its own: ids hang on no order."""
    left, right = _called(one), _called(other)
    for row in left.keys() & right.keys():
        if left[row] - right[row] and right[row] - left[row]:
            yield f"said under two ids: {_shown(row)}"


def _what(m: dict[str, Any]) -> str:
    return f"{m['type']}/{m['kind']}"


def _row(m: dict[str, Any]) -> tuple[Any, ...]:
    incident = None if _what(m) in ONCE_FOR_A_CHILD else m["incident"]
    return (m["authority"], m["type"], m["kind"], incident, _roles(m["to"]), m["due"])


def _called(read: Read) -> dict[tuple[Any, ...], set[str]]:
    """The ids of what is said but once, and first. What had been decided before and did not leave is said anew, under
    another one."""
    left = {m["id"] for m in read.said}
    decided = [e for e in read.ledger if e.kind == "decision"]
    unsent = {(e.episode, e.entry["type"], e.entry["kind"]) for e in decided if e.entry["message"] not in left}
    once = {e.entry["message"] for e in decided if (e.authority, e.entry["rule"]) not in OF_EVENTS}
    called: dict[tuple[Any, ...], set[str]] = {}
    for m in read.said:
        again = m["replaces"] or (m["episode"], m["type"], m["kind"]) in unsent
        if m["id"] in once and not again and not _came_early(m):
            called.setdefault((*_row(m), m["incident"]), set()).add(m["id"])
    return called


def has_further_error(course: Course) -> bool:
    """Whether a further absence of a child was reported in error. While that stands, the quick guide withdraws the
    interview that is open, and returns to screening, or makes a contact where none is open yet (QUICK-03, AMB-154):
    it hangs on which of the two was read by then, and both are right. In the end the same is owed."""
    return any(
        a.error and any(b.child == a.child and b.gone < a.gone for b in course.absences) for a in course.absences
    )


def hangs_on_a_decision(course: Course) -> bool:
    """Whether somebody decides on the screening of an absence while a further one of that child is told of. Decisions
    have no time of their own: a further absence calls the quick guide's open interview off (QUICK-35), and one that is
    asked for while the child is missing again stands."""
    if course.authority != "quick-guide":
        return False
    decided = {(s.read, s.data.get("incident")) for s in course.said if s.type == "screening.decision"}
    told = {(s.read, s.data.get("incident")) for s in course.said if s.type == "police.missing"}
    child = {a.incident: a.child for a in course.absences}
    return any(
        read == at and one != other and child.get(str(one)) == child.get(str(other))
        for read, one in decided
        for at, other in told
    )


def _was_joined(read: Read) -> bool:
    """Whether a report was taken for an absence that was open then: what is said of that one meanwhile speaks of both,
    although the return before the other turns out to part them (AMB-173, AMB-185). In the end the same is owed."""
    return any(
        name.startswith("joined") for e in read.ledger if e.kind == "fact" for name, _ in e.entry.get("events", ())
    )


def _told(read: Read, everything: bool) -> Counter[tuple[Any, ...]]:
    """How often each is said. An update says how things stand, and what they were in between need not be told. What is
    asked for of a child outside any episode leaves at once, and may be done in what is read next. What stands in the
    place of an earlier message, as its limit moved (T-8), counts alone: the earlier one may have left by then. Who
    hears of a return is looked at by itself."""
    replaced = {m["replaces"] for m in read.said}
    said = [m for m in read.said if m["id"] not in replaced]
    said = [m for m in said if everything or MESSAGE_TYPES[m["type"]].withdrawn_by]
    said = [m for m in said if m["episode"] or not MESSAGE_TYPES[m["type"]].withdrawn_by]
    said = [m for m in said if m["type"] != "notify.found" and not _came_early(m)]
    told = Counter(_row(m) for m in said if not {m["type"], _what(m)}.intersection(AS_READ))
    return Counter({row: 1 if row[1] == "episode.update" else times for row, times in told.items()})


def _roles(to: list[dict[str, Any]]) -> tuple[str, ...]:
    return _names(frozenset((r["role"], r["person"]) for r in to))


def _came_early(message: dict[str, Any]) -> bool:
    waits = any(word in str(message.get("detail") or "") for word in EARLY)  # told one by one, or counted
    return message["kind"] == "unmatched_found" or (message["kind"] == "doubtful_match" and waits)


def _is_refused(read: Read) -> bool:
    """Also a record that could not be finalised yet (BUCKS-185): the person must decide once more."""
    return any(message["kind"] in ("episode_conflict", "data_quality", "finalise_blocked") for message in read.said)


def owed_to_whom(read: Read) -> set[tuple[Any, ...]]:
    """What is owed in the end and to whom, less the limits that count from the receipt of a notification."""
    return {(type_, kind, _names(to)) for _, type_, kind, to, _ in read.after[-1][1]}


def _shown(row: tuple[Any, ...]) -> str:
    return " ".join(str(_names(part)) if isinstance(part, frozenset) else str(part) for part in row)


def _names(of: frozenset[Any]) -> tuple[str, ...]:
    """Recipients or references, in words. Who records it in Buckinghamshire depends on the hour of the day."""
    told = ((r.role, r.person) if hasattr(r, "role") else r for r in of)
    recorders = (("recorder", r[1]) if isinstance(r, tuple) and r[0] in RECORDERS else r for r in told)
    return tuple(sorted(map(str, recorders)))


# ---- nothing is lost without a word


def _lost(course: Course, read: Read) -> Iterator[str]:
    """Each report stands in the ledger, and each act of a person has become a fact, waits, or was answered."""
    reported = {(e.entry["topic"], e.entry["offset"]) for e in read.ledger if e.kind == "report"}
    answered = {e.causation for e in read.ledger if e.kind in ("fact", "waits", "decision")}
    for said in course.said:
        if said.type != "tombstone" and (said.topic, said.number) not in reported:
            yield f"not in the ledger: {said}"
        elif said.type not in MAY_BE_NO_NEWS and _cause(said) not in answered:
            yield f"lost without a word: {said}"


def _cause(said: Said) -> str:
    return recorded_id(said.source, f"c{said.number}")


# ---- nothing alarms about a child who is back


def _alarmed_for_nothing(course: Course, read: Read) -> Iterator[str]:
    for absence in course.absences:
        back = _told_back_at(course, absence)
        if back is None or _is_told_otherwise(course, absence):
            continue
        for message in read.said:
            alarms = message["type"] in ALARMS and message["kind"] not in NO_ALARM
            if alarms and message["incident"] == absence.incident and message["at"] > back:
                yield f"{message['type']} {message['kind']} of {absence.incident} at {message['at']}, back since {back}"


def _told_back_at(course: Course, absence: Absence) -> Any:
    """When the hub had read that the child is back, and also that it had been missing."""
    of_it = [s for s in course.said if s.data.get("incident") == absence.incident]
    gone = [s.at for s in of_it if s.type == "police.missing"]
    back = [s.at for s in of_it if s.type == "police.found" and s.data.get("contact_made") is not False]
    return max(min(gone), min(back)) if gone and back else None


def _is_told_otherwise(course: Course, absence: Absence) -> bool:
    """Whether something in the course may open the episode again, or begin another under the same reference."""
    last = max((s.number for s in course.said if _is_return(s, absence)), default=0)
    return any(s.number > last and s.data.get("incident") == absence.incident
               and s.type in ("police.missing", "police.found", "clock.override") for s in course.said)  # fmt: skip


def _is_return(said: Said, absence: Absence) -> bool:
    told = said.type == "police.found" and said.data.get("contact_made") is not False
    return told and said.data.get("incident") == absence.incident


# ---- nobody who was told "missing" is left untold


def _left_untold(read: Read) -> Iterator[str]:
    ended = [(r.incident, state in ("found", "retracted")) for state, *_, refs in _states(read) for r in refs]
    over = {incident for incident, is_so in ended if is_so} - {incident for incident, is_so in ended if not is_so}
    told: dict[str, set[tuple[str, str | None]]] = {}
    for message in read.said:
        people = {(r["role"], r["person"]) for r in message["to"] if r["role"] not in HEARS_OF_NO_RETURN}
        if message["type"] == "notify.missing":
            told.setdefault(message["episode"], set()).update(people)
        elif message["type"] in TELLS_BACK or message["kind"] in TAKES_BACK:
            told[message["episode"]] = told.get(message["episode"], set()) - people
    of = {m["episode"]: m["incident"] for m in read.said if m["type"] == "notify.missing"}
    left = (episode for episode, people in told.items() if people and of[episode] in over)
    yield from (f"told missing and not back: {sorted(map(str, told[e]))} of {of[e]}" for e in left)


def _states(read: Read) -> Iterator[tuple[Any, ...]]:
    for authority_state in read.after[-1][0]:
        yield authority_state[1:]


# ---- nothing that is owed is missing


def _not_asked(course: Course, read: Read) -> Iterator[str]:
    """Of each missing report that stands somebody hears."""
    for absence in course.absences:
        if any(s.type == "police.missing" and s.data.get("incident") == absence.incident for s in course.said):
            heard = [m for m in read.said if m["incident"] in (absence.incident, None)]  # None: a worker told first
            retracted = any(
                s.type == "police.retracted" and s.data["incident"] == absence.incident for s in course.said
            )
            if not heard and not retracted and not _joined(read, absence):
                yield f"nobody heard of {absence.incident}"


def _joined(read: Read, absence: Absence) -> bool:
    """Whether its reference is one of several of an episode, whose messages go by the first."""
    return any(len(refs) > 1 and absence.incident in {r.incident for r in refs} for *_, refs in _states(read))
