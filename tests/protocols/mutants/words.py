"""Every word of a pack that acts: of its rules, criteria, audiences, roles, limits and terms. Titles and sentences, the
clauses' own text and the lists of words themselves act on nothing and are left out."""

from collections.abc import Callable, Iterator, Mapping
from datetime import time
from typing import Any, get_args

from episodes.origin import Classification
from mutants.asked import Asked
from mutants.changes import Path, Word, after
from mutants.listed import choices, entries, flag, free, number, period, word
from routing.closed_lists import Channel, Rating, ReportTime
from routing.loading_rules import ANCHORS, NAMED_AS, ONCE
from routing.message_types import MESSAGE_TYPES
from routing.messages import Modality, Urgency
from routing.pack import Pack
from routing.pack_words import kinds_of

Table = Mapping[str, Any]
Words = Iterator[Word]
SENDERS = ("police", "worker")
MOMENTS = ("at", "over", "before")
PROMISES = ("closes", "closes_for_child", "takes_over", "withdraws")
FLAGS = ("rejects", "beyond_scope", "circumstances", "lapses")


def words_of(values: Table, pack: Pack) -> Words:
    """The words of a pack's TOML values, which load as that pack."""
    return PackWords(values, pack).all()


class PackWords:
    def __init__(self, values: Table, pack: Pack) -> None:
        self.values, self.pack = values, pack
        self.asked = Asked(pack)
        self.roles = [*pack.roles]

    def all(self) -> Words:
        for key in ("intake", "duty"):
            if key in self.values:
                yield word(key, (key,), self.values[key], self.roles)
        for n, code in enumerate(self.values.get("codes", ())):
            yield free("codes", ("codes", n), code)
        yield from self._terms(self.values.get("terms", {}))
        for key, at in self.values.get("calendar", {}).items():
            for hour in (at.hour - 1, at.hour + 1):
                yield Word(f"calendar.{key}", str(at), ("calendar", key), others=((f"{hour}:00", time(hour)),))
        yield from self.asked.tests(self.values.get("scope", {}), ("scope",), "scope")
        for name, role in self.values["roles"].items():
            yield from self._role(name, role)
        for name, limit in self.values.get("limits", {}).items():
            place = ("limits", name)
            yield from (
                period(f"limits.{name}", (*place, "within"), limit["within"])
                if "within" in limit
                else number(f"limits.{name}", (*place, "number"), limit["number"])
            )
        for name, criterion in self.values.get("criteria", {}).items():
            rows, path = _rows(criterion, ("criteria", name), "any")
            yield from self.asked.rows(rows, path, f"criteria.{name}")
        for name, audience in self.values.get("audiences", {}).items():
            rows, path = _rows(audience, ("audiences", name), "first")
            yield from self.asked.rows(rows, path, f"audiences.{name}")
            for n, row in enumerate(rows):
                yield from self._targets(row["to"], (*path, n, "to"), f"audiences.{name}.{n + 1}.to")
        for n, row in enumerate(self.values.get("statuses", ())):
            place = f"statuses.{n + 1}"
            yield word(f"{place}.is", ("statuses", n, "is"), row["is"], self.pack.words.statuses)
            yield from self.asked.tests(row, ("statuses", n), place)
        if told := self.values.get("tells_back"):
            yield from self.asked.clauses(told, ("tells_back",), "tells_back")
        for kind, asked in self.values.get("questions", {}).items():
            yield from self._promises(f"questions.{kind}", ("questions", kind), asked)
        if meetings := self.values.get("words", {}).get("meetings_of_child"):
            yield from entries("words", ("words", "meetings_of_child"), meetings, self.pack.words.meetings)
        if release := self.values.get("release"):
            yield word("release.task", ("release", "task"), release["task"], self.asked.known.tasks)
            yield from self._promises("release.holds", ("release", "holds"), release["holds"])
        for n, report in enumerate(self.values.get("periodic", ())):
            place, path = f"periodic {report['id']}", ("periodic", n)
            yield word(f"{place}.period", (*path, "period"), report["period"], ("month", "quarter"), rule=report["id"])
            yield from self._targets(report["to"], (*path, "to"), f"{place}.to", report["id"])
            yield from self.asked.clauses(report["clauses"], (*path, "clauses"), place, report["id"])
        for n, rule in enumerate(self.values.get("rules", ())):
            yield from self._rule(rule, ("rules", n), rule["send"], rule["id"])
            for name, part in rule.get("each", {}).items():
                yield from self._rule(part, ("rules", n, "each", name), rule.get("send", ""), name)

    def _terms(self, terms: Table) -> Words:
        known: Mapping[str, tuple[str, ...]] = {
            "start": get_args(ReportTime), "begun_by": SENDERS, "found_by": SENDERS, "absent": ("class", "missing"),
            "rating": get_args(Rating), "second": ("separate", "waits", "joins"),
            "found_ends": ("every", "own"),
        }  # fmt: skip
        for key, value in terms.items():
            place, path = f"terms.{key}", ("terms", key)
            if key == "same_within":
                yield from period(place, path, value)
            elif isinstance(value, bool):
                yield flag(place, path, value)
            else:
                yield from entries(place, path, value, known[key])

    def _role(self, name: str, role: Table) -> Words:
        place = f"roles.{name}"
        if "channel" in role:
            yield word(f"{place}.channel", ("roles", name, "channel"), role["channel"], get_args(Channel))
        known = {
            "service": self.pack.words.services,
            "field": ("worker", "manager", "team"),
            "professional": self.roles,
        }
        for key, value in role.get("from", {}).items():
            path = ("roles", name, "from", key)
            if isinstance(value, bool):
                yield flag(f"{place}.from.{key}", path, value)
            else:
                yield from entries(f"{place}.from.{key}", path, value, known[key])

    # ---- a rule

    def _rule(self, rule: Table, path: Path, send: str, id_: str) -> Words:
        place = f"rules {id_}"
        plain: Mapping[str, Any] = {
            "send": MESSAGE_TYPES, "kind": kinds_of(send, self.pack.kinds), "once": ONCE,
            "modality": get_args(Modality), "urgency": get_args(Urgency), "about": ("episode", "child"),
            "classifies": get_args(Classification),
        }  # fmt: skip
        for key, value in rule.items():
            at, here = (*path, key), f"{place}.{key}"
            if key in plain:
                yield word(here, at, value, plain[key], rule=id_)
            elif key == "group":  # another name for the whole group is no other group
                yield Word(
                    here, value, at, None, tuple((o, o) for o in (*after(value, sorted(self.pack.groups)), "own")), id_
                )
            elif key in ("name", "form"):
                yield free(here, at, value, id_)
            elif key in FLAGS or value is True:
                yield flag(here, at, value, id_)
            elif key in ("on", "settled_by", "follows"):
                yield from self.asked.events(value, at, here, id_)
            elif key in ("to", "contact"):
                yield from self._targets(value, at, here, id_)
            elif key in PROMISES:
                yield from self._promises(here, at, value, id_)
            elif key == "clauses":
                yield from self.asked.clauses(value, at, place, id_)
            elif key in (*MOMENTS, "due", "target"):
                yield from self._instant(key, value, at, place, id_)
                if key in MOMENTS:
                    yield choices(place, path, rule, key, MOMENTS, id_)
            elif key == "dated":
                yield from entries(
                    here, at, value, [n for n, g in MESSAGE_TYPES[send].given.items() if g.what == "date"], id_
                )
            elif key == "fields":
                yield from self._fields(value, at, here, send, id_)
        yield from self.asked.tests(rule, path, place, id_)

    def _instant(self, key: str, instant: Table, path: Path, place: str, rule: str) -> Words:
        here = f"{place}.{key}"
        of: Mapping[str, Callable[[], Any]] = {
            "last_held": lambda: self.pack.words.meetings,
            "document": lambda: self.pack.words.documents,
        }
        for name, value in instant.items():
            at, where = (*path, name), f"{here}.{name}"
            match name:
                case "from":
                    yield word(where, at, value, ANCHORS, rule=rule)
                case "within" | "lead":
                    yield from entries(where, at, value, self.asked.lengths, rule)
                case "of" if instant["from"] in of:
                    yield from entries(where, at, value, of[instant["from"]](), rule)
                case "of":
                    yield from self._promises(where, at, value, rule)
                case "agreed":
                    yield word(where, at, value, self.asked.known.decisions, rule=rule)
                case "basis":
                    yield word(where, at, value, ("source", "local"), rule=rule)

    def _fields(self, fields: Table, path: Path, place: str, send: str, rule: str) -> Words:
        given = MESSAGE_TYPES[send].given
        for name, value in fields.items():
            at, here = (*path, name), f"{place}.{name}"
            yield choices(place, path, fields, name, given, rule)
            match given[name].what:
                case "bool":
                    yield flag(here, at, value, rule)
                case "texts":
                    continue  # sentences for a person
                case "text" if name in ("reason", "detail"):
                    continue  # a sentence for a person
                case "text":
                    yield free(here, at, value, rule)
                case "actor":
                    yield word(f"{here}.role", (*at, "role"), value["role"], self.roles, rule=rule)
                case "word":
                    yield word(here, at, value, given[name].words, rule=rule)
                case list_:
                    yield from entries(here, at, value, self.asked.known.known(list_), rule)

    def _targets(self, targets: list[Any], path: Path, place: str, rule: str | None = None) -> Words:
        named = [t for t in targets if isinstance(t, str)]
        audiences = [f"@{name}" for name in self.pack.audiences]
        for n, target in enumerate(targets):
            at = (*path, n)
            if isinstance(target, str):
                known = audiences if target.startswith("@") else self.roles
                yield word(place, at, target, known, named, rule)
                continue
            for key, value in target.items():
                here = f"{place}.{key}"
                if isinstance(value, bool):
                    yield flag(here, (*at, key), value, rule)
                elif key in ("told_by", "asked_by"):
                    yield from self._promises(here, (*at, key), value, rule)
                else:
                    known_by = {"role": self.roles, "of": self.pack.words.services, "named_as": NAMED_AS}
                    yield word(here, (*at, key), value, known_by.get(key, get_args(Channel)), rule=rule)

    def _promises(self, place: str, path: Path, value: Any, rule: str | None = None) -> Words:
        yield from entries(place, path, value, self.asked.promises, rule)


def _rows(entry: Any, path: Path, key: str) -> tuple[list[Any], Path]:
    """The rows of a criterion or an audience, which may stand alone or under a key."""
    return (entry[key], (*path, key)) if isinstance(entry, Mapping) else (entry, path)
