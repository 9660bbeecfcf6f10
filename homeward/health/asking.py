"""Whether the hub beside this process is ready, for the health check of a container:
`python -m homeward.health.asking`."""

import sys
import urllib.error
import urllib.request

from homeward.settings import SettingsError, load_settings

_WITHIN = 2.0  # seconds
_ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - where it listens is asked about, not decided


def ask() -> str | None:
    """What is wrong, None where it is ready. Where it listens is said by the same settings as the hub's."""
    try:
        settings = load_settings()
    except SettingsError as error:
        return str(error)
    if not settings.health_port:
        return "HOMEWARD_HEALTH_PORT is 0: nothing says whether the hub is ready. Set it, or take out the health check"
    host = _ANYWHERE.get(settings.health_host, settings.health_host)
    address = f"http://{f'[{host}]' if ':' in host else host}:{settings.health_port}/ready"
    try:
        with urllib.request.urlopen(address, timeout=_WITHIN):
            return None
    except urllib.error.HTTPError as error:
        with error:
            return error.read().decode("utf-8", "replace")
    except OSError as error:
        return f"{address} does not answer ({error})"


if __name__ == "__main__":
    sys.exit(ask())
