"""From the messages of one cause for one mailbox to what their e-mail says, in the order in which a busy reader needs
it: who does what by when, what happened, why, and what follows if nothing is done.

No layout, no MIME and no sending. Any field that has no place of its own is still told, under its name in words.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from producers.acts import WordedAct, lower_first
from producers.facts import known_lines
from producers.plain import one_line, plain_text, sentence, words
from producers.times import Times
from producers.wording import CitedClause, Habits, Wordings
from schemas.delivery import Outgoing

_URGENCIES = ("immediate", "same_day", "routine")
# A police reference is short, without blanks, and has a digit; anything else could be a name and stays in the body.
_REFERENCE = re.compile(r"(?=.*\d)[A-Za-z0-9][A-Za-z0-9/._:#-]{0,39}")
_CODE = re.compile(r"^[a-z]+(?:_[a-z]+)+: ")
"""By which programs know what is wrong; people read the sentence behind it."""
_JUDGEMENT = "The judgement is yours."
_HUB = "HUB"
_FEW = 3
"""Clauses that are told in words; of any further ones the places alone."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What one e-mail says. `lines` in their order, the first of which says who does what by when; `links` are those
    that are web addresses, none where there is no desk: where the first message is answered, and where the letter is
    confirmed, if another of its messages wants that. `footer` comes last, the protective marking at its end.
    `repeats`: it may have arrived before; `held_up`: when it was written, where it waited longer than it should."""

    subject: str
    urgent: bool
    you: str
    lines: tuple[str, ...]
    links: tuple[tuple[str, str], ...]
    footer: tuple[str, ...]
    clauses: tuple[str, ...]
    repeats: bool = False
    held_up: str | None = None

    @property
    def link(self) -> tuple[str, str] | None:
        """Where to go first."""
        return self.links[0] if self.links else None

    def address_in(self, line: str) -> str:
        """The web address that a line holds; empty where it holds none."""
        return next((address for label, address in self.links if line == f"{label}: {address}"), "")


OutgoingWithData = tuple[Outgoing, Mapping[str, Any]]
"""An outgoing row with its JSON data."""


def leading_first(messages: Sequence[OutgoingWithData]) -> list[OutgoingWithData]:
    """The most urgent first: by urgency, what must be confirmed, what asks for an answer, the earliest limit."""

    def rank(message: OutgoingWithData) -> tuple[Any, ...]:
        data = message[1]
        urgency = str(data.get("urgency"))
        place = _URGENCIES.index(urgency) if urgency in _URGENCIES else len(_URGENCIES)
        due = data.get("due") if isinstance(data.get("due"), str) else "~"
        return place, not data.get("acknowledge_by"), not data.get("answers"), due

    return sorted(messages, key=rank)


def write_letter(messages: Sequence[OutgoingWithData], words_of: Wordings) -> Letter:
    """The letter for one recipient, led by the first message. What is absent or odd in the data is left out."""
    times = Times(messages[0][0].time)
    lead, *others = (WordedAct(item, data, words_of, times) for item, data in messages)
    subject = _subject(lead)
    lines = [*_lines(lead, others, words_of)]
    return Letter(
        subject=subject,
        urgent=lead.is_urgent,
        you=lead.role,
        lines=tuple(line if isinstance(line, str) else f"{line[0]}: {line[1]}" for line in lines),
        links=tuple(line for line in lines if isinstance(line, tuple)),
        footer=tuple(_footer(messages)),
        clauses=_ids([lead, *others]),
        repeats=any(item.repeats for item, _ in messages),
        held_up=next((Times(item.time).tell(item.time) for item, _ in messages if item.late), None),
    )


def _subject(lead: WordedAct) -> str:
    """The act, its limit and the police reference: nothing by which a passer-by could know a child."""
    incident = str(lead.data.get("incident") or "")
    return f"{lead.headline()} - {incident}" if _REFERENCE.fullmatch(incident) else lead.headline()


def _lines(lead: WordedAct, others: Sequence[WordedAct], words_of: Wordings) -> Iterator[str | tuple[str, str]]:
    """Line by line. A pair is a link, with what stands before it."""
    yield lead.first_line()
    if others:
        yield " ".join(_besides(lead, others))
    yield from _facts(lead, others)
    why, places = _why([lead, *others], words_of)
    others_told = _told_too([lead, *others])
    judges = lead.judges
    if judges and why:
        yield f"{why} {_JUDGEMENT}"
    yield from _answer(lead)
    yield from _confirmed_by(lead, others)
    last = " ".join(filter(None, [lead.modality(), lead.if_not()]))
    contact = lead.habits.contact if lead.is_urgent else ""
    told = f"Told too: {', '.join(others_told).rstrip('.')}." if others_told else ""
    if why and not judges:
        yield from filter(None, [last, contact, f"{why} {told}".strip()])
    else:
        yield from filter(None, [" ".join(filter(None, [last, places, told])), contact])


def _besides(lead: WordedAct, others: Sequence[WordedAct]) -> Iterator[str]:
    """What else the same cause asks of the same reader: what must not wait, and what can."""
    at_once = [a for a in others if a.asks and (a.urgency != "routine" or lead.urgency == "routine")]
    later = [a for a in others if a.asks and a not in at_once]
    to_know = [a for a in others if not a.asks]
    for head, acts in (("Then", at_once), ("Can wait:", later), ("To know:", to_know)):
        if acts:
            told = "; ".join(dict.fromkeys(lower_first(a.headline(), bool(a.asks)) for a in acts))
            yield f"{head} {told}" + ("" if told.endswith("?") else ".")


def _facts(lead: WordedAct, others: Sequence[WordedAct]) -> Iterator[str]:
    yield from filter(None, [" ".join(lead.happened())])
    if lead.wording.facts and (situation := _situation([lead, *others])):
        yield from known_lines(situation, lead.item.time, lead.times)
    detail = sentence(_CODE.sub("", plain_text(lead.data.get("detail"))))
    detail += "." if detail and detail[-1] not in ".?!:" else ""
    yield from filter(None, [detail, _record(lead)])
    yield from (f"{label}: {value}" for label, value in lead.further())
    seen = {*lead.further()}
    for act in others:
        own = [f"{label}: {value}" for label, value in act.further() if (label, value) not in seen]
        if own:
            yield f"{act.title()}: {'; '.join(own)}"


def _situation(acts: Sequence[WordedAct]) -> Mapping[str, Any] | None:
    """What is known: as the first message tells it that tells it at all."""
    told = (act.data.get("situation") for act in acts)
    return next((each for each in told if isinstance(each, Mapping) and each), None)


def _record(lead: WordedAct) -> str:
    child, incident = lead.data.get("child"), plain_text(lead.data.get("incident"))
    record = plain_text(child.get("identifiers")) if isinstance(child, Mapping) else ""
    unseen = incident and not _REFERENCE.fullmatch(incident)
    return " ".join(filter(None, [f"Record: {record}." if record else "", f"Reference: {incident}." if unseen else ""]))


def _answer(lead: WordedAct) -> Iterator[str | tuple[str, str]]:
    """Where to answer: on the desk by one link, else where the authority says, and what may be said there."""
    if not lead.is_answerable:
        return
    if link := lead.link():
        yield lead.link_label(), link
        return
    habits: Habits = lead.habits
    verb = "Confirm" if lead.confirm_by else "Answer"
    told = (plain_text(lead.data.get("answer_at")) or habits.answer_at or f"in {habits.system}").rstrip(".")
    choices = "; ".join(lead.choices())
    yield " ".join(filter(None, [f"{verb}: {told}.", f"What you may say: {choices}." if choices else ""]))


def _confirmed_by(lead: WordedAct, others: Sequence[WordedAct]) -> Iterator[tuple[str, str]]:
    """Where the letter is confirmed, where its first message does not want that but another does. Once for all: who
    confirms one message has seen the letter."""
    wanting = None if lead.confirm_by else next((act for act in others if act.confirm_by), None)
    if wanting and (link := wanting.link()):
        yield wanting.link_label(), link


def _ids(acts: Sequence[WordedAct]) -> tuple[str, ...]:
    found = (c for a in acts for c in a.clause_ids)
    return tuple(dict.fromkeys(found))


def _why(acts: Sequence[WordedAct], words_of: Wordings) -> tuple[str, str]:
    """Why, in the clauses' own words; and the places alone, where the clauses have no words."""
    lead = acts[0]
    cited = [c for a in acts for c in words_of.clauses(a.source, a.clause_ids)]
    clauses = [*dict.fromkeys(cited)]
    worded = [c for c in clauses if c.says]
    if not worded:
        bare = ", ".join(c.place for c in clauses)
        own = "Why: it is a duty of Homeward itself." if _HUB in lead.clause_ids and not bare else ""
        return own, f"{sentence(bare)}." if bare else ""
    if lead.judges:
        first, *rest = worded[:_FEW]
        told = [f"{sentence(first.place)}: {_bare(first)}.", *(_also(c) for c in rest)]
    else:
        first, *rest = worded[:_FEW]
        told = [f"Why: {_bare(first)} ({first.place}).", *(_also(c) for c in rest)]
    cited_already = {c.place for c in worded[:_FEW]}
    further = ", ".join(dict.fromkeys(c.place for c in clauses if c.place not in cited_already))
    return " ".join([*told, *([f"See too: {further}."] if further else [])]), ""


def _also(clause: CitedClause) -> str:
    return f"{sentence(_bare(clause))} ({clause.place})."


def _bare(clause: CitedClause) -> str:
    return lower_first(one_line(clause.says).rstrip("."))


def _told_too(acts: Sequence[WordedAct]) -> list[str]:
    """The other recipients, each by the name that the register gives or by their role."""
    here = {(a.item.role, a.item.person) for a in acts}
    told: dict[str, None] = {}
    for act in acts:
        everyone = act.data.get("to")
        for one in (o for o in everyone if isinstance(o, Mapping)) if isinstance(everyone, list) else ():
            role, person = one.get("role"), one.get("person")
            if (role, person) not in here and isinstance(role, str):
                told[plain_text(person) or act.title_of(role) or words(one_line(role))] = None
    return [*filter(None, told)]


def _footer(messages: Sequence[OutgoingWithData]) -> Iterator[str]:
    yield "Sent by Homeward. It passes on messages and keeps time limits. It decides nothing about a child."
    item, data = messages[0]
    numbers = ", ".join(dict.fromkeys(one_line(each.message) for each, _ in messages))
    yield f"Message {numbers}" + (f", episode {one_line(item.subject)}" if item.subject else "")
    yield from filter(None, [plain_text(data.get("handling"))])
