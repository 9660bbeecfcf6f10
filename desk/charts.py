"""Charts, drawn as SVG on the server. The numbers stand in a table beside each."""

from collections.abc import Sequence

import leather  # type: ignore[import-untyped]
from leather import theme
from markupsafe import Markup

_INK, _BAR, _PAPER = "#0b0c0c", "#12436d", "#ffffff"
_FONT = "arial, sans-serif"

_LINES = 4

theme.background_color = _PAPER
theme.default_series_colors = [_BAR]
theme.title_color = theme.legend_color = theme.label_color = theme.zero_color = _INK
theme.title_font_family = theme.legend_font_family = theme.tick_font_family = _FONT
theme.tick_color = "#b1b4b6"


def column_chart(title: str, points: Sequence[tuple[str, int]]) -> Markup:
    """One column for each point, as part of a page. It holds numbers and the names of months, and no style."""
    chart = leather.Chart()
    highest = max((value for _, value in points), default=0)
    step = max(-(-highest // _LINES), 1)
    top = max(-(-highest // step), 1) * step
    chart.add_y_scale(0, top)
    chart.add_y_axis(ticks=[*range(0, top + 1, step)])  # a child is a whole one
    chart.add_columns(list(points), name=title)
    svg = str(chart.to_svg(width=640, height=320))
    head = '<svg class="desk-chart" viewBox="0 0 640 320" aria-hidden="true" focusable="false" '
    return Markup(svg.replace("<svg ", head, 1))  # noqa: S704 - drawn from numbers and names of months
