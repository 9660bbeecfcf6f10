"""Fields and sayings that several forms have."""

from collections.abc import Mapping
from typing import Any

from desk.forms.form import NOT_KNOWN, FormField, Option, options
from routing.messages import AnswerWord
from routing.pack import Pack

YES_NO_NOT_KNOWN = options(("yes", "Yes"), ("no", "No"), (NOT_KNOWN, "Not known"))


def as_options(words: tuple[AnswerWord, ...]) -> tuple[Option, ...]:
    """The words of an answer, each as its meaning says."""
    return tuple(Option(word.word, capitalised(word.means)) for word in words)


def capitalised(text: str) -> str:
    """With a capital first letter."""
    return text[:1].upper() + text[1:]


def why(must: bool) -> FormField:
    """The reason. `must`: the question leaves it to a person's judgement."""
    return FormField(
        "reason", "Why?", "area", missing="Say why" if must else "", hint="" if must else "You can leave this empty."
    )


def when(label: str, missing: str = "", name: str = "at", past: bool = True) -> FormField:
    hint = "London time." if missing else "London time. If you leave it empty, now."
    return FormField(name, label, "when", hint=hint, missing=missing, past=past)


def truth(value: str | None) -> bool | None:
    """What yes, no or not known says."""
    return {"yes": True, "no": False}.get(value or "")


def kept(values: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """The fields of a report that are called as in the form."""
    return {name: values[name] for name in names if values.get(name) not in (None, NOT_KNOWN)}


def of_list(pack: Pack, place: str, words: tuple[str, ...]) -> tuple[Option, ...]:
    """Words of a list of the pack, each as the pack explains it."""
    return tuple(Option(word, capitalised(pack.means.get(f"{place}.{word}", word.replace("_", " ")))) for word in words)
