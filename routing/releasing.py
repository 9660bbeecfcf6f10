"""Requests that wait for a person, where an authority does not let the hub release them by itself (AMB-08).

What waits is told to the intake role at once, with the limit that runs meanwhile; when that role has done its task, the
request goes out. Alerts and notifications never wait. In every shipped pack the hub releases by itself.
"""

from dataclasses import replace

from episodes.events import Change, Event
from routing.pack import Pack, Rule, Target
from routing.situation import Situation

CLAUSES = ("AMB-08",)


def held_back(rule: Rule, s: Situation, pack: Pack) -> bool:
    """Whether a rule's message waits for the release."""
    if s.release is None or pack.release is None or s.released_at() is not None:
        return False
    return any(what in pack.release.holds for what in (rule.id, rule.send, f"{rule.send}/{rule.kind}"))


def waits(rule: Rule, pack: Pack) -> Rule:
    """The warning that goes out in place of a rule's message."""
    detail = f"{rule.send} waits for its release; do the task {pack.release.task if pack.release else ''} to send it"
    return replace(
        rule, id=f"{rule.id}/waits", send="exception.raise", kind="release_awaited", to=(Target(role=pack.intake),),
        fields={"detail": detail}, group=None, closes=(), settled_by=(), urgency="same_day", name=None, form=None,
    )  # fmt: skip


def released(event: Event, rule: Rule, s: Situation) -> bool:
    """Whether the event lets a rule speak that has waited."""
    return (
        event.change is Change.TASK_DONE
        and event.qualifier == s.release
        and any(p.rule == f"{rule.id}/waits" for p in s.promises)
    )
