"""What the e-mails say: from the table of message types and the packs to the letters."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from producers.acts import lower_first
from producers.wording import CitedClause, Habits, WhoseWords, Wording
from routing.library import Packs
from routing.message_types import MESSAGE_TYPES, MessageType, Words
from routing.pack import Pack
from routing.pack_words import Kind, kinds_of
from routing.roles import Role


class PackWordings:
    """The words as the installed packs have them. Without packs, those that every authority shares. `desk`: the base
    address of the desk, empty where there is none; `sign` makes of the id of an outbox row what stands in a link that
    needs no account."""

    def __init__(self, packs: Packs | None = None, desk: str = "", sign: Callable[[str], str] = str) -> None:
        self._packs, self._desk, self._sign = packs, desk.rstrip("/"), sign

    def wording(self, source: WhoseWords, type_: str, kind: str | None, cited: Sequence[str] = ()) -> Wording | None:
        known = MESSAGE_TYPES.get(type_)
        if known is None:
            return None
        pack = self._pack(source)
        is_hubs = kind in known.kinds and not (pack and any(clause in pack.clauses for clause in cited))
        own = kinds_of(type_, pack.kinds).get(kind or "") if pack and not is_hubs else None
        told = _of_type(known, known.words if own else known.words_of(kind), pack)
        return told if own is None or _takes_back(type_) else _of_kind(own, told)

    def task(self, source: WhoseWords, type_: str, kind: str | None) -> str:
        pack = self._pack(source)
        own = kinds_of(type_, pack.kinds).get(kind or "") if pack else None
        return own.title if own else ""

    def clauses(self, source: WhoseWords, ids: Sequence[str]) -> Sequence[CitedClause]:
        pack = self._pack(source)
        if pack is None:
            return ()
        clauses = (pack.clauses[name] for name in ids if name in pack.clauses)
        return [CitedClause(pack.source.place(clause.section), clause.says) for clause in clauses]

    def role(self, source: WhoseWords, role: str) -> str:
        pack = self._pack(source)
        known: Role | None = pack.roles.get(role) if pack else None
        return known.name if known else ""

    def next_in_line(self, source: WhoseWords, type_: str, kind: str | None) -> str:
        pack = self._pack(source)
        if pack is None:
            return ""
        rules = {r.id for r in pack.rules if (r.send, r.kind) == (type_, kind)}
        names = {type_, f"{type_}/{kind}", *rules}
        return next((pack.roles[entry.ladder[0]].name for entry in pack.acknowledge if entry.what in names), "")

    def habits(self, source: WhoseWords) -> Habits:
        pack = self._pack(source)
        return Habits(pack.case_system, pack.answer_at, pack.contact) if pack else Habits()

    def link(self, id_: str, confirm: bool) -> str:
        if not self._desk:
            return ""
        return f"{self._desk}/s/{self._sign(id_)}" if confirm else f"{self._desk}/t/{id_}"

    def _pack(self, source: WhoseWords) -> Pack | None:
        """The version that decided; the newest where its file is gone."""
        versions = self._packs.all().get(source.authority, ()) if self._packs else ()
        return next((p for p in versions if p.version == source.version), versions[-1] if versions else None)


def _of_type(known: MessageType, words: Words, pack: Pack | None) -> Wording:
    """The words of a type, or of a kind that the hub itself uses."""
    sent = {rule.send for rule in pack.rules} if pack else set()
    if_not = next((text for type_, text in words.if_sent.items() if type_ in sent), words.if_not)
    intake = pack.roles[pack.intake].name if pack else "duty officer"
    return Wording(
        titles=words.titles,
        happened=words.happened,
        facts=known.facts,
        asked=words.asked,
        if_not=if_not.replace("{intake}", _literal(intake)),
        link=words.link,
        works=known.asks_for is not None,
        binds_hub=known.binds_hub,
    )


def _of_kind(kind: Kind, told: Wording) -> Wording:
    """The words of a type with what the pack says of one kind of it."""
    title = _literal(kind.title)
    asked = _literal(kind.asks) or (lower_first(title, is_verb=True) if told.asked else "")
    return replace(told, titles=(title,), asked=asked, if_not=_literal(kind.if_not) or told.if_not)


def _takes_back(type_: str) -> bool:
    return any(known.withdrawn_by == type_ for known in MESSAGE_TYPES.values())


def _literal(text: str) -> str:
    """A text of a pack, in which a brace is a brace."""
    return text.replace("{", "{{").replace("}", "}}")


words_of = PackWordings()
"""The words that every authority shares."""
