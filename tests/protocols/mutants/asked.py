"""The words of conditions, criteria, events and clauses."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, Literal, get_args, get_origin

from episodes.events import Change
from mutants.changes import Path, Word, mistyped
from mutants.listed import LEFT_OUT, choices, entries, flag, free, number, word
from routing.checking_words import KnownWords
from routing.conditions import CONDITIONS
from routing.conditions import Word as OfList
from routing.loading_tests import bare_type
from routing.pack import Pack

Table = Mapping[str, Any]


class Asked:
    """The conditions of one pack."""

    def __init__(self, pack: Pack) -> None:
        self.pack, self.known = pack, KnownWords(pack)
        self.lengths = [name for name, limit in pack.limits.items() if limit.length]
        self.numbers = [name for name, limit in pack.limits.items() if limit.number is not None]
        families = dict.fromkeys(rule.family for rule in pack.rules if rule.family)
        ids = [rule.id for rule in pack.rules]
        kinds = dict.fromkeys(f"{rule.send}/{rule.kind}" for rule in pack.rules if rule.kind)
        self.promises = [
            *ids,
            *(f for f in families if f not in ids),
            *kinds,
            *dict.fromkeys(r.send for r in pack.rules),
        ]
        self.criteria = [name for name in pack.criteria if ": " not in name]

    def rows(self, rows: list[Table], path: Path, place: str, rule: str | None = None) -> Iterator[Word]:
        """The rows of a criterion, or of an audience without its recipients. Of several each is also left out."""
        for n, row in enumerate(rows):
            here = f"{place}.{n + 1}"
            if len(rows) > 1:
                yield Word(place, f"row {n + 1}", (*path, n), None, (LEFT_OUT,), rule)
            yield from self.tests(row, (*path, n), here, rule)
            if "clauses" in row:
                yield from self.clauses(row["clauses"], (*path, n, "clauses"), here, rule)

    def tests(self, table: Table, path: Path, place: str, rule: str | None = None) -> Iterator[Word]:
        """What stands under `when` and `unless`."""
        for key in ("when", "unless"):
            for name, value in table.get(key, {}).items():
                yield from self._condition(table[key], name, value, (*path, key), f"{place}.{key}", rule)

    def _condition(
        self, table: Table, name: str, value: Any, path: Path, place: str, rule: str | None
    ) -> Iterator[Word]:
        at, here = (*path, name), f"{place}.{name}"
        yield Word(place, name, at, None, (LEFT_OUT,), rule)
        if name == "meets":
            yield from self._met(value, at, here, rule)
            return
        yield choices(place, path, table, name, _alike(name, value), rule)
        known = CONDITIONS[name]
        if isinstance(value, bool):
            yield flag(here, at, value, rule)
        elif isinstance(value, Mapping):
            for argument, given in value.items():
                hint, where = known.arguments[argument], f"{here}.{argument}"
                yield choices(here, at, value, argument, known.arguments, rule)
                yield from self._argument(hint, given, (*at, argument), where, value, rule)
        else:
            yield from self._argument(next(iter(known.arguments.values())), value, at, here, {}, rule)

    def _argument(
        self, hint: Any, value: Any, path: Path, place: str, beside: Table, rule: str | None
    ) -> Iterator[Word]:
        plain, of = bare_type(hint), _list(hint)
        if of is not None and of.list == "events":
            yield from self.events(value, path, place, rule)
        elif of is not None and of.list == "promises":
            yield from entries(place, path, value, self.promises, rule)
        elif of is not None:
            yield from entries(place, path, value, self.known.known(of.list, beside.get(of.of or "")), rule)
        elif isinstance(value, int):
            yield from number(place, path, value, rule)
        elif get_origin(plain) is Literal:
            yield word(place, path, value, get_args(plain), rule=rule)
        elif get_origin(plain) is tuple:
            yield from entries(place, path, value, get_args(get_args(plain)[0]), rule)
        else:
            yield word(place, path, value, self.numbers if plain is int else self.lengths, rule=rule)

    def _met(self, value: Any, path: Path, place: str, rule: str | None) -> Iterator[Word]:
        """The criteria of a `meets`: names, rows, or both."""
        if isinstance(value, str):
            yield word(place, path, value, self.criteria, rule=rule)
        elif all(isinstance(entry, Mapping) for entry in value):
            yield from self.rows(value, path, place, rule)
        else:
            names = [entry for entry in value if isinstance(entry, str)]
            for n, entry in enumerate(value):
                at = (*path, n)
                yield Word(
                    place, entry if isinstance(entry, str) else f"criterion {n + 1}", at, None, (LEFT_OUT,), rule
                )
                if isinstance(entry, str):
                    yield word(place, at, entry, self.criteria, names, rule)
                else:
                    yield from self.rows(entry, at, f"{place}.{n + 1}", rule)

    def clauses(self, value: Any, path: Path, place: str, rule: str | None = None) -> Iterator[Word]:
        here = f"{place}.clauses"
        for entry in entries(here, path, value, self.pack.clauses, rule):
            if entry.text in self.pack.clauses:
                yield entry
            elif entry.mistyped:  # an interpretation, or the hub: of these there is no list
                yield free(here, entry.path, entry.text, rule)
            else:
                yield entry

    def events(self, value: Any, path: Path, place: str, rule: str | None = None) -> Iterator[Word]:
        """The events that something listens to."""
        listed = [value] if isinstance(value, str) else value
        for n, pattern in enumerate(listed):
            at = path if isinstance(value, str) else (*path, n)
            change, _, qualifier = pattern.partition(".")
            narrower = [f"{change}.{q}" for q in sorted(self.known.behind(change))] if qualifier else []
            others = [*_after(pattern, narrower), *_after(change, [*Change])]
            yield Word(place, pattern, at, mistyped(pattern), tuple((o, o) for o in others if o not in listed), rule)
            if len(listed) > 1:
                yield Word(place, pattern, at, None, (LEFT_OUT,), rule)


def _after(text: str, known: list[str]) -> list[str]:
    at = known.index(text) + 1 if text in known else 0
    return [str(other) for other in (*known[at:], *known[:at]) if other != text]


def _alike(name: str, value: Any) -> Iterable[str]:
    """The conditions that could take the same value: those with the same argument first."""
    first = CONDITIONS[name]
    if isinstance(value, bool):
        return [n for n, known in CONDITIONS.items() if not known.required]
    if isinstance(value, Mapping):
        return [n for n, known in CONDITIONS.items() if known.required <= value.keys() <= known.arguments.keys()]
    hint = next(iter(first.arguments.values()))
    same = [n for n, known in CONDITIONS.items() if known.arguments and next(iter(known.arguments.values())) == hint]
    return [n for n in same if len(CONDITIONS[n].required) <= 1]


def _list(hint: Any) -> OfList | None:
    if get_origin(hint) is not Annotated:
        return None
    return next(a for a in get_args(hint) if isinstance(a, OfList))
