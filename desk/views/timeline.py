"""The course of an episode: what happened, what was sent because of it and to whom, and what lies ahead; each step with
its why. The picture beside the list is drawn from the same steps."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from desk.acts import act_of, code_in_words, who_is_meant
from desk.clock_words import day_and_hour
from desk.clocks import Clock
from desk.views.accounts import accounts_of, tellers_of
from desk.views.said import event_in_words
from episodes.episode import Episode
from episodes.events import Change
from routing.pack import Pack
from store import Delivery, LedgerEntry
from store.history import by_message

STATES: Mapping[str, str] = {
    "prepared": "not sent yet",
    "retrying": "not taken yet, trying again",
    "sending": "being sent",
    "accepted": "accepted, not confirmed",
    "delivered": "delivered, not confirmed",
    "bounced": "bounced: it came back",
    "parked": "held up: a person must release it",
    "failed": "refused: it did not arrive",
    "in_doubt": "in doubt: it may have arrived",
}
"""What each state of a delivery means to somebody who asks whether they heard."""


@dataclass(frozen=True, slots=True)
class Why:
    """What made Homeward send something: what the rule does, and the clauses behind it in our words, with the place
    where each stands. `inputs`: the report that set it off."""

    rule: str
    clauses: tuple[tuple[str, str], ...]
    inputs: str


@dataclass(frozen=True, slots=True)
class CourseStep:
    """One step of the past. `sent`: Homeward sent something, and told `who`; else it heard something from `who`, who
    said `said` of the absence or the return."""

    at: datetime
    when: str
    title: str
    who: str
    sent: bool
    why: Why | None = None
    how: tuple[str, ...] = ()
    message: str | None = None
    said: str = ""


@dataclass(frozen=True, slots=True)
class ToldRow:
    """Somebody who was told: of what, when, by which way, and what became of it."""

    who: str
    what: str
    when: str
    way: str
    became: str


def steps_of(
    episode: Episode, ledger: Sequence[LedgerEntry], deliveries: Sequence[Delivery], pack: Pack, now: datetime
) -> list[CourseStep]:
    """The steps, oldest first; what only a machine does (timers set, attempts to deliver) is none. `ledger`: with the
    words of senders in clear."""
    ways = by_message(deliveries)
    tellers, accounts = tellers_of(episode, pack), accounts_of(episode, now)
    steps: list[CourseStep] = []
    for line in ledger:
        if line.kind == "fact":
            steps += _heard(line, tellers.get(line.cause, ""), accounts.get(line.cause, ""), pack, now)
        elif line.kind == "decision":
            steps.append(_sent(line, ways, pack, now))
    return steps


def told_of(deliveries: Sequence[Delivery], confirmed: Mapping[str, str], pack: Pack, now: datetime) -> list[ToldRow]:
    """Everybody who was told, newest first. `confirmed`: by message, who has said that they have seen it."""
    return [_told(delivery, confirmed, pack, now) for delivery in reversed(deliveries)]


def _heard(line: LedgerEntry, teller: str, account: str, pack: Pack, now: datetime) -> Iterator[CourseStep]:
    """`teller`: who spoke in the report; `account`: what it said."""
    source, _ = line.entry["report"]
    heard = [name for name, _ in line.entry["events"] if not name.startswith(Change.TIMER_DUE)]
    title = "; ".join(dict.fromkeys(event_in_words(name, pack) for name in heard))
    if title:  # that a clock ran out is told with what was sent because of it
        who = f"{teller}, by {_sender(source)}" if teller else _sender(source)
        yield CourseStep(line.at, day_and_hour(line.at, now), title, who, sent=False, said=account)


def _sent(line: LedgerEntry, ways: Mapping[str, Sequence[Delivery]], pack: Pack, now: datetime) -> CourseStep:
    entry = line.entry
    to = ", ".join(dict.fromkeys(who_is_meant(pack, role, person) for role, person in entry["to"]))
    why = "counted with others that are alike" if entry.get("counted") else "its reason had ended"
    unsent = f" (not sent: {why})" if entry.get("unsent") else ""
    rows = ways.get(entry["message"], ())
    how = tuple(f"{_way(row.row.destination, pack)}: {STATES[row.state]}" for row in rows)
    title = act_of(pack, entry["type"], entry["kind"]) + unsent
    when = day_and_hour(line.at, now)
    return CourseStep(line.at, when, title, to, True, _why(line, pack), how, entry["message"])


def _why(line: LedgerEntry, pack: Pack) -> Why:
    rule = pack.rules_by_id.get(line.entry["rule"])
    held = [pack.clauses[name] for name in line.entry["clauses"] if name in pack.clauses]
    cited = tuple((pack.source.place(clause.section), clause.says) for clause in held)
    if not cited:
        cited = (("Homeward", "A duty of Homeward itself, or an interpretation that the pack names."),)
    title = rule.title if rule and rule.title else line.entry["rule"].replace("_", " ")
    because = line.entry["because"]
    caused = f"what {_sender(because[0])} reported" if because else "a clock that ran out"
    return Why(title, cited, caused)


def _sender(source: str) -> str:
    """Who sent a report, from its CloudEvents source; from its type, where the source is not kept."""
    kind, dot, _ = source.partition(".")
    if dot and "/" not in kind:
        return {"police": "the police", "timer": "Homeward", "history": "Homeward"}.get(kind, "the case system")
    parts = [part for part in source.split("/") if part]
    if parts[:1] == ["police"]:
        return " ".join(["police", *parts[1:2]])
    if parts[:1] == ["desk"]:
        return "the duty desk"
    return "the case system" if parts[:1] == ["casework"] else source or "Homeward"


def _way(destination: str, pack: Pack) -> str:
    channel, _, where = destination.partition("/")
    if channel != "mail":
        return f"topic {where}"
    _, role, *person = where.split("/")
    return f"e-mail to {who_is_meant(pack, role, person[0] if person else None)}"


def _told(delivery: Delivery, confirmed: Mapping[str, str], pack: Pack, now: datetime) -> ToldRow:
    row = delivery.row
    channel, _, where = row.destination.partition("/")
    parts = where.split("/")
    service = where.split(".")[-2] if "." in where else where
    who = (
        who_is_meant(pack, parts[1], parts[2] if len(parts) > 2 else None)
        if channel == "mail"
        else code_in_words(service.replace("-", "_"))
    )
    by = confirmed.get(row.message_id)
    became = f"confirmed by {by}" if by and channel == "mail" else STATES[delivery.state]
    if channel != "mail" and delivery.state == "accepted":
        became = "accepted for their system"
    way = "e-mail" if channel == "mail" else "message to their system"
    return ToldRow(who, act_of(pack, row.type, row.kind), day_and_hour(row.at, now), way, became)


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark in the picture, in hundredths of its width."""

    x: float
    kind: str


_PAST = 70.0
"""How much of the picture the past takes where something lies ahead."""


def picture(
    steps: Sequence[CourseStep], ahead: Sequence[Clock], since: datetime, now: datetime
) -> tuple[list[Mark], float]:
    """The marks of the past and of what lies ahead, and where now stands. Past and future each have a scale of their
    own."""
    due = [clock.due for clock in ahead if clock.due and clock.due > now]
    end = _PAST if due else 100.0
    whole = max(now - since, timedelta(minutes=1))
    marks = [
        Mark(round(max(step.at - since, timedelta()) / whole * end, 1), "told" if step.sent else "") for step in steps
    ]
    last = max(due, default=now) - now
    marks += [Mark(round(end + (at - now) / last * (100 - end), 1), "ahead") for at in due]
    return marks, end
