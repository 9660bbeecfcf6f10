"""What commands that show a child have in common: who looks, and why. No command lives here."""

import os
import pwd
import socket
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from homeward.looking import Looker


def looks(function: Callable[..., None]) -> Callable[..., None]:
    """Adds `--as` and `--why` to a command, and hands it the `looker`."""

    @click.option(
        "--as", "named", metavar="ID",
        help="Who looks, as the ledger is to say. Defaults to your account on this machine.",
    )  # fmt: skip
    @click.option("--why", default="", metavar="TEXT", help="Why you look, as the ledger is to say.")
    @wraps(function)
    def looking(*args: Any, named: str | None, why: str, **options: Any) -> None:
        function(*args, looker=looker_of(named, why), **options)

    return looking


def looker_of(named: str | None, why: str) -> "Looker":
    """Whoever runs the command that is under way: by the name they give, else by their account."""
    from homeward.looking import Looker

    account = f"{_account()}@{socket.gethostname()}"
    return Looker(named or account, _command(), why, account if named else "")


def _account() -> str:
    """Who it is by the operating system; what the environment says could be anybody."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())


def _command() -> str:
    """Such as `homeward quarantine show`, however the program was called."""
    context, words = click.get_current_context(), list[str]()
    while context.parent is not None:
        words.insert(0, str(context.info_name))
        context = context.parent
    return " ".join(["homeward", *words])
