"""What the names of one pack are called in plain English: its services, roles, meetings, decisions and messages."""

from collections.abc import Iterable, Mapping

from homeward.rendering.english import listed, quoted, spaced, with_article
from routing.message_types import TASK
from routing.pack import Pack, Rule, Target

# What was sent, and what is then open, by the type of the message. {it}: its kind in words.
SENT: Mapping[str, tuple[str, str]] = {
    "rhi.request": ("a return interview was asked for", "the request for a return interview"),
    "rhi.assign": ("the interview was given to a worker", "the interview that was given to a worker"),
    "rhi.withdrawn": ("the request for an interview was withdrawn", "the withdrawal of an interview"),
    "rhi.completed": ("the interview was passed on as done", "the word that the interview is done"),
    "rhi.breach": ("it was said that the interview is late", "the word that the interview is late"),
    "rhi.not_offered": ("it was passed on that no interview is offered", "the word that no interview is offered"),
    "meeting.request": ("a {it} was asked for", "the request for a {it}"),
    "task.create": ("the task “{it}” was given", "the task “{it}”"),
    "hub.consultation": ("a consultation was asked for", "the request for a consultation"),
    "referral.create": ("a referral was made: {it}", "the referral ({it})"),
    "flag.set": ("the flag was set", "the flag"),
    "episode.store_nfa": ("the report was filed as no further action", "the filing as no further action"),
    "episode.finalise": ("the record was released for completion", "the release of the record"),
}
FEW = 3
"""As many titles of rules as a sentence bears."""
INTERVIEW: Mapping[str, str] = {
    "none": "not asked for", "requested": "asked for", "assigned": "given to a worker", "offered": "offered",
    "completed": "held", "refused": "declined", "not_offered": "not offered", "withdrawn": "withdrawn",
}  # fmt: skip
"""Where the return interview stands."""
# Decisions that every pack has, as what was decided. {by}: nothing, or those who decided.
_OF_THEIR_OWN: Mapping[tuple[str, str], str] = {
    ("screening", "required"): "an interview is needed", ("screening", "not_required"): "no interview is needed",
    ("threshold", "met"): "the threshold is met", ("threshold", "not_met"): "the threshold is not met",
    **{("rag", grade): f"the rating is {grade}" for grade in ("RED", "AMBER", "GREEN")},
    **{("rag_proposed", grade): f"the proposed rating is {grade}" for grade in ("RED", "AMBER", "GREEN")},
}  # fmt: skip


class PackWording:
    """The names of one pack, as they stand in a sentence."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack

    def name(self, word: str) -> str:
        """A kind, a meeting or a document."""
        return self.pack.means.get(f"names.{word}", spaced(word))

    def task(self, kind: str) -> str:
        """A kind of task, as whoever has it would say it."""
        declared = self.pack.kinds.get(TASK, {}).get(kind)
        return declared.title if declared else spaced(kind)

    def services(self, words: Iterable[str], last: str = "or") -> str:
        return self.meanings("services", words, last)

    def concerns(self, words: Iterable[str]) -> str:
        return self.meanings("concerns", words)

    def meanings(self, list_: str, words: Iterable[str], last: str = "or") -> str:
        """Words of a closed list of the pack, as the pack explains them."""
        return listed([self.pack.means.get(f"{list_}.{word}", spaced(word)) for word in words], last)

    def document(self, word: str) -> str:
        return f"the document {quoted(self.name(word))}"

    def names(self, words: Iterable[str]) -> str:
        return listed([self.name(word) for word in words], "or")

    def roles(self, words: Iterable[str], last: str = "or") -> str:
        return listed([self.role(word) for word in words], last)

    def role(self, word: str) -> str:
        return with_article(self.pack.roles[word].name) if word in self.pack.roles else spaced(word)

    def decided(self, kind: str, value: str) -> str:
        """What was decided, behind "that"."""
        place = f"meetings.{kind.removeprefix('meeting.')}" if kind.startswith("meeting.") else f"decisions.{kind}"
        own = self.pack.means.get(f"{place}.{value}") or _OF_THEIR_OWN.get((kind, value))
        return own or f"“{spaced(kind.removeprefix('meeting.'))}” is {quoted(spaced(value))}"

    def audience(self, name: str) -> str:
        return self.pack.means.get(f"audiences.{name}", f"the {spaced(name)}")

    def criterion(self, name: str) -> str:
        return self.pack.means.get(f"criteria.{name}", spaced(name))

    # ---- messages

    def sent(self, words: Iterable[str]) -> str:
        """That one of these has gone out."""
        types, titles = self._told_apart(words)
        told = [SENT[t][0].format(it=it) if t in SENT else f"{quoted(f'{t} {it}'.strip())} was sent" for t, it in types]
        if titles:
            told.append(f"{listed(titles, 'or')} has gone out")
        return listed(told, "or")

    def open(self, words: Iterable[str], last: str = "or") -> str:
        """What these are while they are open."""
        types, titles = self._told_apart(words)
        nouns = [SENT[t][1].format(it=it) if t in SENT else quoted(f"{t} {it}".strip()) for t, it in types]
        if titles:
            nouns.append(f"the request {listed(titles, last)}")
        return listed(nouns, last)

    def titles(self, words: Iterable[str]) -> list[str]:
        """The rules that are meant, by their titles; of a rule with `each` only a part, with whom it speaks to."""
        return self._told_apart(words)[1]

    def _told_apart(self, words: Iterable[str]) -> tuple[list[tuple[str, str]], list[str]]:
        named = [*words]
        rules = [rule for rule in self.pack.rules if rule.id in named]
        types = [w.partition("/")[::2] for w in named if w not in {rule.id for rule in rules}]
        titles = [quoted(rule.title) + self._part_of(rule, named) for rule in rules]
        return [(t, self.task(kind) if t == TASK else self.name(kind)) for t, kind in types], [*dict.fromkeys(titles)]

    def _part_of(self, rule: Rule, named: list[str]) -> str:
        parts = self.pack.named(rule.family) if rule.family else ()
        meant = [part for part in parts if part.id in named]
        if len(meant) == len(parts):
            return ""
        to = listed([self.target(t) for part in meant for t in part.to], "or")
        return f" to {to}" if len({part.to for part in parts}) > 1 else ""

    # ---- who

    def to(self, targets: Iterable[Target]) -> str:
        """Those whom a message goes to."""
        return listed([self.target(target) for target in targets])

    def target(self, target: Target) -> str:
        if target.audience:
            return self.audience(target.audience)
        if target.told_by:
            received = "received the newest of" if target.newest else "received"
            return f"whoever {received} {self._heard(target.told_by)}"
        if target.asked_by:
            return f"whoever holds {self.open(target.asked_by)}"
        if target.named_as:
            return self._named(target)
        assert target.role is not None
        of = f" of {self.services([target.of])}" if target.of else ""
        return self.role(target.role) + of + (", where the register names one" if target.if_named else "")

    def _heard(self, words: tuple[str, ...]) -> str:
        types, titles = self._told_apart(words)
        if len(titles) > FEW:
            return f"one of {len(titles)} messages"
        return listed([*(SENT[t][1].format(it=it) if t in SENT else quoted(t) for t, it in types), *titles], "or")

    def _named(self, target: Target) -> str:
        role = f" (as {self.role(target.role)})" if target.role else ""
        named = {
            "between": "both sides of the disagreement",
            "attendees": "those who attended the meeting",
            "interviewer": "whoever held the interview",
            "by": "whoever reports it",
            "value": f"the person named in the decision{role}",
        }
        text = named[str(target.named_as)]
        return text if target.named_as == "value" else text + role
