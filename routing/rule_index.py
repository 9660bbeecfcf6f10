"""Which rules of a pack are asked, found by what has changed instead of by going through them all."""

from dataclasses import dataclass, field

from episodes.events import Change
from routing.pack import Pack, Rule


@dataclass(frozen=True, slots=True)
class RuleIndex:
    """Some rules of a pack, in its order. `rejecting` are those that do not let a report count as a fact, `timed` those
    that go out by themselves; `speaking` finds those that listen to a change."""

    rules: tuple[Rule, ...]
    rejecting: tuple[Rule, ...] = field(init=False)
    timed: tuple[Rule, ...] = field(init=False)
    _speaking: dict[frozenset[Change], tuple[Rule, ...]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "rejecting", tuple(rule for rule in self.rules if rule.rejects))
        object.__setattr__(self, "timed", tuple(rule for rule in self.rules if rule.moment))

    def speaking(self, changes: frozenset[Change]) -> tuple[Rule, ...]:
        """The rules that listen to one of these changes, or to every one; none that rejects."""
        if changes not in self._speaking:
            self._speaking[changes] = tuple(r for r in self.rules if not r.rejects and _listens(r, changes))
        return self._speaking[changes]


def _listens(rule: Rule, changes: frozenset[Change]) -> bool:
    return not rule.on or any(pattern.partition(".")[0] in changes for pattern in rule.on)


def rules_asked(pack: Pack, about: str, inside: bool) -> RuleIndex:
    """The rules that are asked of an episode, or of the duties towards a child; of somebody outside the pack's scope
    only those that answer beyond it."""
    index: RuleIndex | None = pack.memo.get((RuleIndex, about, inside))
    if index is None:
        rules = (rule for rule in pack.rules if rule.about == about and (inside or rule.beyond_scope))
        index = pack.memo[RuleIndex, about, inside] = RuleIndex(tuple(rules))
    return index
