"""What several senders say of one episode, put together: the police under one or more references, and workers (AMB-90).

Each sender's newest statement is an account. Together they make the one statement that an episode is read by.
"""

from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from datetime import datetime
from typing import Literal

from episodes.episode import Episode, Reference, Terms
from episodes.reports import About, Missing

SenderKind = Literal["police", "worker"]
STATEMENT = tuple(f.name for f in fields(Missing) if f.name not in ("origin", "about", "by", "revision", "details"))


def started(missing: Missing, terms: Terms) -> datetime:
    """Where the clocks of a report count from: the latest of the terms' fields that it gives, else T-12."""
    return start_told(missing, terms) or missing.origin.at


def start_told(missing: Missing, terms: Terms) -> datetime | None:
    """The same, where the report itself says so much as one time."""
    given = [at for name in terms.start if (at := getattr(missing, name)) is not None]
    return max(given) if given else missing.reported_at


def kind_of(report: Missing) -> SenderKind:
    return "worker" if report.by else "police"


def told_by(episode: Episode) -> frozenset[SenderKind]:
    """Which kinds of sender have told of the episode."""
    return frozenset(kind_of(account) for account in accounts(episode))


def accounts(episode: Episode) -> tuple[Missing, ...]:
    """What each sender says, the newest statement last."""
    return episode.accounts or ((episode.missing,) if episode.missing else ())


def told_in(episode: Episode) -> Iterator[tuple[str, ...]]:
    """The references of the police, each by its force and incident; and the very reports by which the child is said to
    be missing, each by what its ids are derived from."""
    yield from ((r.force, r.incident) for r in episode.references)
    yield from (origin.parts for origin in episode.heard)
    yield from (account.origin.parts for account in accounts(episode))


def held_from(episode: Episode, report: Missing) -> Missing | None:
    """The statement of the same sender that is held already."""
    return next((a for a in accounts(episode) if _sender(a) == _sender(report)), None)


def with_account(episode: Episode, report: Missing) -> Episode:
    """The episode as it is read once this sender's statement has replaced the one before. One that only repeats takes
    the old one's place and does not become the newer of several."""
    held, before = accounts(episode), held_from(episode, report)
    if before and not report.about.identifiers:  # silent on the child's numbers: those it told stand
        report = replace(report, about=replace(report.about, identifiers=before.about.identifiers))
    if before and (statement(before), before.details) == (statement(report), report.details):
        kept = tuple(replace(report, origin=a.origin) if a is before else a for a in held)
    else:
        kept = (*(a for a in held if a is not before), report)
    return replace(episode, accounts=kept if len(kept) > 1 else (), missing=together(kept))


def without_account(episode: Episode, about: About) -> Episode | None:
    """The episode without what the police said under a reference, and without the reference; None where nobody else
    has told of it."""
    taken_back = Reference(about.force or "", about.incident or "")
    kept = tuple(a for a in accounts(episode) if _sender(a) != taken_back)
    if not kept or len(kept) == len(accounts(episode)):
        return None
    references = tuple(r for r in episode.references if r != taken_back)
    accounts_left = kept if len(kept) > 1 else ()
    return replace(episode, accounts=accounts_left, missing=together(kept), references=references)


def together(statements: Sequence[Missing]) -> Missing:
    """One statement out of several. What a later one is silent on stays as it was. The report to the police is the
    earliest that the police know of; a worker's time counts where the police name none."""
    merged = statements[0]
    for told in statements[1:]:
        said = {name: value for name in STATEMENT if (value := getattr(told, name)) not in (None, ())}
        about = told.about if told.by is None else merged.about
        merged = replace(merged, **said, origin=told.origin, about=about, details={**merged.details, **told.details})
    reported = [s for kind in ("police", "worker") for s in statements if kind_of(s) == kind and s.reported_at]
    first = [s.reported_at for s in reported if kind_of(s) == kind_of(reported[0]) and s.reported_at]
    by = None if any(s.by is None for s in statements) else statements[0].by
    return replace(merged, reported_at=min(first, default=None), by=by)


def statement(report: Missing) -> tuple[object, ...]:
    """What a report says, without who said it under which number and when."""
    return tuple(getattr(report, name) for name in STATEMENT)


def _sender(report: Missing) -> object:
    if report.by is not None:
        return report.by
    return Reference(report.about.force or "", report.about.incident or "")
