"""What a rule may ask about the child beyond the episode at hand: other episodes, an interview that goes on from one to
the next, and who is involved."""

from episodes.identity import missing_again
from routing.carrying import carried_on as is_carried_on
from routing.carrying import followed
from routing.conditions.vocabulary import RoleWords, RuleWords, condition
from routing.situation import Situation


@condition
def another_open(s: Situation) -> bool:
    """The child is missing by another episode as well."""
    return any(case.episode.still_missing for case in s.others)


@condition
def missing_again_since(s: Situation) -> bool:
    """The child is missing by another episode that began after the return from this one."""
    return any(c.episode.still_missing and missing_again(s.episode, c.episode) for c in s.others)


@condition
def carries_on(s: Situation, given_up_by: RuleWords = ()) -> bool:
    """This episode carries on the interview of an earlier one, given up there by one of these rules."""
    return any(not given_up_by or any(p.is_a(what) for what in given_up_by for p in c.promises) for c in followed(s))


@condition
def carried_on(s: Situation) -> bool:
    """A later episode carries on the interview of this one."""
    return is_carried_on(s)


@condition
def asked(s: Situation, roles: RoleWords, by: RuleWords) -> bool:
    """One of these roles was asked by one of these rules in this episode, and is not done."""
    return any(r.role in roles for what in by for p in s.promised(what) if p.open for r in p.to)


@condition
def workers_involved(s: Situation) -> bool:
    """The register names workers who are involved with the child."""
    return bool(s.record.involved)


@condition
def newest_episode(s: Situation) -> bool:
    """No other episode of the child, apart from one reported in error, began later."""
    later = (c.episode for c in s.others if c.episode.start and c.episode.state not in ("retracted", "waiting"))
    return s.episode.start is not None and all(e.start <= s.episode.start for e in later if e.start)
