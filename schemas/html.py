"""Pages for people from the templates of a folder: everything is escaped, and a name that nobody gave is an error."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined


def html_page(folder: Path, template: str, filters: Mapping[str, Callable[..., Any]], **values: Any) -> str:
    """The page as HTML. `filters` are those that the template calls besides jinja2's own."""
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(filters)
    return environment.get_template(template).render(**values)
