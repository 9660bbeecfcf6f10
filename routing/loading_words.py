"""The closed lists of a pack, its kinds of message and its roles: TOML tables → values. A list may say of each of its
words what it means."""

from collections.abc import Mapping
from typing import Any, get_args

from routing.closed_lists import Channel
from routing.pack_words import Kind, Vocabulary
from routing.roles import Role, RoleSource
from routing.tables import TomlTable


def load_vocabulary(table: TomlTable, means: dict[str, str]) -> Vocabulary:
    """The closed lists of the pack. Each is a list of words, or a table of words with what each means.

    services: the services that may hold a child's case.
    decisions: the decisions of people that rules wait for: for each kind its values.
    meetings: the kinds of meeting, for each the decisions on it (none where nobody decides on it).
    meetings_of_child: the meetings that are about the child; any other is about the episode that it names.
    meeting_types: the forms that a meeting may take.
    documents: the documents whose making is told.
    end_reasons: how an episode may end.
    concerns: what there may be to be concerned about.
    statuses: the case system's words for the state of an episode or an interview.
    contents: what may be sent to a family.
    sections: the sections of the interview form, for each its parts that a rule asks about.
    disagreements: what professionals may disagree about.
    placements: the kinds of placement that rules tell apart.
    systems: the systems whose numbers for a child rules tell apart.
    professionals: whom the register may name beside workers, where that is no role of the pack.
    names: what a word is called in plain English, where its own letters do not say it.
    """
    names = table.table("names")
    means.update({f"names.{word}": names.get(word, str) for word in names.names()})
    lists = {key: _list(table, key, key, means) for key in _LISTS}
    read = Vocabulary(
        decisions=_lists(table, "decisions", means),
        meetings=_lists(table, "meetings", means),
        sections=_lists(table, "sections", means),
        meetings_of_child=table.words("meetings_of_child"),
        **lists,
    )
    table.done()
    return read


_LISTS = (
    *("services", "meeting_types", "documents", "end_reasons", "concerns", "statuses", "contents", "disagreements"),
    *("placements", "systems", "professionals"),
)


def kinds_of_type(file: str, type_: str, values: Any) -> dict[str, Kind]:
    """The kinds of one type of message."""
    table = TomlTable(file, f"kinds.{type_}", values)
    return {name: kind(table, name) for name in table.names()}


def kind(table: TomlTable, name: str) -> Kind:
    """The kinds of message that rules send, each under its type, such as `[kinds."task.create"]`. A kind has a title:
    the act as its reader would say it, such as "Decide: is the child vulnerable?". It stands alone, or in a table of
    these keys.

    title: the act, in one line.
    asks: the act as it stands behind "Team manager: ", such as `decide whether the child is vulnerable`.
    outcomes: for a task that may end in several ways, these ways, each with what it means.
    if_not: what happens if nobody answers, in a sentence; left out, what the type of message says.
    answered_by: events that an answer brings, where no rule names them.
    """
    if not table.holds_table(name):
        return Kind(table.get(name, str))
    inner = TomlTable(table.file, f"{table.place}.{name}", table.get(name, dict))
    meanings: dict[str, str] = {}
    outcomes = _list(inner, "outcomes", "outcomes", meanings)
    read = Kind(
        title=inner.get("title", str),
        asks=inner.get("asks", str, ""),
        outcomes=outcomes,
        meanings={place.removeprefix("outcomes."): means for place, means in meanings.items()},
        if_not=inner.get("if_not", str, ""),
        answered_by=inner.words("answered_by"),
    )
    inner.done()
    return read


def _list(table: TomlTable, key: str, place: str, means: dict[str, str]) -> tuple[str, ...]:
    if not table.holds_table(key):
        return table.words(key)
    meanings = table.table(key)
    told = {word: meanings.get(word, str) for word in meanings.names()}
    means.update({f"{place}.{word}": meaning for word, meaning in told.items()})
    return tuple(told)


def _lists(table: TomlTable, key: str, means: dict[str, str]) -> dict[str, tuple[str, ...]]:
    inner = table.table(key)
    return {name: _list(inner, name, f"{key}.{name}", means) for name in inner.names()}


def role(file: str, name: str, values: Any) -> Role:
    """A role of the source.

    name: its title; left out, its key in words.
    channel: how it is reached: `case_system`, `email`, `secure_email` or `letter`.
    from: where the person behind it is named.
    reports_only: true: no rule tells it, but people in it report, or local settings may name it.
    """
    table = TomlTable(file, f"roles.{name}", values)
    source = table.maybe("from", dict)
    title, channel = table.get("name", str, name.replace("_", " ")), table.maybe_choice("channel", get_args(Channel))
    reports_only = table.get("reports_only", bool, False)
    table.done()
    return Role(title, channel, _role_source(file, name, source) if source is not None else None, reports_only)


def _role_source(file: str, name: str, values: Mapping[str, Any]) -> RoleSource:
    """Where the person behind a role is named: by the register, unless a key says otherwise.

    service: the services whose worker it is; the first that is open and names one.
    field: what of the service: `worker`, `manager` or `team`.
    professional: a professional whom the register names in that role.
    linked_forces: true: each police force in whose area the child has links.
    involved: true: everybody whom the register names as involved with the child.
    carers: true: those who care for the child where it is placed.
    reporter: true: first of all whoever tells of the episode in that role.
    practitioners: true: everybody whom the register names as working with the child.
    interviewer: true: the one to whom the interview was given.
    """
    inner = TomlTable(file, f"roles.{name}.from", values)
    source = RoleSource(
        services=inner.words("service", alone=True),
        field=inner.choice("field", ("worker", "manager", "team"), "worker"),  # type: ignore[arg-type]
        professional=inner.maybe("professional", str),
        linked_forces=inner.get("linked_forces", bool, False),
        involved=inner.get("involved", bool, False),
        carers=inner.get("carers", bool, False),
        reporter=inner.get("reporter", bool, False),
        practitioners=inner.get("practitioners", bool, False),
        interviewer=inner.get("interviewer", bool, False),
    )
    inner.done()
    if source == RoleSource():
        raise inner.fault("it names nobody; say where the person is named, or leave 'from' out")
    return source
