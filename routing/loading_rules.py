"""One rule of a pack, with its recipients and its limits: a TOML table → values. Its conditions are read in
`routing.loading_tests`, what else a pack holds in `routing.loading`."""

from collections.abc import Mapping
from typing import Any, get_args

from episodes.events import Change
from episodes.origin import Classification
from routing.closed_lists import Channel
from routing.loading_tests import tests
from routing.messages import Modality, Urgency
from routing.naming import Names
from routing.pack import Limit, Moment, Rule, Target
from routing.periods import Elapsed, Period
from routing.tables import TomlTable

ANCHORS: Mapping[str, str] = {
    "start": "the start of the episode, as the terms of the pack read it",
    "return": "the return of the child, as it was reported",
    "found": "the time at which the child was found or came back, as the end of the record has it",
    "receipt": "the receipt of the report that is being answered",
    "event": "the time of the event that is being answered",
    "first_sent": "the first message of those in `of` (rules, types, or types with kind)",
    "told_first": "the first message of those in `of` to whoever was later asked for the interview",
    "last_held": "the last meeting of the kinds in `of`, in any episode of the child",
    "document": "the newest version of one of the documents in `of`",
    "eighteenth_birthday": "the first instant of the child's 18th birthday in London",
    "missing_since": "the last time that the child began to count as missing and not as absent",
}
"""What a limit may count from, and what each means."""
NAMED_AS: Mapping[str, str] = {
    "between": "the two sides of the newest disagreement",
    "attendees": "those who attended the meeting",
    "interviewer": "whoever held the interview, or reports it",
    "by": "whoever makes the report",
    "value": "the person whom the decision names, in the role that stands beside it",
}
"""The people whom a report may name, and whom a message may go to."""
ONCE: Mapping[str, str] = {
    "episode": "once in an episode, as where nothing is said; once for the child, where the rule is about the child",
    "event": "once for each event",
    "report": "once for each report, whatever it changed",
    "anchor": "once for each instant that its limit counts from",
}
"""How often a rule may answer."""


def targets(table: TomlTable, names: Names) -> tuple[Target, ...]:
    """Who stands in `to`."""
    return _listed(table, names, "to")


def _listed(table: TomlTable, names: Names, key: str) -> tuple[Target, ...]:
    return tuple(target(table, names, entry) for entry in table.get(key, list, []))


def target(table: TomlTable, names: Names, entry: Any) -> Target:
    """Somebody whom a message goes to: `"role"`, `"@audience"`, or a table of these keys.

    role: a role of the pack.
    of: of a role that several services have, that of this service.
    told_by: whoever was told by these rules, types, or types with kind, in this episode.
    newest: of those, only whoever was told last.
    asked_by: whoever was asked by these in any episode of the child and is not done.
    named_as: somebody whom the report names: `between`, `attendees`, `interviewer`, `by` or `value`.
    channel: another channel than that of the role.
    if_named: only where the register names a person in that role.
    """
    if isinstance(entry, str):
        return Target(audience=entry[1:]) if entry.startswith("@") else Target(role=entry)
    inner = TomlTable(table.file, f"{table.place}.to", entry)
    read = Target(
        role=inner.maybe("role", str),
        of=inner.maybe("of", str),
        told_by=names.promises(inner.words("told_by", alone=True)),
        newest=inner.get("newest", bool, False),
        asked_by=names.promises(inner.words("asked_by", alone=True)),
        named_as=inner.maybe_choice("named_as", (*NAMED_AS,)),  # type: ignore[arg-type]
        channel=inner.maybe_choice("channel", get_args(Channel)),
        if_named=inner.get("if_named", bool, False),
    )
    inner.done()
    return read


def limit(
    table: TomlTable, key: str, names: Names, extra: str | None = None, at_once: bool = False
) -> tuple[Limit, Period | None] | None:
    """An instant counted from an anchor. Under `at` and `over` it may be the anchor itself: leave `within` out then.

    Read with the period under `extra`; None where the key is not given. `at_once`: it may be the anchor itself.

    from: the anchor that it counts from.
    within: the limit's name under [limits], or a list of names, of which the earliest counts.
    of: for some anchors, the messages, meetings or documents that they count from.
    agreed: a kind of decision by which people agree on another number of weeks.
    lead: under `before` alone: how long ahead of the limit the message goes out.
    basis: `local` where the authority set the limit itself and the source sets none.
    """
    values = table.maybe(key, dict)
    if values is None:
        return None
    inner = TomlTable(table.file, f"{table.place}.{key}", values)
    lengths = tuple(names.length(inner, word) for word in inner.words("within", alone=True))
    lead = inner.get(extra, str) if extra else None
    try:
        period = Elapsed.parse(str(names.length(inner, lead))) if lead else None
    except ValueError as error:
        raise inner.fault(str(error)) from None
    local = inner.choice("basis", ("source", "local"), "source") == "local"
    anchor, of = inner.choice("from", (*ANCHORS,)), inner.words("of", alone=True)
    of = names.promises(of) if anchor in ("first_sent", "told_first") else of
    agreed = inner.maybe("agreed", str)
    inner.done()
    if not lengths and not at_once:
        raise inner.fault("'within' is missing; add the name of a limit")
    return Limit(anchor, of, lengths or (Period(0, "h"),), "local" if local else "source", agreed), period


def _moment(table: TomlTable, names: Names) -> Moment | None:
    at, over = limit(table, "at", names, at_once=True), limit(table, "over", names, at_once=True)
    before = limit(table, "before", names, "lead")
    moments = [
        *([Moment("at", at[0])] if at else []),
        *([Moment("over", over[0])] if over else []),
        *([Moment("before", *before)] if before else []),
    ]
    if len(moments) > 1:
        raise table.fault("only one of 'at', 'over' and 'before' may be given")
    return moments[0] if moments else None


def _follows(table: TomlTable) -> tuple[str, ...]:
    """The events at which a promise moves on; true stands for every event."""
    if table.says("follows", True):
        return tuple(Change)
    return table.words("follows")


def rule(table: TomlTable, names: Names, family: str | None = None) -> Rule:
    """One rule: on an event, when conditions hold, a message to somebody, by a limit.

    `family` is the rule of the file whose `each` it is one of.

    id: the name by which the hub remembers what the rule has sent; it stays when the rule is edited.
    title: what the rule does, in one line of plain English.
    clauses: the clauses that it keeps; every message cites them. Needed, unless a criterion that it asks lends them.
    about: `episode` (where nothing is said), or `child` for a duty that belongs to no episode.
    on: the events that it answers; left out, it is asked again at every event.
    when: conditions that must hold.
    unless: conditions of which not one may hold.
    send: the type of the message.
    kind: what sort of message of that type it is.
    to: who it goes to; needed unless it withdraws.
    contact: whom the recipients may ask.
    once: how often it may answer: `episode` (where nothing is said), `event`, `report` or `anchor`.
    group: of the rules of one group only the first that answers does, in an episode.
    at: the message goes out by itself when this instant is reached.
    over: the message goes out by itself once this instant has passed.
    before: the message goes out by itself so long ahead of this instant.
    due: by when the recipients are to have done it.
    target: by when it is aimed at, where that is earlier than the limit.
    modality: how strongly the source asks: `must`, `should`, `may`, or `judgement` where a person decides.
    urgency: `immediate`, `same_day` or `routine` (where nothing is said).
    name: the name that the case system has for it.
    form: the form that it is recorded on.
    fields: fields of the message with a fixed value.
    dated: fields that take the day of the message, in London.
    circumstances: true: the message tells the circumstances as they were reported.
    lapses: true: its open promise is withdrawn as soon as its conditions hold no more, and given again when they do.
    outlasts_return: true: it is asked for also where the return is read together with the report.
    follows: the events at which an open promise moves on to whoever holds the work now; true for every event.
    settled_by: the events that end the promise.
    closes: promises that end with this message.
    closes_for_child: the same, in whichever episode of the child they were given.
    takes_over: an open promise whose place this message takes.
    withdraws: instead of `closes` and `to`: each of these open promises is taken back from whoever was asked.
    rejects: true: the report is not taken as a fact; this message tells a person instead.
    classifies: from this message on the episode counts as `missing` or `absent`, until a person says otherwise.
    beyond_scope: true: it answers also for somebody whom the scope leaves out.
    each: several rules in one: what stands under each name here holds for that one besides.
    """
    due, aim = limit(table, "due", names), limit(table, "target", names)
    withdraws = names.promises(table.words("withdraws"))
    if withdraws and table.words("closes"):
        raise table.fault("only one of 'closes' and 'withdraws' may be given")
    read = Rule(
        id=table.get("id", str),
        title=table.get("title", str),
        family=family,
        clauses=table.words("clauses"),
        send=table.get("send", str),
        kind=table.maybe("kind", str),
        about="child" if table.choice("about", ("episode", "child"), "episode") == "child" else "episode",
        on=table.words("on"),
        tests=tests(table, names),
        to=targets(table, names),
        once=table.choice("once", (*ONCE,), "episode"),  # type: ignore[arg-type]
        group=table.maybe("group", str),
        moment=_moment(table, names),
        due=due[0] if due else None,
        target=aim[0] if aim else None,
        modality=table.maybe_choice("modality", get_args(Modality)),  # type: ignore[arg-type]
        urgency=table.choice("urgency", get_args(Urgency), "routine"),  # type: ignore[arg-type]
        name=table.maybe("name", str),
        form=table.maybe("form", str),
        fields=table.table("fields").rest(),
        follows=_follows(table),
        lapses=table.says("lapses", True),
        outlasts_return=table.says("outlasts_return", True),
        rejects=table.get("rejects", bool, False),
        beyond_scope=table.get("beyond_scope", bool, False),
        classifies=table.maybe_choice("classifies", get_args(Classification)),  # type: ignore[arg-type]
        contact=_listed(table, names, "contact"),
        circumstances=table.get("circumstances", bool, False),
        takes_over=names.promises(table.words("takes_over")),
        closes=names.promises(table.words("closes")) or withdraws,
        withdraws=bool(withdraws),
        closes_for_child=names.promises(table.words("closes_for_child")),
        settled_by=table.words("settled_by"),
        dated=table.words("dated"),
    )
    table.done()
    return read
