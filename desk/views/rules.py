"""A procedure by clause: our words for it, where it stands, what Homeward does by it and what it leaves to people."""

from collections.abc import Iterator
from dataclasses import dataclass

from desk.acts import act_of, who_is_meant
from routing.pack import Pack, Rule


@dataclass(frozen=True, slots=True)
class ClauseView:
    """`does`: what Homeward does by it; `judged`: what it asks people to judge; `not_done`: why it does nothing."""

    id: str
    place: str
    says: str
    does: tuple[str, ...]
    judged: tuple[str, ...]
    not_done: str


def clauses_of(pack: Pack, sought: str = "") -> list[ClauseView]:
    """Every clause in the order of the pack; with `sought`, those in which these words stand."""
    by_clause: dict[str, list[Rule]] = {}
    for rule in pack.rules:
        for cited in rule.clauses:
            by_clause.setdefault(cited, []).append(rule)
    views = []
    for id_, clause in pack.clauses.items():
        rules = by_clause.get(id_, [])
        does = tuple(dict.fromkeys(_does(rule, pack) for rule in rules if rule.modality != "judgement"))
        judged = tuple(dict.fromkeys(_does(rule, pack) for rule in rules if rule.modality == "judgement"))
        not_done = pack.not_automated.get(id_, "")
        views.append(ClauseView(id_, pack.source.place(clause.section), clause.says, does, judged, not_done))
    words = sought.casefold()
    return [view for view in views if words in f"{view.id} {view.place} {view.says}".casefold()]


def _does(rule: Rule, pack: Pack) -> str:
    what = rule.title or act_of(pack, rule.send, rule.kind)
    roles = [who_is_meant(pack, target.role, None) for target in rule.to if target.role]
    return f"{what} (to {', '.join(dict.fromkeys(roles))})" if roles else what


def local_settings(pack: Pack) -> list[tuple[str, str]]:
    """What the council has set for itself, as far as it is in force here."""
    told = [("Waits for release", "yes" if not pack.auto_release else "")]
    told += [("Answers are given", pack.answer_at), ("Whom to ring", pack.contact), ("Case system", pack.case_system)]
    for entry in pack.acknowledge:
        ladder = ", then ".join(who_is_meant(pack, role, None) for role in entry.ladder)
        told.append((f"Must be confirmed: {entry.what}", f"else {ladder} is told"))
    return [(name, value) for name, value in told if value]


def changed_clauses(earlier: Pack, later: Pack) -> list[tuple[str, str, str]]:
    """What differs of the clauses of two versions: the clause, its words then, and now."""
    return [*_changed(earlier, later)]


def _changed(earlier: Pack, later: Pack) -> Iterator[tuple[str, str, str]]:
    for id_ in dict.fromkeys((*earlier.clauses, *later.clauses)):
        was, is_ = earlier.clauses.get(id_), later.clauses.get(id_)
        told = (was.says if was else "not there", is_.says if is_ else "no longer there")
        if told[0] != told[1]:
            yield (id_, *told)
