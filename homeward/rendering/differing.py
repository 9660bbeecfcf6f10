"""What changes from one version of a pack to the next, in the same words in which either is shown."""

import difflib
from collections.abc import Iterator, Mapping

from homeward.rendering.clauses import means, who
from homeward.rendering.data import lent, lines
from homeward.rendering.english import day, length, named, spaced
from homeward.rendering.rules import rule_sentences
from homeward.rendering.text import headed, wrapped
from homeward.rendering.wording import PackWording
from routing.pack import Pack
from routing.source import NamedLimit


def differences(old: Pack, new: Pack, width: int) -> Iterator[str]:
    """The lines, of that width. A line with `-` was so before, one with `+` is so now."""
    yield from wrapped(f"{named(new.authority)}: from version {old.version} to version {new.version}", width)
    yield from wrapped(f"In force from {day(new.in_force_from)} instead of {day(old.in_force_from)}.", width)
    parts = [
        ("The source", _pairs(_source(old), _source(new))),
        ("Limits", _pairs(_limits(old), _limits(new))),
        ("Clauses", _pairs(_clauses(old), _clauses(new))),
        ("Left to people", _pairs(_left(old), _left(new))),
        ("What Homeward does", _pairs(_rules(old), _rules(new))),
        ("What the words mean", _pairs(_terms(old, "criteria"), _terms(new, "criteria"))),
        ("Who is meant", _pairs(_terms(old, "audiences"), _terms(new, "audiences"))),
        ("Roles", _pairs(_roles(old), _roles(new))),
    ]
    for title, changes in parts:
        if changes:
            yield from headed(title, width)
            for name, before, after in changes:
                yield ""
                yield from wrapped(name, width, 2)
                yield from _changed(before, after, width)
    if not any(changes for _, changes in parts):
        yield ""
        yield "Nothing else changes."


Lines = tuple[str, ...]
Changes = list[tuple[str, Lines, Lines]]


def _pairs(old: Mapping[str, Lines], new: Mapping[str, Lines]) -> Changes:
    """What is not the same in both, in the order of the new version; what is gone stands last."""
    names = [*new, *(name for name in old if name not in new)]
    return [(name, old.get(name, ()), new.get(name, ())) for name in names if old.get(name) != new.get(name)]


def _changed(before: Lines, after: Lines, width: int) -> Iterator[str]:
    for line in difflib.ndiff(before, after):
        if line[0] in "-+":
            yield from wrapped(f"{line[0]} {line[2:].strip()}", width, 4, 2)


def _source(pack: Pack) -> dict[str, Lines]:
    source = pack.source
    whole = {"Publisher": source.publisher, "Title": source.title, "Date": source.date, "Where": source.published}
    return {name: (text,) for name, text in whole.items()}


def _limits(pack: Pack) -> dict[str, Lines]:
    return {spaced(limit.name): (_limit(limit),) for limit in pack.limits.values()}


def _limit(limit: NamedLimit) -> str:
    text = length(limit.length) if limit.length else str(limit.number)
    return f"{text} ({limit.clause}, since {day(limit.since)})"


def _clauses(pack: Pack) -> dict[str, Lines]:
    return {clause.id: (f"{clause.section}: {clause.says}",) for clause in pack.clauses.values()}


def _left(pack: Pack) -> dict[str, Lines]:
    return {clause: (why,) for clause, why in pack.not_automated.items()}


def _rules(pack: Pack) -> dict[str, Lines]:
    """Each rule by its title and id: its sentences, how strongly the source asks, and its clauses."""
    w = PackWording(pack)
    rules = {}
    for rule in pack.rules:
        words = rule_sentences([rule], w)
        labels = (f"It is marked: {', '.join(words.labels)}.",) if words.labels else ()
        cites = ", ".join(dict.fromkeys((*rule.clauses, *lent(rule, pack))))
        says = tuple(line for node in (*words.says, *words.notes) for line in lines(node))
        rules[f"{rule.title} ({rule.id})"] = (*says, *labels, f"It cites {cites}.")
    for report in pack.periodic:
        text = f"After each {report.period} to {w.to(report.to)}, citing {', '.join(report.clauses)}."
        rules[f"Figures ({report.id})"] = (text,)
    return rules


def _terms(pack: Pack, kind: str) -> dict[str, Lines]:
    """Named criteria or audiences, row by row."""
    terms = means(pack, PackWording(pack)) if kind == "criteria" else who(pack, PackWording(pack))
    return {term.says: term.rows for term in terms}


def _roles(pack: Pack) -> dict[str, Lines]:
    return {name: (f"{role.name}, by {role.channel or 'topic'}",) for name, role in pack.roles.items()}
