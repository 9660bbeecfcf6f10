"""What a form is: fields with what may stand in them, and how what was typed is read. Nothing is preselected, and what
nobody can know may be left open."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from schemas.instants import write_instant

_LONDON = ZoneInfo("Europe/London")
NOT_KNOWN = "not-known"
"""The value of an answer that says that nobody knows; it is left out of the report."""
Typed = Mapping[str, str | tuple[str, ...]]
"""What was typed, by field: text, or all boxes that were ticked."""


@dataclass(frozen=True, slots=True)
class Option:
    """One answer to choose. `label` says what it means."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class FormField:
    """One question. `missing`: what is said where it must be answered and is not; empty where it may be left open.
    `only_if`: it is asked for only with this value of another field. `past`: an instant that cannot lie ahead."""

    name: str
    label: str
    kind: Literal["radios", "text", "area", "when", "boxes"]
    options: tuple[Option, ...] = ()
    hint: str = ""
    missing: str = ""
    only_if: tuple[str, str] | None = None
    past: bool = True


@dataclass(frozen=True, slots=True)
class AnswerForm:
    """The form of one report. `says`: the fields of the report that what was read makes. `checked`: it passes a page on
    which all is read again before it is sent."""

    type: str
    kind: str | None
    question: str
    fields: tuple[FormField, ...]
    says: Callable[[Mapping[str, Any]], dict[str, Any]]
    intro: tuple[str, ...] = ()
    checked: bool = False
    button: str = "Send answer"

    @property
    def asked_first(self) -> tuple[FormField, ...]:
        """The questions that hang on no answer to another."""
        return tuple(field for field in self.fields if field.only_if is None)

    def revealed_by(self, name: str, value: str) -> tuple[FormField, ...]:
        """The questions that are asked for only with this answer to another."""
        return tuple(field for field in self.fields if field.only_if == (name, value))


@dataclass(slots=True)
class Reading:
    """What became of what was typed: the values by field, or what is wrong, by field."""

    values: dict[str, Any] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)


def read_form(form: AnswerForm, typed: Typed, now: datetime) -> Reading:
    """Reads every field; an answer that was not among the options counts as none."""
    reading = Reading()
    for each in form.fields:
        try:
            value = _value(each, typed.get(each.name, ""), now)
        except ValueError as fault:
            reading.faults[each.name] = str(fault)
            continue
        asked = each.only_if is None or typed.get(each.only_if[0]) == each.only_if[1]
        if value in (None, (), "") and each.missing and asked:
            reading.faults[each.name] = each.missing
        elif value not in (None, "") and (asked or each.only_if is None):
            reading.values[each.name] = value
    return reading


def in_own_words(form: AnswerForm, values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Each question with its answer, as the page shows it again."""
    return [(each.label, _told(each, values[each.name])) for each in form.fields if each.name in values]


def chosen_words(form: AnswerForm, values: Mapping[str, Any]) -> str:
    """The choice that answers the question, in the words of its option; never anything that was typed."""
    names = [each for each in form.fields if each.kind == "radios" and each.name in values]
    return _told(names[0], values[names[0].name]) if names else form.question


def london_instant(text: str) -> datetime:
    """The instant that a field for a time holds, which is London's. ValueError with what to do."""
    try:
        local = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("Enter a day and a time") from None
    if local.tzinfo is not None:
        raise ValueError("Enter a day and a time")
    return local.replace(tzinfo=_LONDON).astimezone(UTC)


def options(*pairs: tuple[str, str]) -> tuple[Option, ...]:
    return tuple(Option(value, label) for value, label in pairs)


def _value(each: FormField, typed: str | Sequence[str], now: datetime) -> Any:
    if each.kind == "boxes":
        chosen = (typed,) if isinstance(typed, str) else tuple(typed)
        return tuple(option.value for option in each.options if option.value in chosen)
    text = typed if isinstance(typed, str) else ""
    if not text.strip():
        return None
    if each.kind == "radios":
        return next((option.value for option in each.options if option.value == text), None)
    if each.kind == "when":
        at = london_instant(text)
        if each.past and at > now:
            raise ValueError("Enter a past time")
        return write_instant(at)
    return text.strip()


def _told(each: FormField, value: Any) -> str:
    if each.kind == "when":
        local = datetime.fromisoformat(str(value)).astimezone(_LONDON)
        return f"{local:%H:%M} {local:%a} {local.day} {local:%b %Y}"
    labels = {option.value: option.label for option in each.options}
    if isinstance(value, tuple):
        return ", ".join(labels[v] for v in value)
    return labels.get(str(value), str(value))
