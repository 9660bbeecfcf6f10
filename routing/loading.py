"""TOML → `Pack`, strictly: what a pack says wrongly is a fault when it is loaded, not later, when a child is missing.

One rule is read in `routing.loading_rules`, the closed lists and the roles in `routing.loading_words`; the parts that
refer to one another (roles, audiences, criteria, rules, clauses) are checked in `routing.checking`.
"""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, time
from functools import partial
from typing import Any, TypeVar, get_args

from episodes.episode import Terms
from routing.calendar import Calendar
from routing.checking import check_pack
from routing.closed_lists import Rating, ReportTime, SituationField
from routing.loading_rules import rule, targets
from routing.loading_tests import criteria, tests
from routing.loading_words import kinds_of_type, load_vocabulary, role
from routing.naming import Names, named_limit
from routing.pack import AudienceRow, Criterion, Pack, Periodic, Release, Status, Tests
from routing.periods import Elapsed
from routing.source import Clause, Source
from routing.spreading import families, spread
from routing.tables import PackError, PackFaults, TomlTable

_Read = TypeVar("_Read")


def load_pack(text: str, file: str) -> Pack:
    """The pack in a TOML text. PackError has a line for each fault, which names the file, the place, the word and the
    mend: first for whatever cannot be read; once all can be, for whatever does not fit together."""
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PackError(f"{file}: not TOML: {error}") from None
    return pack_of(values, file)


def pack_of(values: Mapping[str, Any], file: str) -> Pack:
    """The pack in the values of a TOML text."""
    faults = PackFaults()
    pack = faults.of(_pack, TomlTable(file, "the pack", values), file, values.get("rules", []), faults)
    faults.tell()
    assert pack is not None
    check_pack(pack, file)
    return pack


def _pack(top: TomlTable, file: str, rows: Any, faults: PackFaults) -> Pack:
    """The whole file. What stands before the first table are its own keys; each table has a chapter of its own.

    authority: the key of the authority; it stands in topics and messages.
    version: the version of the procedure, as text.
    in_force_from: the first day on which an episode that begins is governed by this version.
    codes: official codes of the authority, by which a police report may name it.
    intake: the role that takes what nobody else is named for.
    duty: the role that stands in for the intake outside working hours.
    case_system: what the authority calls its case system, such as `LCS`.
    source: the document behind the pack.
    terms: what the procedure means by the start, the end and the sameness of an episode.
    scope: whom the procedure is about at all (`when` and `unless`).
    calendar: the working hours.
    words: the closed lists of the pack.
    kinds: the kinds of message that its rules send, by type.
    roles: who is meant, and how each is reached.
    limits: the lengths of time and the numbers that rules count to.
    criteria: questions that several rules ask, under a name.
    audiences: decision tables of who is meant, under a name.
    statuses: the case system's words for missing and absent.
    tells_back: the clauses by which whoever was told that a child is missing is told that it is back.
    questions: decisions that mean something only as an answer, each with the rules that ask for it.
    release: what waits for a person, where an authority does not let the hub release requests by itself.
    rules: what is sent, when and to whom.
    periodic: figures that are sent after each month or quarter.
    withheld: by role, type of message or type with kind, what of `situation` such a reader does not need to know.
    clauses: the source, clause by clause, in our own words.
    not_automated: the clauses that no rule keeps, each with the reason.
    """
    limits = faults.by_name(partial(named_limit, file), top.table("limits").rest())
    faults.tell()  # a rule that names a limit which could not be read is not wrong for that
    names, means = Names(limits, families(rows)), dict[str, str]()
    top.get("rules", list, [])

    def each(key: str, read: Callable[..., _Read], *given: Any) -> dict[str, _Read]:
        return faults.by_name(lambda name, row: read(file, name, row, *given), top.table(key).rest())

    pack = Pack(
        authority=top.get("authority", str),
        version=top.get("version", str),
        source=_source(top.table("source")),
        in_force_from=top.get("in_force_from", date),
        codes=top.words("codes"),
        intake=top.get("intake", str),
        duty=top.maybe("duty", str),
        case_system=top.get("case_system", str, "the case system"),
        terms=_terms(top.table("terms")),
        scope=_scope(top.table("scope"), names),
        calendar=_calendar(top.table("calendar")),
        words=load_vocabulary(top.table("words"), means),
        kinds=each("kinds", kinds_of_type),
        roles=each("roles", role),
        clauses=each("clauses", _clause),
        not_automated=_reasons(top.table("not_automated")),
        criteria=each("criteria", _criterion, names, means),
        audiences=each("audiences", _audience, names, means),
        rules=faults.of_each(rule, ((table, names, family) for table, family in spread(file, rows))),
        periodic=faults.of_each(_periodic, ((row, names) for row in top.rows("periodic", _label))),
        statuses=faults.of_each(_status, ((row, names) for row in top.rows("statuses", _word))),
        tells_back=top.words("tells_back"),
        questions=top.table("questions").lists(),
        withheld=top.table("withheld").lists_among(get_args(SituationField)),
        release=_release(top.maybe("release", dict), file, names),
        means=means,
    )
    top.done()
    return replace(pack, limits=names.counted(), criteria={**pack.criteria, **names.in_place})


def _word(row: Mapping[str, Any], n: int) -> str:
    return str(row.get("is", n))


def _label(row: Mapping[str, Any], n: int) -> str:
    return str(row.get("id", f"number {n}"))


def _source(table: TomlTable) -> Source:
    """The document behind the pack.

    publisher: who published it.
    title: its title.
    date: when, in the words of the document; say so where it bears no date.
    published: where it can be read.
    called: what people call it in short, such as `guidance`; of several texts a table, by the letter of their sections.
    """
    names = table.table("called") if table.holds_table("called") else None
    source = Source(
        publisher=table.get("publisher", str),
        title=table.get("title", str),
        date=table.get("date", str),
        published=table.get("published", str),
        called={n: names.get(n, str) for n in names.names()} if names else {"": table.get("called", str, "")},
    )
    table.done()
    return source


def _status(table: TomlTable, names: Names) -> Status:
    """One row of a decision table: the first whose tests hold gives the word.

    is: the case system's word.
    when: conditions that must hold.
    unless: conditions of which not one may hold.
    """
    status = Status(tests(table, names), table.get("is", str))
    table.done()
    return status


def _terms(table: TomlTable) -> Terms:
    """What the procedure means by the words that an episode needs.

    start: fields of the missing report; the latest of those given is the start.
    begun_by: whose report begins an episode: `police`, `worker`; anybody else's is heard and no more.
    found_by: who may say that the child is found: `police`, `worker`.
    investigation_ends: whether the episode ends when the police end the investigation without a return.
    absent: `class` where absent is a class of its own, `missing` where it is the lowest risk of a missing child.
    rating: the RAG rating that an episode begins with, until a person has confirmed one.
    unsafe_ends: whether a found report ends the episode although the police check was not done.
    found_ends: which open episodes of the child a return ends: `every` one that began before it, or its `own`.
    second: what a report under a new reference is while an episode is open: `separate`, `waits` or `joins`.
    same_within: hours within which a worker's and a police report speak of one episode, such as `24h`.
    alerts: whether another area's alert is taken in.
    hosts: whether the authority takes part for another authority's child who lives in its area.
    """
    same_within, silent = table.maybe("same_within", str), Terms()
    try:
        near = Elapsed.parse(same_within).elapsed() if same_within else None
    except ValueError as error:
        raise table.fault(f"'same_within': {error}") from None
    terms = Terms(
        start=table.words_among("start", get_args(ReportTime)) or silent.start,
        begun_by=table.words_among("begun_by", ("police", "worker")) or silent.begun_by,
        found_by=table.words_among("found_by", ("police", "worker")) or silent.found_by,
        investigation_ends=table.get("investigation_ends", bool, True),
        absent="missing" if table.choice("absent", ("class", "missing"), "class") == "missing" else "class",
        rating=table.maybe_choice("rating", get_args(Rating)),
        unsafe_ends=table.get("unsafe_ends", bool, True),
        second=table.choice("second", ("separate", "waits", "joins"), "separate"),  # type: ignore[arg-type]
        found_ends="own" if table.choice("found_ends", ("every", "own"), "every") == "own" else "every",
        same_within=near,
        alerts=table.get("alerts", bool, False),
        hosts=table.get("hosts", bool, False),
    )
    table.done()
    return terms


def _scope(table: TomlTable, names: Names) -> Tests:
    scope = tests(table, names)
    table.done()
    return scope


def _calendar(table: TomlTable) -> Calendar:
    """The hours of the office, in London. Monday to Friday less England's bank holidays are working days.

    opens: when it opens, such as `09:00:00`.
    closes: when it closes.
    """
    calendar = Calendar(table.get("opens", time, time(9)), table.get("closes", time, time(17)))
    table.done()
    if calendar.closes <= calendar.opens:
        raise table.fault(f"it closes at {calendar.closes}, not after it opens at {calendar.opens}")
    return calendar


def _clause(file: str, name: str, values: Any) -> Clause:
    """One clause of the source, under an id of your own such as `ANY-1`. Two more may be cited that stand in no list:
    `HUB` for a duty of the hub itself, and `AMB-1` and so on for your readings of what the source leaves open; keep
    those where its owner can look them up. The pages under `docs/authorities` name those of the shipped packs.

    section: the section that it stands in.
    says: what it asks, in our own words.
    """
    table = TomlTable(file, f"clauses.{name}", values)
    clause = Clause(name, table.get("section", str), table.get("says", str))
    table.done()
    return clause


def _reasons(table: TomlTable) -> dict[str, str]:
    return {name: table.get(name, str) for name in table.names()}


def _criterion(file: str, name: str, values: Any, names: Names, means: dict[str, str]) -> tuple[Criterion, ...]:
    """A question that several rules ask, met when any of its rows is. A list of rows, or a table of these keys.

    says: what it means, in words that can stand behind "if".
    any: the rows.
    """
    place = f"criteria.{name}"
    if isinstance(values, Mapping):
        whole = TomlTable(file, place, values)
        means[place], values = whole.get("says", str), whole.get("any", list)
        whole.done()
    return criteria(TomlTable(file, place, {}), names, values)


def _audience(file: str, name: str, values: Any, names: Names, means: dict[str, str]) -> tuple[AudienceRow, ...]:
    """A decision table of who is meant: the first row whose tests hold says it. A list of rows, or a table of these
    keys. A row has `when`, `unless`, `to` and `clauses`; one without anybody in `to` lets the rule wait.

    says: who that is, in words that can stand behind "to".
    first: the rows.
    """
    place = f"audiences.{name}"
    if isinstance(values, Mapping):
        whole = TomlTable(file, place, values)
        means[place], values = whole.get("says", str), whole.get("first", list)
        whole.done()
    rows = []
    for table in TomlTable(file, place, {"rows": values}).rows("rows", lambda _, n: f"{n} of audience {name}"):
        rows.append(AudienceRow(tests(table, names), targets(table, names), table.words("clauses")))
        table.done()
    return tuple(rows)


def _release(values: Any, file: str, names: Names) -> Release | None:
    """What waits for a person where an authority does not let the hub release requests by itself.

    task: the kind of the task that the intake role does to release them.
    holds: rules, types, or types with kind, that wait.
    """
    if values is None:
        return None
    table = TomlTable(file, "release", values)
    release = Release(table.get("task", str), names.promises(table.words("holds")))
    table.done()
    return release


def _periodic(table: TomlTable, names: Names) -> Periodic:
    """Figures that are sent on the first day after each period.

    id: a name of its own.
    period: `month` or `quarter`.
    to: who they go to.
    clauses: the clauses that they keep.
    """
    row = Periodic(
        table.get("id", str),
        "month" if table.choice("period", ("month", "quarter")) == "month" else "quarter",
        targets(table, names),
        table.words("clauses"),
    )
    table.done()
    return row
