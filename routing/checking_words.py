"""Every word that a pack may use, list by list, and whether its conditions, events and recipients keep to them. A fault
names the word and the nearest right one."""

from collections.abc import Collection, Iterator, Mapping
from typing import Annotated, Any, get_args, get_origin

from episodes.events import Change
from episodes.grading import LOWEST, UNGRADED
from episodes.origin import Classification
from routing.closed_lists import DECISIONS, Grade, InterviewResult
from routing.conditions import CONDITIONS, Word
from routing.message_types import TASK
from routing.pack import Condition, Pack, Target, Tests
from routing.tables import nearest

BEYOND_THE_SOURCE = ("AMB-", "HUB")
BEHIND_THE_DOT: Mapping[Change, str | tuple[str, ...]] = {
    Change.CORRECTED: ("found",),
    Change.CLASSIFIED: get_args(Classification),
    Change.REGRADED: (*get_args(Grade), "rating"),
    Change.JOINED: ("police", "worker"),
    Change.RETURN_CHANGED: ("back", "end"),
    Change.WHEREABOUTS: ("known", "unknown"),
    Change.DECIDED: "decisions",
    Change.DECIDED_ELSEWHERE: "decisions",
    Change.INTERVIEW: get_args(InterviewResult),
    Change.MEETING: "meetings",
    Change.MEETING_ELSEWHERE: "meetings",
    Change.SERVICE_OPENED: "services",
    Change.SERVICE_CLOSED: "services",
    Change.DOCUMENT: "documents",
    Change.TASK_COMPLETED: "tasks",
    Change.DISAGREEMENT: ("raised", "unresolved", "resolved"),
    Change.CONTRADICTION: ("ended_but_not_open", "found_by_other", "no_episode", "return_before_start"),
    Change.TIMER_DUE: "rules",
}
"""What may stand behind the dot of an event: words, or the list of the pack that holds them."""
BOUNDS = (("at_least", "at_most", False), ("over", "at_most", True), ("at_least", "under", True))
"""Arguments of which the first must lie below the second, and whether the two may not be the same either."""


class KnownWords:
    """The words of one pack."""

    def __init__(self, pack: Pack) -> None:
        own = pack.words
        self.pack = pack
        self.decisions: Mapping[str, tuple[str, ...]] = {
            **own.decisions, **{f"meeting.{kind}": values for kind, values in own.meetings.items()}, **DECISIONS
        }  # fmt: skip
        self.promises = {what for rule in pack.rules for what in rule.names}
        self.tasks = pack.kinds.get(TASK, {})
        self._lists: Mapping[str, Collection[str]] = {
            **{name: getattr(own, name) for name in own.__slots__},
            "decisions": self.decisions, "roles": pack.roles, "promises": self.promises, "tasks": self.tasks,
            "professionals": (*pack.roles, *own.professionals),
        }  # fmt: skip
        self._after = _qualifiers(self)

    def known(self, name: str, of: str | None = None) -> Collection[str]:
        """A list of words. `of`: the kind whose values or outcomes, or the section whose parts are meant."""
        match name:
            case "values":
                return self.decisions.get(of or "", ())
            case "outcomes":
                return self.tasks[of].outcomes if of and of in self.tasks else ()
            case "parts":
                return self.pack.words.sections.get(of or "", ())
        return self._lists[name]

    def fault(self, name: str, word: str, of: str | None = None) -> str | None:
        """What is wrong with a word of a list, if anything is."""
        known = self.known(name, of)
        if word in known:
            return None
        if of is not None:
            return f"'{word}' is none of the {name} of {of}{nearest(word, known)}"
        if name == "promises":
            families = {rule.family for rule in self.pack.rules if rule.family}
            near = nearest(word, {*known, *families})
            return f"'{word}' names no rule, message type or type with kind of this pack{near}"
        one, table = _ONE_OF[name]
        return f"there is no {one} '{word}'{nearest(word, known)}; add it to {table}"

    def faults(self, name: str, words: Collection[str], of: str | None = None) -> Iterator[str]:
        yield from (fault for word in words if (fault := self.fault(name, word, of)))

    # ---- clauses and events

    def clause_faults(self, clauses: Collection[str]) -> Iterator[str]:
        for clause in clauses:
            if clause not in self.pack.clauses and not _is_beyond_the_source(clause):
                yield f"there is no clause '{clause}'{nearest(clause, self.pack.clauses)}; add it to [clauses]"

    def event_faults(self, patterns: Collection[str]) -> Iterator[str]:
        for pattern in patterns:
            change, _, qualifier = pattern.partition(".")
            if change not in self._after:
                yield f"there is no event '{change}'{nearest(change, self._after)}; known are: {', '.join(Change)}"
            elif qualifier and qualifier not in self._after[change]:
                may = ", ".join(sorted(self._after[change])) or "nothing"
                near = nearest(qualifier, self._after[change], f"{change}.")
                yield f"there is no event '{pattern}'{near}; after '{change}.' may stand: {may}"
            elif wider := next((p for p in patterns if pattern.startswith(f"{p}.")), None):
                yield f"'{wider}' stands beside '{pattern}' and means it too; leave one of them"

    def behind(self, change: str) -> Collection[str]:
        """What may stand behind the dot of an event."""
        return self._after[change]

    # ---- conditions

    def test_faults(self, tests: Tests) -> Iterator[str]:
        for condition in (*tests.when, *tests.unless):
            if condition.name == "meets":
                for name in condition.arguments["criteria"]:
                    if name not in self.pack.criteria:
                        near = nearest(name, self.pack.criteria)
                        yield f"there is no criterion '{name}'{near}; add it to [criteria]"
            else:
                yield from (f"condition '{condition.name}': {fault}" for fault in self._condition_faults(condition))

    def _condition_faults(self, condition: Condition) -> Iterator[str]:
        given = condition.arguments
        for argument, value in given.items():
            word = _word(CONDITIONS[condition.name].arguments[argument])
            words = (value,) if isinstance(value, str) else value
            if word is not None and word.list == "events":
                yield from self.event_faults(words)
            elif word is not None:
                yield from self.faults(word.list, words, given[word.of] if word.of else None)
        for low, high, apart in BOUNDS:
            if low in given and high in given and _contradict(given[low], given[high], apart):
                yield f"'{low}' {given[low]} and '{high}' {given[high]} leave nothing between them"
        if not set(given.get("decision", ())) <= set(given.get("among") or given.get("decision", ())):
            yield "'decision' names a value that 'among' leaves out"

    def asked_about(self, tests: Tests) -> Iterator[str]:
        """The roles that conditions ask about."""
        for condition in (*tests.when, *tests.unless):
            hints = CONDITIONS[condition.name].arguments if condition.name in CONDITIONS else {}
            for argument, value in condition.arguments.items():
                if (word := _word(hints.get(argument))) and word.list in ("roles", "professionals"):
                    yield from (value,) if isinstance(value, str) else value

    # ---- recipients

    def target_faults(self, targets: Collection[Target]) -> Iterator[str]:
        for target in targets:
            if target.role is not None:
                yield from self.faults("roles", (target.role,))
            if target.audience is not None and target.audience not in self.pack.audiences:
                near = nearest(target.audience, self.pack.audiences)
                yield f"there is no audience '@{target.audience}'{near}; add it to [audiences]"
            if target.of is not None:
                yield from self.faults("services", (target.of,))
                yield from self._of_faults(target)
            if target.named_as == "value" and target.role is None:
                yield "named_as = 'value' needs the role of the person whom the decision names"
            for key, names in (("told_by", target.told_by), ("asked_by", target.asked_by)):
                yield from (f"{key}: {fault}" for fault in self.faults("promises", names))
            if target.newest and not target.told_by:
                yield "'newest' chooses among whoever was told; add 'told_by'"
            if len([key for key in (target.audience, target.told_by, target.asked_by) if key]) > 1:
                yield "only one of 'told_by' and 'asked_by' may be given"
            if (target.told_by or target.asked_by) and (target.role or target.named_as or target.channel):
                yield "whoever was told or asked is told again in the same role by the same channel; leave out the rest"

    def _of_faults(self, target: Target) -> Iterator[str]:
        role = self.pack.roles.get(target.role or "")
        source = role.source if role else None
        if role is not None and (source is None or target.of not in source.services):
            yield f"'of': the role '{target.role}' is not named by the service '{target.of}'; see its 'from'"


_ONE_OF: Mapping[str, tuple[str, str]] = {
    "roles": ("role", "[roles]"),
    "tasks": ("kind of task", '[kinds."task.create"]'),
    "services": ("service", "[words]"),
    "decisions": ("decision", "[words]"),
    "meetings": ("meeting", "[words]"),
    "meeting_types": ("type of meeting", "[words]"),
    "documents": ("document", "[words]"),
    "end_reasons": ("end reason", "[words]"),
    "concerns": ("concern", "[words]"),
    "statuses": ("status", "[words]"),
    "contents": ("content of a pack for families", "[words]"),
    "sections": ("section of the form", "[words]"),
    "disagreements": ("subject of a disagreement", "[words]"),
    "placements": ("kind of placement", "[words]"),
    "systems": ("system", "[words]"),
    "professionals": ("professional or role", "[words]"),
}
"""What a word of each list is, and where the list stands."""


def _is_beyond_the_source(clause: str) -> bool:
    amb, hub = BEYOND_THE_SOURCE
    return clause == hub or (clause.startswith(amb) and clause.removeprefix(amb).isdecimal())


def _word(hint: Any) -> Word | None:
    if get_origin(hint) is not Annotated:
        return None
    return next(a for a in get_args(hint) if isinstance(a, Word))


def _contradict(low: Any, high: Any, apart: bool) -> bool:
    """Whether nothing lies between two bounds, which are numbers or lengths in elapsed time."""
    if not isinstance(low, int):
        low, high = low.elapsed(), high.elapsed()
    return bool(low >= high if apart else low > high)


def _qualifiers(known: KnownWords) -> Mapping[str, Collection[str]]:
    """What may stand behind the dot of each event in this pack."""
    decided = {*known.decisions, *(f"{kind}.{value}" for kind, values in known.decisions.items() for value in values)}
    lists: Mapping[str, Collection[str]] = {
        **{name: known.known(name) for name in ("meetings", "services", "documents", "tasks")},
        "decisions": decided,
        "rules": [rule.id for rule in known.pack.rules],
    }
    behind = {change: BEHIND_THE_DOT.get(change, ()) for change in Change}
    words: dict[str, Collection[str]] = {
        change: lists[of] if isinstance(of, str) else of for change, of in behind.items()
    }
    if known.pack.terms.absent == "class":  # no grade of risk then
        words[Change.REGRADED] = [grade for grade in words[Change.REGRADED] if grade not in (LOWEST, UNGRADED)]
    return words
