"""A protocol pack as values: what one version of one authority's published procedure promises.

Read from TOML by `routing.loading`; nothing is parsed or defaulted here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from episodes.episode import Terms
from episodes.origin import Classification
from routing.calendar import Calendar
from routing.messages import Modality, Urgency
from routing.pack_words import Kinds, Vocabulary
from routing.periods import Period
from routing.roles import Role
from routing.source import Clause, NamedLimit, Source


@dataclass(frozen=True, slots=True)
class Condition:
    """A named condition with its arguments; `wanted` False asks for the opposite."""

    name: str
    arguments: Mapping[str, Any]
    wanted: bool = True


@dataclass(frozen=True, slots=True)
class Tests:
    """All of `when` and none of `unless`."""

    when: tuple[Condition, ...] = ()
    unless: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Criterion:
    """One row of a named criterion. The criterion is met when any row is; each row that is met lends its clauses."""

    tests: Tests
    clauses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Target:
    """Somebody a message goes to: a role (of a certain service's worker or manager), an audience, whoever was told by
    certain rules (or by the newest of them alone), whoever was asked by certain rules in any episode of the child and
    is not done, or the people that the report itself names. `named_as` = "value": the person whom a decision names for
    the role. A role beside another `named_as` is the one in which that person is addressed; where nobody is named, the
    role stands alone. `if_named`: only where the register names a person."""

    role: str | None = None
    of: str | None = None
    audience: str | None = None
    told_by: tuple[str, ...] = ()
    newest: bool = False
    asked_by: tuple[str, ...] = ()
    named_as: Literal["between", "attendees", "interviewer", "by", "value"] | None = None
    channel: str | None = None
    if_named: bool = False


@dataclass(frozen=True, slots=True)
class AudienceRow:
    """One row of an audience, a decision table: the first row whose tests hold says who is meant. Nobody in `to`
    means: nobody yet, the rule waits."""

    tests: Tests
    to: tuple[Target, ...]
    clauses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Status:
    """One row of the decision table that puts a classification into the case system's word for it."""

    tests: Tests
    word: str


@dataclass(frozen=True, slots=True)
class Limit:
    """An instant counted from an anchor; of several lengths the earliest counts.

    agreed: the kind of decision by which people agree on another number of weeks between two meetings; the date that
    the last meeting itself agreed on counts likewise.
    """

    anchor: str
    of: tuple[str, ...]
    lengths: tuple[Period, ...]
    basis: Literal["source", "local"] = "source"
    agreed: str | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """When a message goes out by itself. `at`: elapsed time reached; `over`: passed, one second after; `before`: the
    hub's own deadline, `lead` ahead of it (T-7)."""

    op: Literal["at", "over", "before"]
    limit: Limit
    lead: Period | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """On an event, when conditions hold, then a message. Without `on` the rule listens to every event of the episode;
    on "opened" it is asked again whenever what it depends on has changed (AMB-182).

    title: what it does, in one plain line. family: the rule of the file whose `each` it is one of.
    once: how often it may answer: once in an episode, for each event, for each report whatever it changed, or for each
    anchor it counts from.
    about: an episode, or the child: a duty that belongs to no episode, asked about at every event of the register and
    of any episode. `once` = "episode" is then once for the child.
    group: of the rules of one group only the first that fires does, in an episode.
    follows: at these events its open promise is sent again to whoever holds the work then, with the limit it has.
    lapses: its promise is withdrawn as soon as its conditions hold no more, and given again when they do.
    outlasts_return: what it asks for is asked for although the return is read together with the report.
    rejects: the report that set it off is not taken as a fact (a person is told instead).
    beyond_scope: it answers also where the pack's scope does not hold.
    classifies: the episode counts as missing (or absent) from this message on, until a person says otherwise.
    contact: whom the recipient may ask; the first of those who are meant.
    circumstances: the message tells the circumstances as they were reported.
    takes_over: an open promise whose place this message takes; `replaces` names it.
    closes: promises that end with this message. settled_by: events that end this promise.
    withdraws: one message for each open promise that it closes, of that promise's kind, to those who were asked.
    closes_for_child: promises that end with it in whichever episode of the child they were given.
    dated: fields that take the day of the message, in London.
    """

    id: str
    clauses: tuple[str, ...]
    send: str
    title: str = ""
    family: str | None = None
    kind: str | None = None
    about: Literal["episode", "child"] = "episode"
    on: tuple[str, ...] = ()
    tests: Tests = Tests()
    to: tuple[Target, ...] = ()
    once: Literal["episode", "event", "report", "anchor"] = "episode"
    group: str | None = None
    moment: Moment | None = None
    due: Limit | None = None
    target: Limit | None = None
    modality: Modality | None = None
    urgency: Urgency = "routine"
    name: str | None = None
    form: str | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    follows: tuple[str, ...] = ()
    lapses: bool = False
    outlasts_return: bool = False
    rejects: bool = False
    beyond_scope: bool = False
    classifies: Classification | None = None
    contact: tuple[Target, ...] = ()
    circumstances: bool = False
    takes_over: tuple[str, ...] = ()
    closes: tuple[str, ...] = ()
    withdraws: bool = False
    closes_for_child: tuple[str, ...] = ()
    settled_by: tuple[str, ...] = ()
    dated: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, str, str]:
        """By what other rules and settings may name it: its id, its message type, or type and kind."""
        return self.id, self.send, f"{self.send}/{self.kind}"


@dataclass(frozen=True, slots=True)
class Periodic:
    """Data sent on the first day after each period."""

    id: str
    period: Literal["month", "quarter"]
    to: tuple[Target, ...]
    clauses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Release:
    """What waits for a person where an authority does not let the hub release by itself (AMB-08): rules, types, or
    types with kinds; it goes out when the intake role has done its task of that kind."""

    task: str
    holds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """A rule, message type, or type with kind that must be acknowledged: the first role of the ladder is told when it
    was not `within` the period, each next one after the same period again."""

    what: str
    within: Period
    ladder: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """One version of one authority's procedure. `scope`: whom it is about at all, such as those under 18; for anybody
    else only the rules that are `beyond_scope` answer. `duty`: who stands in for the intake role outside working hours,
    if anybody does. `kinds`: by type of message, the kinds that its rules send. `limits`: by name, what rules count to.
    `means`: a name of the pack in plain words (`services.cscs`, `criteria.repeated`). `withheld`: by role, type of
    message or type with kind, what such a message does not tell of the episode. `auto_release` and `acknowledge` are
    local settings (`routing.local`), off in every shipped pack. `case_system`: what its people call their case system.
    `answer_at`, `contact`: where they answer and whom they ring, local settings. `groups`: the ids of the rules of each
    group. `heard`: the changes that a rule listens to. `memo`: what was worked out of the pack once and is asked for
    again, by whoever works it out. `tells_back`: the clauses by which whoever was told that a child is missing is told
    that it is back. `questions`: decisions that mean something only as an answer, with the rules that ask for it."""

    authority: str
    version: str
    source: Source
    in_force_from: date
    codes: tuple[str, ...]
    intake: str
    duty: str | None
    terms: Terms
    scope: Tests
    calendar: Calendar
    words: Vocabulary
    roles: Mapping[str, Role]
    clauses: Mapping[str, Clause]
    not_automated: Mapping[str, str]
    criteria: Mapping[str, tuple[Criterion, ...]]
    audiences: Mapping[str, tuple[AudienceRow, ...]]
    rules: tuple[Rule, ...]
    periodic: tuple[Periodic, ...] = ()
    kinds: Kinds = field(default_factory=dict)
    limits: Mapping[str, NamedLimit] = field(default_factory=dict)
    means: Mapping[str, str] = field(default_factory=dict)
    statuses: tuple[Status, ...] = ()
    withheld: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    questions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    release: Release | None = None
    auto_release: bool = True
    tells_back: tuple[str, ...] = ()
    case_system: str = "the case system"
    answer_at: str = ""
    contact: str = ""
    acknowledge: tuple[Acknowledgement, ...] = ()
    systems: Mapping[str, str] = field(default_factory=dict)
    rules_by_id: Mapping[str, Rule] = field(init=False, repr=False, compare=False)
    groups: Mapping[str, frozenset[str]] = field(init=False, repr=False, compare=False)
    heard: frozenset[str] = field(init=False, repr=False, compare=False)
    memo: dict[Any, Any] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        names = {rule.group for rule in self.rules if rule.group}
        groups = {name: frozenset(rule.id for rule in self.rules if rule.group == name) for name in names}
        object.__setattr__(self, "rules_by_id", {rule.id: rule for rule in self.rules})
        object.__setattr__(self, "groups", groups)
        heard = frozenset(pattern.partition(".")[0] for rule in self.rules for pattern in rule.on)
        object.__setattr__(self, "heard", heard)

    @property
    def title(self) -> str:
        return self.source.title

    def named(self, rule: str) -> tuple[Rule, ...]:
        """The rules of that id, or of that family."""
        return tuple(r for r in self.rules if rule in (r.id, r.family))

    def on_duty(self, at: datetime) -> str:
        """The role that takes what nobody else is named for: the intake, outside its hours its duty role."""
        return self.intake if self.duty is None or self.calendar.is_open(at) else self.duty

    def hears(self, change: str) -> bool:
        """Whether a rule listens to such a change."""
        return change in self.heard

    @property
    def has_duties(self) -> bool:
        """Whether there are duties towards a child that belong to no episode."""
        return any(rule.about == "child" for rule in self.rules)
