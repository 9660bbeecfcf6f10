"""One message as an act: who is to do what by when, in its words, and what follows if nobody does. `producers.letter`
puts the acts of one cause together."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from string import Formatter
from typing import Any

from producers.facts import named_fields
from producers.plain import instant_of, one_line, plain_text, sentence, words
from producers.times import Times, hours_of, in_short, in_words
from producers.wording import WhoseWords, Wordings, wording_of
from schemas.delivery import Outgoing

_NO_NAMES = frozenset({
    "a", "after", "all", "an", "another", "any", "at", "being", "both", "by", "each", "every", "for", "if", "in", "it",
    "no", "nobody", "on", "once", "only", "or", "some", "the", "these", "this", "to", "what", "when", "whenever",
    "where", "while", "who", "with", "within",
})  # fmt: skip
_JUST_AFTER = timedelta(seconds=2)  # a message about a limit goes out right after it
_MEASURES = {"offered": "It must be offered by then.", "completed": "It must be held by then."}


def lower_first(text: str, is_verb: bool = False) -> str:
    """With a small first letter, unless the text begins with capitals or a name, as far as one can tell a name.
    `is_verb`: it begins with one, and so with no name."""
    first, *following = text.split(" ")[:3]
    small = is_verb or first.lower() in _NO_NAMES
    is_name = not small and ("'" in first or any(_is_capitalised(word) for word in following))
    return text if is_name or (len(first) > 1 and not first[1:].islower()) else text[:1].lower() + text[1:]


def _is_capitalised(word: str) -> bool:
    return word[:1].isupper() and word[1:].islower()


class WordedAct:
    """A message with its words. Its texts are told in the order of the letter, as `times` tells each instant once."""

    def __init__(self, item: Outgoing, data: Mapping[str, Any], words_of: Wordings, times: Times) -> None:
        self.item, self.data, self.times, self._words_of = item, data, times, words_of
        pack = data.get("pack")
        version = pack.get("version") if isinstance(pack, Mapping) else ""
        self.source = WhoseWords(str(data.get("authority") or ""), str(version or ""))
        self.kind = data["kind"] if isinstance(data.get("kind"), str) else None
        self.wording = wording_of(words_of, self.source, item.type, self.kind, self.clause_ids)
        self.habits = words_of.habits(self.source)
        self.urgency = str(data.get("urgency"))
        self.asks = self.wording.asked
        self.confirm_by = instant_of(data.get("acknowledge_by"))
        binds_reader = self.asks and not self.wording.binds_hub
        self.due = instant_of(data.get("due")) if binds_reader else None
        self.target = instant_of(data.get("target")) if self.due else None

    @property
    def is_urgent(self) -> bool:
        return self.urgency == "immediate"

    @property
    def is_answerable(self) -> bool:
        """Whether a report can answer it. What only tells something can at most be confirmed."""
        return bool(self.confirm_by or self.data.get("answers"))

    @property
    def judges(self) -> bool:
        """Whether the source leaves what is asked to the reader's judgement."""
        return bool(self.asks) and self.data.get("modality") == "judgement"

    @property
    def role(self) -> str:
        """The title of the role that is addressed; empty where there is none."""
        role = self.item.role
        return sentence(self.title_of(role) or words(one_line(role))) if role else ""

    @property
    def clause_ids(self) -> tuple[str, ...]:
        clauses = self.data.get("clauses")
        return tuple(one_line(str(clause)) for clause in clauses) if isinstance(clauses, list) else ()

    def title_of(self, role: str) -> str:
        return one_line(self._words_of.role(self.source, role))

    # ---- what is to be done

    def headline(self) -> str:
        """The act with a limit on its reader: "Decide by 04:00 Thu 5 Mar: hold a strategy meeting?"."""
        title = self.title()
        if self.confirm_by:
            return f"Confirm by {self.times.tell(self.confirm_by)}: {lower_first(title, bool(self.asks))}"
        if self.due is None:
            return title
        by = f" by {self.times.tell(self.due)}"
        head, colon, rest = title.partition(": ")
        return f"{head}{by}{colon}{rest}"

    def first_line(self) -> str:
        """Who does what by when."""
        who, title = f"{self.role}: " if self.role else "", lower_first(self.title(), bool(self.asks))
        if not self.asks:
            free = self.confirm_by is None and self.data.get("modality") != "may"
            return f"{who}{title}{self._confirming()}." + (" Nothing is asked of you." if free else "")
        return " ".join([f"{who}{self._filled(self.asks) or title}{self._by()}.", *self._notes()])

    def title(self) -> str:
        """The act alone."""
        return one_line(next((text for each in self.wording.titles if (text := self._filled(each))), ""))

    def _by(self) -> str:
        """The limits on the reader, each in its turn."""
        parts = f"; aim for {self.times.tell(self.target)}, at the latest" if self.target else ""
        if self.due:
            parts += f"{'' if self.target else ' by'} {self.times.tell(self.due)}"
            parts += " (set by this council)" if self.data.get("due_basis") == "local" else ""
        return parts + self._confirming()

    def _confirming(self) -> str:
        return f"; confirm by {self.times.tell(self.confirm_by)} that you have seen this" if self.confirm_by else ""

    def _notes(self) -> Iterator[str]:
        if self.due and self.data.get("measure") in _MEASURES:
            yield _MEASURES[str(self.data["measure"])]
        if self.wording.works and not (self.due or self.target or self.confirm_by):
            yield "No time limit is set."
        if self.data.get("late_on_arrival") is True:
            yield "It was overdue when we first heard of it."
        if self.data.get("replaces"):
            yield "This replaces what we sent before."

    def happened(self) -> Iterator[str]:
        """Why it was sent, in the sentences of its type; one whose values are not known is left out."""
        yield from filter(None, map(self._filled, self.wording.happened))

    def modality(self) -> str:
        """How strongly the source asks, where that is not simply that it must be done."""
        modality = self.data.get("modality")
        if modality == "may":
            return "The procedure allows this. It is for you to decide."
        return "The procedure expects this." if modality == "should" and self.asks else ""

    def if_not(self) -> str:
        """What happens if nobody does it."""
        if not self.confirm_by:
            return self._filled(self.wording.if_not) or ""
        told = one_line(self._words_of.next_in_line(self.source, self.item.type, self.kind))
        who = f"the {told} is told" if told else "others are told"
        return f"If nobody confirms by {self.times.tell(self.confirm_by)}, {who}."

    def further(self) -> list[tuple[str, str]]:
        """What else it holds, each under its name: first what it is called where it is entered, unless the act itself
        says that."""
        name, form = one_line(plain_text(self.data.get("name"))), one_line(plain_text(self.data.get("form")))
        name = "" if name and name in self.title() else name
        called = ", form ".join(filter(None, [f"“{name}”" if name else "", form]))
        known = {field: self._titled(value) for field, value in self.data.items()}
        return [*([("Called there", called)] if called else []), *named_fields(known)]

    def _titled(self, value: Any) -> Any:
        """The same with the title of each role in place of its name in the pack."""
        match value:
            case {"role": str(role), **rest}:
                return {**rest, "role": self.title_of(role) or role}
            case list():
                return [self._titled(each) for each in value]
        return value

    # ---- the answer

    def link(self) -> str:
        confirm = bool(self.confirm_by)
        return self._words_of.link(self.item.row if confirm else self.item.message, confirm)

    def link_label(self) -> str:
        if self.confirm_by:
            return "Confirm (no account)"
        verb = "Decide" if self.title().startswith("Decide") else "Answer"
        return self.wording.link or f"{verb} (sign in)"

    def choices(self) -> Iterator[str]:
        """What the words of the answers mean, each once."""
        answers = self.data.get("answers")
        asked = [a for a in answers if isinstance(a, Mapping)] if isinstance(answers, list) else []
        lists = [a.get("words") for a in asked if isinstance(a.get("words"), list)]
        means = (plain_text(w.get("means")) for words_ in lists for w in words_ or () if isinstance(w, Mapping))
        yield from filter(None, dict.fromkeys(means))

    # ---- values in a text

    def _filled(self, text: str) -> str | None:
        """The text with its values; None where one of them is not known, or where there is no text."""
        values = {name: self._value(name) for _, name, _, _ in Formatter().parse(text) if name}
        return None if not text or None in values.values() else text.format_map(values)

    def _value(self, name: str) -> str | None:
        return _VALUES[name](self) if name in _VALUES else None

    def instant(self, *names: str) -> datetime | None:
        """The first of these instants of the situation, or of the message, that is known."""
        situation = self.data.get("situation")
        known = {**self.data, **(situation if isinstance(situation, Mapping) else {})}
        return next((at for name in names if (at := instant_of(known.get(name)))), None)

    def told(self, at: datetime | None) -> str | None:
        return self.times.tell(at) if at else None

    def limit(self) -> tuple[datetime, timedelta] | None:
        """The limit that has passed, counted from the return: the message's own, else the one that it follows upon."""
        back = self.instant("returned_at", "found_at")
        end = instant_of(self.data.get("due"))
        if back is None or (end or self.item.time) < back:
            return None
        if end is None:
            hours = timedelta(hours=hours_of(self.item.time - back))
            end = back + hours if self.item.time - back - hours <= _JUST_AFTER else None
        return (end, end - back) if end else None

    def text(self, name: str) -> str | None:
        return one_line(plain_text(self.data.get(name))) or None

    def task(self) -> str | None:
        return lower_first(one_line(self._words_of.task(self.source, self.item.type, self.kind))) or None


def _period(text: str | None) -> str | None:
    """`2026-03` as "March 2026", `2026-01/2026-03` as "January to March 2026"."""
    try:
        days = [date.fromisoformat(f"{part}-01") for part in (text or "").split("/")]
    except ValueError:
        return text
    head = f"{days[0]:%B} to " if len(days) > 1 else ""
    return f"{head}{days[-1]:%B %Y}"


def _state(act: WordedAct) -> str | None:
    situation = act.data.get("situation")
    return one_line(plain_text(situation.get("classification"))) or None if isinstance(situation, Mapping) else None


def _of_limit(tell: Callable[[timedelta], str]) -> Callable[[WordedAct], str | None]:
    return lambda act: tell(limit[1]) if (limit := act.limit()) else None


def _days_over(act: WordedAct) -> str | None:
    back = act.instant("returned_at", "found_at")
    days = (act.item.time - back).days if back else 0
    return f"{days} days" if days > 1 else None


_VALUES: Mapping[str, Callable[[WordedAct], str | None]] = {
    "system": lambda act: one_line(act.habits.system),
    "now": lambda act: " now" if act.is_urgent else "",
    "name": lambda act: act.text("name"),
    "flag": lambda act: act.text("name") or "missing",
    "classification": _state,
    "since": lambda act: act.told(act.instant("missing_since")),
    "back": lambda act: act.told(act.instant("returned_at", "found_at")),
    "ended": lambda act: act.told(limit[0]) if (limit := act.limit()) else None,
    "hours_over": _of_limit(in_short),
    "hours_in_words": _of_limit(in_words),
    "days_over": _days_over,
    "task": WordedAct.task,
    "contents": lambda act: act.text("contents"),
    "step": lambda act: act.text("step"),
    "period": lambda act: _period(act.text("period")),
}
"""What the names in braces stand for."""
