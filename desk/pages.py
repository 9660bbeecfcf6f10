"""Making HTML from the templates of this folder and the parts of the GOV.UK Design System. Everything is escaped. What
stands in a page is decided elsewhere."""

from pathlib import Path
from typing import Any

from jinja2 import ChainableUndefined, ChoiceLoader, Environment, FileSystemLoader, PackageLoader, PrefixLoader

from desk import clock_words
from desk.acts import authority_name
from desk.views.held_up import way_in_words

_HERE = Path(__file__).parent


class Pages:
    """The templates, ready to be filled in."""

    def __init__(self) -> None:
        # The parts of the Design System look for parameters that nobody gave.
        self._environment = Environment(
            loader=ChoiceLoader(
                [
                    FileSystemLoader(_HERE / "templates"),
                    PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")}),
                ]
            ),
            autoescape=True,
            undefined=ChainableUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._environment.filters["authority_name"] = authority_name
        self._environment.globals.update(
            day_and_hour=clock_words.day_and_hour,
            dated=clock_words.dated,
            limit_in_words=clock_words.limit_in_words,
            time_missing=clock_words.time_missing,
            length_in_words=clock_words.length_in_words,
            way_in_words=way_in_words,
        )

    def html(self, template: str, **values: Any) -> str:
        return self._environment.get_template(template).render(**values)


def own_assets() -> dict[str, bytes]:
    """Name -> content of the styles and the script that are the desk's own."""
    return {path.name: path.read_bytes() for path in sorted((_HERE / "static").iterdir()) if path.is_file()}
