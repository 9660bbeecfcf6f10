"""The bundle of a child as one page for people, which can be read, printed and sent as a file."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from desk.acts import code_in_words
from homeward.rendering.english import named
from routing.calendar import LONDON
from schemas.html import html_page

_TEMPLATES = Path(__file__).parents[1] / "rendering" / "templates"


def bundle_page(told: Mapping[str, Any]) -> str:
    """The page as HTML. It needs nothing from elsewhere. Instants are London's."""
    filters = {"words": code_in_words, "when": _when, "said": _said}
    return html_page(_TEMPLATES, "child.html", filters, told=told, name=named(str(told["authority"])))


def _when(value: str | None) -> str:
    if not value:
        return "–"
    return f"{datetime.fromisoformat(value).astimezone(LONDON):%d %b %Y, %H:%M}"


def _said(value: Any) -> str:
    """A value in words, whatever it is made of."""
    if isinstance(value, Mapping):
        return "; ".join(f"{code_in_words(key).lower()}: {_said(each)}" for key, each in value.items() if each)
    if isinstance(value, list):
        return ", ".join(_said(each) for each in value)
    if isinstance(value, str) and value[10:11] == "T":
        return _when(value)
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)
