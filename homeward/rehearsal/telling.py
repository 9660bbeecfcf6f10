"""A rehearsal in the words of people: as text, as a page, and as data. Instants are told in London time."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from homeward.rehearsal.messages import SaidMessage
from homeward.rehearsal.running import RehearsedPack
from homeward.rendering.english import day, listed, many, named
from routing.calendar import LONDON, london_date
from routing.pack import Pack
from routing.pack_words import title_of
from schemas.html import html_page

_TEMPLATES = Path(__file__).parents[1] / "rendering" / "templates"


@dataclass(frozen=True, slots=True)
class DifferenceLine:
    """One message: when it was or would have been sent, about which incident, and what has changed of it."""

    at: str
    incident: str
    due: str
    was: str = ""


@dataclass(frozen=True, slots=True)
class DifferenceGroup:
    """Messages that ask or tell the same of the same people."""

    title: str
    to: str
    lines: tuple[DifferenceLine, ...]


@dataclass(frozen=True, slots=True)
class DifferenceSection:
    """A kind of difference. `says` introduces it."""

    title: str
    says: str
    groups: tuple[DifferenceGroup, ...]

    @property
    def count(self) -> int:
        return sum(len(group.lines) for group in self.groups)


def difference_sections(done: RehearsedPack) -> tuple[DifferenceSection, ...]:
    """What would have been sent, what not, and what otherwise."""
    pack, found = done.pack, done.found
    new, gone = ([(said, _line(said)) for said in some] for some in (found.new, found.gone))
    changed = [(after, _line(after, _was(before, after))) for before, after in found.changed]
    told = (
        ("Would have been sent", "Nobody had these.", new),
        ("Would not have been sent", "Somebody had these.", gone),
        ("Would have been sent otherwise", "At another time, with another limit or in other words.", changed),
    )
    return tuple(DifferenceSection(title, says, _groups(lines, pack)) for title, says, lines in told)


def introduction(done: RehearsedPack) -> str:
    """What was rehearsed, on what."""
    first, last = day(london_date(done.since)), day(london_date(done.until))
    heard = f"{named(done.pack.authority)}, version {done.pack.version}, on {many(done.reports, 'report')}"
    lost = f" The words of {many(done.lost, 'further report')} are not kept any more, so they had no part in it."
    return f"{heard}. Compared: what was sent from {first} to {last}.{lost if done.lost else ''} Nothing was sent."


def rehearsal_text(done: RehearsedPack) -> Iterator[str]:
    """DifferenceLine by line, for a terminal."""
    yield introduction(done)
    yield f"{many(done.found.alike, 'message')} would have been the same."
    for section in difference_sections(done):
        yield ""
        yield f"{section.title}: {section.count}"
        for group in section.groups:
            yield f"  {len(group.lines):>5}  {group.title}, to {group.to}"
            for line in group.lines:
                due = f", due {line.due}" if line.due else ""
                yield f"           {line.at}  {line.incident}{due}{f' ({line.was})' if line.was else ''}"


def rehearsal_page(done: RehearsedPack) -> str:
    """The page as HTML. It needs nothing from elsewhere."""
    return html_page(
        _TEMPLATES,
        "rehearsal.html",
        {"many": many},
        name=named(done.pack.authority),
        introduction=introduction(done),
        alike=done.found.alike,
        sections=difference_sections(done),
    )


def rehearsal_data(done: RehearsedPack) -> dict[str, Any]:
    """The same for programs; instants in UTC."""
    return {
        "authority": done.pack.authority,
        "version": done.pack.version,
        "since": done.since,
        "until": done.until,
        "reports": done.reports,
        "reports_lost": done.lost,
        "alike": done.found.alike,
        "new": [_datum(said) for said in done.found.new],
        "gone": [_datum(said) for said in done.found.gone],
        "changed": [{"before": _datum(one), "after": _datum(other)} for one, other in done.found.changed],
    }


def _datum(said: SaidMessage) -> dict[str, Any]:
    return {
        "id": said.id, "at": said.at, "type": said.type, "kind": said.kind, "episode": said.episode,
        "incident": said.incident, "to": said.to, "due": said.due,
    }  # fmt: skip


def _groups(told: Iterable[tuple[SaidMessage, DifferenceLine]], pack: Pack) -> tuple[DifferenceGroup, ...]:
    """The most numerous first."""
    found: dict[tuple[str, str], list[DifferenceLine]] = {}
    for said, line in told:
        found.setdefault((title_of(said.type, said.kind, pack.kinds), _people(said.to, pack)), []).append(line)
    groups = [DifferenceGroup(title, to, tuple(lines)) for (title, to), lines in found.items()]
    return tuple(sorted(groups, key=lambda group: (-len(group.lines), group.title, group.to)))


def _people(to: Sequence[str], pack: Pack) -> str:
    return listed(pack.roles[role].name if role in pack.roles else role.replace("_", " ") for role in to) or "nobody"


def _line(said: SaidMessage, was: str = "") -> DifferenceLine:
    return DifferenceLine(_moment(said.at), said.incident or "", _moment(said.due) if said.due else "", was)


def _was(before: SaidMessage, after: SaidMessage) -> str:
    told = []
    if before.at != after.at:
        told.append(f"sent {_moment(before.at)}")
    if before.due != after.due:
        told.append(f"due {_moment(before.due)}" if before.due else "without a limit")
    return f"was {listed(told)}" if told else "with other words"


def _moment(at: datetime) -> str:
    return f"{at.astimezone(LONDON):%d %b %Y %H:%M}"
