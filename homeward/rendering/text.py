"""A pack by clause as plain text of a given width, for the terminal."""

import textwrap
from collections.abc import Iterable, Iterator

from homeward.rendering.clauses import Does, Kept, LimitLine, Manual, Term
from homeward.rendering.english import day, many, named
from homeward.rendering.rules import Bullets, RuleNode, Told

SHOWN = 3
"""As many scenarios as are named; the page names them all."""


def text(manual: Manual, width: int) -> Iterator[str]:
    """The lines."""
    pack = manual.pack
    yield from wrapped(pack.title, width)
    yield f"{named(pack.authority)}, version {pack.version}, in force from {day(pack.in_force_from)}"
    yield from wrapped(f"Published by: {pack.source.publisher}", width)
    yield from wrapped(f"Date: {pack.source.date}", width)
    yield from wrapped(f"Where: {pack.source.published}", width)
    yield ""
    yield from wrapped(summary(manual), width)
    if manual.scope:
        yield from wrapped(f"It applies to {manual.scope}.", width)
    if manual.limits:
        yield from headed("Limits", width)
        yield from _limits(manual.limits, width)
    for section in manual.sections:
        yield from headed(section.name, width)
        for kept in section.clauses:
            yield from _clause(kept, width)
    if manual.beyond:
        yield from headed("Beyond the clauses: readings of what they leave open, and duties of the hub", width)
        for does in manual.beyond:
            yield from _rule(does, width, 2)
    yield from _terms("What the words mean", manual.means, width)
    yield from _terms("Who is meant", manual.who, width)


def summary(manual: Manual) -> str:
    """How far the pack covers its source, in one sentence."""
    counts = manual.counts
    kept, proved, left = (int(counts[key]) for key in ("cited", "exercised", "left"))
    proof = "each of them proved by a scenario" if kept == proved else f"{proved} of them proved by a scenario"
    clauses = many(int(counts["clauses"]), "clause")
    rest = f"{left} {'is' if left == 1 else 'are'} left to people"
    return f"Of {clauses} of the source Homeward keeps {kept}, {proof}; {rest}."


def _clause(kept: Kept, width: int) -> Iterator[str]:
    yield ""
    yield from wrapped(f"{kept.clause.id}  {kept.clause.says}", width, 2, 2)
    if kept.left:
        yield from wrapped(f"Left to people: {kept.left}", width, 4)
    if kept.does:
        yield "    Homeward does:"
        for does in kept.does:
            yield from _rule(does, width, 6)
    if kept.chooses:
        yield "    Who it goes to:"
        for line in kept.chooses:
            yield from wrapped(f"- {line}", width, 6, 2)
    if kept.scenarios:
        more = len(kept.scenarios) - SHOWN
        yield f"    Proved by {many(len(kept.scenarios), 'scenario')}{', such as' if more > 0 else ''}:"
        for title in kept.scenarios[:SHOWN]:
            yield from wrapped(f"- {title}", width, 6, 2)


def _rule(does: Does, width: int, indent: int) -> Iterator[str]:
    because = f", where {does.because}" if does.because else ""
    if does.elsewhere is not None:
        yield from wrapped(f"- {does.rule.title}{because} (see {does.elsewhere})", width, indent, 2)
        return
    labels = f" [{', '.join((*does.rule.labels, f'rule {does.rule.id}'))}]"
    yield from wrapped(f"- {does.rule.title}{because}{labels}", width, indent, 2)
    yield from as_text(does.rule, width, indent + 4)


def as_text(rule: Told, width: int, indent: int) -> Iterator[str]:
    """The sentences of a rule."""
    for node in (*rule.says, *rule.notes):
        yield from _node(node, width, indent)


def _node(node: RuleNode, width: int, indent: int) -> Iterator[str]:
    if isinstance(node, str):
        yield from wrapped(node, width, indent)
        return
    yield from wrapped(node.intro, width, indent)
    for item in node.items:
        if isinstance(item, Bullets):
            yield from wrapped(f"- {item.intro}", width, indent + 2, 2)
            for inner in item.items:
                yield from _node_item(inner, width, indent + 4)
        else:
            yield from _node_item(item, width, indent + 2)


def _node_item(item: RuleNode, width: int, indent: int) -> Iterator[str]:
    if isinstance(item, str):
        yield from wrapped(f"- {item}", width, indent, 2)
    else:
        yield from _node(item, width, indent)


def _limits(limits: Iterable[LimitLine], width: int) -> Iterator[str]:
    for limit in limits:
        yield ""
        yield from wrapped(f"{limit.name}: {limit.length} ({limit.clause}, since {limit.since})", width, 2, 2)
        if limit.rules:
            yield from wrapped(f"counts for: {'; '.join(limit.rules)}", width, 4, 2)


def _terms(title: str, terms: tuple[Term, ...], width: int) -> Iterator[str]:
    if not terms:
        return
    yield from headed(title, width)
    for term in terms:
        yield ""
        yield from wrapped(f"{term.says}:", width, 2)
        for row in term.rows:
            yield from wrapped(f"- {row}", width, 4, 2)


def headed(title: str, width: int) -> Iterator[str]:
    """A heading, with room before it."""
    yield ""
    yield ""
    lines = textwrap.wrap(title, width)
    yield from lines
    yield "-" * max(len(line) for line in lines)


def wrapped(line: str, width: int, indent: int = 0, hanging: int = 0) -> list[str]:
    """The line in as many as it takes, the later ones further in."""
    return textwrap.wrap(
        line, width, initial_indent=" " * indent, subsequent_indent=" " * (indent + hanging), break_on_hyphens=False
    )
