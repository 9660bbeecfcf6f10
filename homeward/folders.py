"""Whether the hub may write where its settings send it: said in one line at start, not by a traceback later."""

import tempfile
from pathlib import Path

from sqlalchemy.engine import make_url

from homeward.settings import PREFIX, Settings, SettingsError


def check_folders(settings: Settings, embedded: bool) -> None:
    """Makes the folders that are missing. Raises SettingsError with a line for each that cannot be written to."""
    wanted: dict[Path, str] = {}
    url = make_url(settings.database)
    if embedded:
        wanted[settings.data] = "DATA"
        if settings.cache is not None:
            wanted[settings.cache] = "CACHE"
    if url.drivername.startswith("sqlite") and url.database and url.database != ":memory:":
        wanted.setdefault(Path(url.database).parent, "DATA" if settings.database_url is None else "DATABASE_URL")
    faults = [f"{PREFIX}{name}: {fault}" for folder, name in wanted.items() if (fault := _fault(folder))]
    if faults:
        raise SettingsError("\n".join(faults))


def _fault(folder: Path) -> str | None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return None
    except OSError as error:
        return f"cannot write to {folder} ({error.strerror}). Make it writable for this user or name another folder"
