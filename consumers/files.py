"""The duties towards a child that belong to no episode: asked about whenever the register or an episode has news."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from enrichment.people import Child
from episodes.advance import advance
from episodes.episode import Episode
from episodes.events import Event
from episodes.reports import DocumentUpdated, RecordHeld, Report, ServiceChanged, TaskDone, TimerFell
from routing.decide import decide
from routing.messages import derived_id
from routing.situation import Case

if TYPE_CHECKING:
    from consumers.desk import Desk

# What a child's file takes from the report itself; of the rest it hears what changed in an episode.
OF_A_FILE = (RecordHeld, ServiceChanged, DocumentUpdated, TaskDone, TimerFell)


def ask_file(desk: "Desk", child: Child, report: Report, heard: Sequence[Event] = ()) -> None:
    """Asks about the duties towards a child that belong to no episode. The file is told what the register and the
    child's episodes are told; it is kept once there is something to keep."""
    pack = desk.packs.governing(child.authority, desk.now)
    if not pack.keeps_files:
        return
    held = child.file or _new_file(child, desk.now)
    file = replace(held.episode, pack=pack.version)
    if isinstance(report, OF_A_FILE):
        after, events = advance(file, report, pack.terms)
        file = after if isinstance(report, DocumentUpdated) else file
    else:
        events = tuple({event.name: event for event in heard}.values())
    answer = decide(held, file, events, child.record, tuple(child.cases.values()), pack, desk.now)
    if (answer.case.promises, answer.case.timers, file.documents) == (
        held.promises,
        held.timers,
        held.episode.documents,
    ):
        return
    child.keep(answer.case)
    desk.messages += answer.messages
    desk.events.append((child, file, events))


def _new_file(child: Child, now: datetime) -> Case:
    id_ = derived_id("file", child.id)
    return Case(Episode(id=id_, authority=child.authority, pack="", opened_at=now, state="file"))
