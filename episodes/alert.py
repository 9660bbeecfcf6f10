"""Another area's national alert, circulated for information: no episode of the authority's, until the police report the
child missing here. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime

from episodes.episode import Episode, Reference
from episodes.events import Change, Event, brought
from episodes.identity import reference_of
from episodes.reports import Missing, Report, Retracted


@dataclass(frozen=True, slots=True, kw_only=True)
class NationalAlert:
    """One alert at one authority. `report` is the newest statement of the police; `pack` the version that governs it;
    `opened_at` the receipt of the first report."""

    id: str
    authority: str
    pack: str
    opened_at: datetime
    report: Missing
    references: tuple[Reference, ...] = ()
    retracted: bool = False

    def begun(self) -> Episode:
        """The episode of a child whom the police now report missing here, with nothing said in it yet."""
        return Episode(
            id=self.id,
            authority=self.authority,
            pack=self.pack,
            opened_at=self.opened_at,
            references=self.references,
        )

    def as_episode(self) -> Episode:
        """As rules look at it: an episode of which only the alert is known."""
        return replace(self.begun(), state="retracted" if self.retracted else "new", missing=self.report)


def alerted(alert: NationalAlert, report: Missing) -> tuple[NationalAlert, tuple[Event, ...]]:
    """A new alert, and that it came."""
    return with_reference(alert, report), brought(Change.ALERTED, report)


def heard_again(alert: NationalAlert, report: Report) -> tuple[NationalAlert, tuple[Event, ...]]:
    """The alert once more is told of it: a newer statement, that it was sent in error, or nothing that matters."""
    match report:
        case Missing():
            return replace(with_reference(alert, report), report=report), ()
        case Retracted() if not alert.retracted:
            return replace(alert, retracted=True), brought(Change.RETRACTED, report)
    return alert, ()


def with_reference(alert: NationalAlert, report: Missing) -> NationalAlert:
    reference = reference_of(report.about)
    if reference is None or reference in alert.references:
        return alert
    return replace(alert, references=(*alert.references, reference))
