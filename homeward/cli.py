"""The command line. Each command lives in a module of `homeward.commands` and is imported only when it is called,
so that `homeward simulate` does not pay for what `homeward run` needs."""

import gc
import importlib
import os
from typing import Any

import click

from homeward.terminal import escaping

COMMANDS = {
    "run": "Run the hub: read notifications, apply the procedures, send messages, keep time limits.",
    "desk": "Serve the duty desk: who is missing, what waits for whom, and where to answer.",
    "demo": "Play a made-up fortnight through the whole hub and show who was told what, and why.",
    "broker": "Start an Apache Kafka broker that keeps its data in one folder.",
    "simulate": "Run a file of reports on a virtual clock and print every outbound message.",
    "load-history": "Load a year of reports without a message, and start the clocks of what is still open.",
    "explain": "Explain why a message was sent, or what happened in an episode.",
    "access": "Show who looked at a child, or what somebody looked at.",
    "report": "Count or list what happened at an authority in a period, as CSV, JSON or XLSX.",
    "reconcile": "Compare a police force's daily list of missing children with what was heard.",
    "packs": "Show what each authority has promised, compare versions, and prove packs of your own.",
    "rehearse": "Show what a changed procedure would have sent for the reports that the hub has had.",
    "torture": "Break what a hub stands on, again and again, and show whether it keeps its promises.",
    "doctor": "Check everything the hub depends on: what is wrong, and how to fix it.",
    "deliveries": "List deliveries that are held up, and release them.",
    "bounces": "Take in bounces, receipts and automatic replies about e-mails.",
    "feeds": "Show how often each feed is heard, and which are silent for longer than is usual.",
    "register": "Show how old each register's newest record is, or read a register again.",
    "quarantine": "List, show and replay messages that could not be read.",
    "purge": "Delete what has been kept long enough, by each authority's schedule or by age.",
    "child": "Show, give out, put right, restrict or forget what is held of one child.",
    "matching": "Train and show the weights used to match children to the register.",
    "schemas": "Export or check the JSON Schemas of all messages.",
    "topics": "List the Kafka topics of this installation, or print the commands that create them.",
    "docs": "Write or serve the documentation of all topics and messages.",
    "keys": "Say whether the keys of what was received are there, or give them up.",
    "ledger": "Prove that nothing in the ledger was changed, put in or taken out, and show what vouches for it.",
    "evidence": "Write everything that proves one episode, for somebody who has no hub.",
    "migrate": "Bring the database schema up to date.",
    "grants": "Print the SQL that gives each Postgres role its least rights.",
    "move": "Copy everything into another, empty database, such as from SQLite to Postgres.",
    "backup": "Copy everything that Homeward knows into one file.",
    "restore": "Fill an empty database from a backup, or show what a backup would give back.",
}

_OBJECTS = 50_000
"""So many new objects until memory is searched for circles. What is imported stays: to search it every 700 objects, as
Python does by itself, takes a tenth of a short command's time and frees nothing."""


class LazyGroup(click.Group):
    """A group that knows its commands by name and imports one only to run it or to print its own help."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Whatever runs, and whatever goes wrong: what it writes may tell of children, so it is for its owner alone,
        and does a terminal no harm."""
        umask, thresholds = os.umask(0o077), gc.get_threshold()
        gc.set_threshold(_OBJECTS)
        try:
            with escaping():
                return super().main(*args, **kwargs)
        finally:
            gc.set_threshold(*thresholds)
            os.umask(umask)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command = importlib.import_module(f"homeward.commands.{cmd_name.replace('-', '_')}").command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="homeward")
def main() -> None:
    """Homeward applies each authority's published missing-children procedure and keeps its time limits.

    \b
    Examples:
      homeward demo
      homeward run
      homeward simulate reports.jsonl --until 2026-03-20T00:00:00Z
    """
