"""The chronology of an episode for people: as a page that prints well and needs nothing from elsewhere, and as a PDF of
it. Instants are told in London time; the child is not named."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from desk.clock_words import dated
from desk.views.episode import state_in_words
from desk.views.missing import police_reference
from desk.views.timeline import CourseStep, ToldRow, steps_of, told_of
from homeward.rendering.english import named
from reporting.held_cases import HeldCase
from routing.pack import Pack
from schemas.html import html_page
from store import Delivery, LedgerEntry
from store.evidence import LedgerExtract


@dataclass(frozen=True, slots=True)
class Chronology:
    """What is told of an episode. `pack`: the procedure that governs it."""

    episode: str
    reference: str
    authority: str
    state: str
    pack: str
    steps: Sequence[CourseStep]
    told: Sequence[ToldRow]


def chronology(
    held: HeldCase, pack: Pack, ledger: Sequence[LedgerEntry], deliveries: Sequence[Delivery], now: datetime
) -> Chronology:
    """The whole past of an episode, oldest first, as the desk tells it."""
    case = held.episode
    assert case is not None
    confirmed = {a.message: a.by.person or a.by.role for a in case.episode.acknowledged if a.message}
    return Chronology(
        episode=case.id,
        reference=police_reference(held),
        authority=named(pack.authority),
        state=state_in_words(held, now),
        pack=f"{pack.title}, version {pack.version}",
        steps=steps_of(case.episode, ledger, deliveries, pack, now),
        told=told_of(deliveries, confirmed, pack, now)[::-1],
    )


def chronology_page(told: Chronology, extract: LedgerExtract, now: datetime) -> str:
    """The page as HTML."""
    return html_page(
        Path(__file__).parent / "templates",
        "chronology.html",
        {"dated": dated},
        told=told,
        rows=len(extract.rows),
        sealed=sum(row.root is not None for row in extract.rows),
        last=extract.roots[-1] if extract.roots else None,
        stamps=extract.stamps,
        now=now,
    )


def as_pdf(page: str) -> bytes | None:
    """The page as a PDF; None where what draws it is not installed: the extra "evidence", or Pango on the system."""
    try:
        from weasyprint import HTML
    except (ImportError, OSError):
        return None
    return bytes(HTML(string=page).write_pdf(pdf_variant="pdf/ua-1"))
