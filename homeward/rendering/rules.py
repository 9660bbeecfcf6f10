"""One rule in sentences: when it speaks, under which conditions, what Homeward then does and by when."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from homeward.rendering.acts import act
from homeward.rendering.conditions import phrase
from homeward.rendering.english import as_sentence, denied, length, listed
from homeward.rendering.events import any_happened
from homeward.rendering.wording import FEW, PackWording
from routing.pack import Condition, Criterion, Limit, Moment, Rule, Tests

INLINE = 190
"""As many letters of conditions as a sentence bears; more stand in a list."""
MODALITY = {"must": "must", "should": "should", "may": "may", "judgement": "a person judges", None: ""}
URGENCY = {"immediate": "at once", "same_day": "the same day", "routine": ""}


TAKES_BACK = ("meeting.cancel", "task.cancel", "rhi.withdrawn", "flag.clear")
"""Messages of which it goes without saying that they end what was asked for."""


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list with the line that leads into it."""

    intro: str
    items: tuple["str | Bullets", ...]


RuleNode = str | Bullets


@dataclass(frozen=True, slots=True)
class Told:
    """One rule of the file in words; of a rule with `each` a sentence for each part."""

    id: str
    title: str
    modality: str
    urgency: str
    says: tuple[RuleNode, ...]
    notes: tuple[str, ...] = ()

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(label for label in (self.modality, self.urgency) if label)


def rule_sentences(parts: Sequence[Rule], w: PackWording) -> Told:
    """A rule, or all the parts of a rule with `each`."""
    first = parts[0]
    says = [node for rule in parts for node in _says(rule, w)]
    notes = [note for rule in parts for note in _notes(rule, w)]
    return Told(
        first.family or first.id, first.title, MODALITY[first.modality], URGENCY[first.urgency],
        tuple(dict.fromkeys(says)), tuple(dict.fromkeys(notes)),
    )  # fmt: skip


def _says(rule: Rule, w: PackWording) -> list[RuleNode]:
    """The sentence, and the lists of conditions behind it where there are too many for one."""
    does = f"Homeward {act(rule, w)}{_due(rule, w)}"
    lead = _lead(rule, w)
    asked = [c for c in rule.tests.when if not _goes_without_saying(c, rule)]
    wants, bars = conditions(asked, w), _flat(conditions(rule.tests.unless, w))
    wants = wants if lead else _last_what_goes_on(wants)
    inline_wants, inline_bars = _inline(wants, "and"), _inline(bars, "or")
    few = len(wants) <= 1 and len(bars) <= 1
    if inline_wants is not None and inline_bars is not None and (few or len(inline_wants + inline_bars) <= INLINE):
        opening = f"{lead}{', if' if inline_wants else ''}" if lead else ("as soon as" if inline_wants else "at once")
        unless = f", unless {inline_bars}" if inline_bars else ""
        return [as_sentence(f"{opening} {inline_wants}".rstrip() + f"{unless}, {does}")]
    opening = f"{lead}, {does}" if lead else does
    nodes: list[RuleNode] = []
    if wants:
        holds = "all of this holds"
        if isinstance(wants[0], Bullets) and len(wants) == 1:
            wants, holds = [*wants[0].items], "one of these holds"
        intro = f"{'if' if lead else 'as soon as'} {holds if len(wants) > 1 else 'this holds'}"
        nodes.append(Bullets(f"{as_sentence(f'{opening}, {intro}').removesuffix('.')}:", tuple(wants)))
    else:
        nodes.append(as_sentence(opening))
    if bars:
        intro = "But not if any of this holds:" if len(bars) > 1 else "But not if this holds:"
        nodes.append(Bullets(intro, tuple(bars)))
    return nodes


def _goes_without_saying(condition: Condition, rule: Rule) -> bool:
    """Whether the events that a rule answers say already what a condition asks."""
    return condition.name == "event" and bool(rule.on) and {*rule.on} <= {*condition.arguments["is_one_of"]}


def _last_what_goes_on(wants: list[RuleNode]) -> list[RuleNode]:
    """Nothing is awaited that is "still" so: it stands behind what is awaited, and alone it is no more than so."""
    going_on = [node for node in wants if isinstance(node, str) and " still " in node]
    if len(going_on) == len(wants):
        return [node.replace(" still ", " ") if isinstance(node, str) else node for node in wants]
    return [*(node for node in wants if node not in going_on), *going_on]


def _flat(bars: list[RuleNode]) -> list[RuleNode]:
    """What stands under `unless`: one is too many, also of those that stand in a list."""
    return [item for node in bars for item in (node.items if isinstance(node, Bullets) else (node,))]


def _inline(nodes: Iterable[RuleNode], last: str) -> str | None:
    """The conditions in one line; None where one of them is a list."""
    lines = [node for node in nodes if isinstance(node, str)]
    return listed(lines, last) if len(lines) == len([*nodes]) and lines else (None if [*nodes] else "")


def _lead(rule: Rule, w: PackWording) -> str:
    if rule.moment is not None:
        return _moment(rule.moment, w)
    events = any_happened(rule.on, w)
    if not events:
        return ""
    return f"{'each time' if rule.once in ('event', 'report') else 'when'} {events}"


def conditions(tests: Iterable[Condition], w: PackWording) -> list[RuleNode]:
    """What stands under `when` or `unless`, each condition in words. A criterion that is always met asks nothing."""
    nodes: list[RuleNode] = []
    for condition in tests:
        if condition.name != "meets":
            nodes.append(phrase(condition.name, condition.arguments, condition.wanted, w))
            continue
        for name in condition.arguments["criteria"]:
            nodes += _criterion(name, w)
    return nodes


def _criterion(name: str, w: PackWording) -> list[RuleNode]:
    rows = w.pack.criteria[name]
    if f"criteria.{name}" in w.pack.means:
        return [w.criterion(name)]
    if any(row.tests == Tests() for row in rows):
        return []
    lines = [row_in_words(row, w) for row in rows]
    return [lines[0]] if len(lines) == 1 else [Bullets("one of these holds:", tuple(lines))]


def row_in_words(row: Criterion, w: PackWording) -> str:
    """One row of a criterion, in one line."""
    return tests_in_words(row.tests, w)


def tests_in_words(tests: Tests, w: PackWording) -> str:
    """All of `when` and none of `unless`, in one line; "in every case" where nothing is asked."""
    wants = listed(_line(node) for node in conditions(tests.when, w))
    bars = [_line(node) for node in conditions(tests.unless, w)]
    if wants:
        return f"{wants}, unless {listed(bars, 'or')}" if bars else wants
    return listed([denied(bar) for bar in bars]) if bars else "in every case"


def _line(node: RuleNode) -> str:
    return node if isinstance(node, str) else listed([_line(item) for item in node.items], "or")


# ---- time


def anchor_phrase(limit: Limit, w: PackWording) -> str:
    """What a limit counts from, as a noun."""
    match limit.anchor:
        case "first_sent":
            return f"the first time that {w.sent(limit.of)}"
        case "told_first":
            return "the first message to the service"
        case "last_held":
            return f"the last {w.names(limit.of)}"
        case "document":
            return f"the newest {w.names(limit.of)}"
    return {
        "start": "the start of the episode",
        "missing_since": "the time since which the child has been missing",
        "return": "the return",
        "found": "the time at which the child was found",
        "receipt": "the receipt of the report",
        "event": "that event",
        "eighteenth_birthday": "the child's 18th birthday",
    }[limit.anchor]


def span(limit: Limit, w: PackWording) -> str:
    """`72 hours after the return`."""
    return f"{listed(map(length, limit.lengths), 'or')} after {anchor_phrase(limit, w)}"


def _moment(moment: Moment, w: PackWording) -> str:
    limit = moment.limit
    if not limit.lengths[0].length:
        return f"on {anchor_phrase(limit, w)}"
    if moment.op == "over":
        return f"once more than {_passed(limit, w)}"
    if moment.op == "before" and moment.lead is not None:
        return f"{length(moment.lead)} before {_passed(limit, w)}"
    return span(limit, w)


def _passed(limit: Limit, w: PackWording) -> str:
    """`24 hours have passed since the return`."""
    have = "has" if limit.lengths[0].length == 1 else "have"
    return f"{listed(map(length, limit.lengths), 'or')} {have} passed since {anchor_phrase(limit, w)}"


def _due(rule: Rule, w: PackWording) -> str:
    texts = []
    if rule.due:
        texts.append(f"due {within(rule.due, w)}")
    if rule.target:
        texts.append(f"aimed at {within(rule.target, w)}")
    return f", {' and '.join(texts)}" if texts else ""


def within(limit: Limit, w: PackWording) -> str:
    """`within 72 hours of the return`."""
    if limit.lengths[0].unit == "same_working_day":
        return f"on the same working day as {anchor_phrase(limit, w)}"
    text = f"within {listed(map(length, limit.lengths), 'or')} of {anchor_phrase(limit, w)}"
    text += ", whichever is earlier" if len(limit.lengths) > 1 else ""
    return text + (", or when people have agreed" if limit.agreed else "")


def _notes(rule: Rule, w: PackWording) -> list[str]:
    """What the message does besides."""
    notes = []
    for titles in (w.titles(target.told_by) for target in rule.to):
        if len(titles) > FEW:
            notes.append(f"The messages are: {listed(titles)}.")
    if rule.rejects:
        notes.append("The report is not taken as a fact.")
    if rule.classifies:
        notes.append(f"From then on the child counts as {rule.classifies}, until a person says otherwise.")
    if rule.about == "child":
        notes.append("This is owed to the child whether or not an episode is open.")
    if rule.beyond_scope:
        notes.append("This is done for somebody beyond the scope of the procedure too.")
    if rule.follows:
        notes.append("The request follows the work when it passes to somebody else.")
    if rule.settled_by:
        notes.append(f"It is settled when {any_happened(rule.settled_by, w)}.")
    takes_back = rule.withdraws or rule.send in TAKES_BACK
    ends = (*(() if takes_back else rule.closes), *rule.closes_for_child, *rule.takes_over)
    if ends:
        notes.append(f"This ends {w.open(ends, 'and')}.")
    return notes
