"""What a report itself said and who spoke, for the steps of a course: grades, places and instants, and no free text,
which could name a child."""

from collections.abc import Iterator
from datetime import datetime
from typing import Protocol

from desk.acts import who_is_meant
from desk.clock_words import day_and_hour
from episodes.episode import Episode
from episodes.origin import Actor, Origin
from episodes.reports import Found, Missing
from routing.ledger_words import recorded_id
from routing.pack import Pack


class _Told(Protocol):
    """A report of somebody who may be named."""

    @property
    def origin(self) -> Origin: ...
    @property
    def by(self) -> Actor | None: ...


def tellers_of(episode: Episode, pack: Pack) -> dict[str, str]:
    """By what the ledger calls a report, the role and person who spoke in it, where it says so."""
    told: list[_Told] = [*episode.accounts, *episode.decisions, *episode.outcomes, *episode.tasks]
    told += [report for report in (episode.missing, episode.found, episode.located, episode.override) if report]
    told += episode.acknowledged
    return {_cause(each.origin): who_is_meant(pack, each.by.role, each.by.person) for each in told if each.by}


def accounts_of(episode: Episode, now: datetime) -> dict[str, str]:
    """By what the ledger calls a report, what it said of the absence or of the return."""
    missing = episode.accounts or ((episode.missing,) if episode.missing else ())
    returns = [report for report in (episode.found, episode.located) if report]
    said = {_cause(report.origin): ", ".join(_missing(report, now)) for report in missing}
    return said | {_cause(report.origin): ", ".join(_found(report, now)) for report in returns}


def _cause(origin: Origin) -> str:
    """What the ledger calls a report as a cause."""
    return recorded_id(origin.source, origin.id)


def _missing(report: Missing, now: datetime) -> Iterator[str]:
    yield report.classification or "missing or absent: not said"
    yield f"risk {report.risk}" if report.risk else "risk not graded"
    if report.missing_from:
        yield f"from {report.missing_from.replace('_', ' ')}"
    if report.last_seen_at:
        yield f"last seen {day_and_hour(report.last_seen_at, now)}"
    if report.reported_at:
        yield f"reported {day_and_hour(report.reported_at, now)}"


def _found(report: Found, now: datetime) -> Iterator[str]:
    if report.found_at:
        yield f"found {day_and_hour(report.found_at, now)}"
    if report.returned_at:
        yield f"back {day_and_hour(report.returned_at, now)}"
    if report.safe_and_well is not None:
        yield f"safe and well check {'done' if report.safe_and_well else 'not done'}"
