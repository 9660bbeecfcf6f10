"""The styles and the script of the Design System, out of the file that is fetched for them. Without the font and the
crown, which are for pages of gov.uk alone."""

import re
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

from homeward.embedded.jars import fetched, pinned

_FONT = re.compile(r"@font-face\{.*?\}")
_DIST = re.compile(r"META-INF/resources/webjars/govuk-frontend/[^/]+/dist/govuk/")
_STYLES, _SCRIPT = "govuk-frontend.min.css", "govuk-frontend.min.js"


def frontend_assets(cache: Path, notice: Callable[[str], None]) -> dict[str, bytes]:
    """Name -> content of what the pages load, fetched first where it is missing. Raises EmbeddedError where it cannot
    be had, with the mend."""
    (jar,) = fetched("the styles of the desk", cache / "desk", pinned("homeward.desk"), notice)
    with ZipFile(jar) as archive:
        names = {_DIST.sub("", name): name for name in archive.namelist()}
        styles = archive.read(names[_STYLES]).decode()
        script = archive.read(names[_SCRIPT])
    without_font = (
        _FONT.sub("", styles).replace("GDS Transport,", "").replace("url(/assets/images/govuk-crest.svg)", "none")
    )
    return {_STYLES: without_font.encode(), _SCRIPT: script}
