"""The command line. Each command lives in a module of `homeward.commands` and is imported only when it is called,
so that `homeward simulate` does not pay for what `homeward run` needs."""

import importlib

import click

COMMANDS = {
    "run": "Run the hub: read notifications, decide, deliver, keep the clocks.",
    "demo": "Walk a synthetic fortnight through the whole hub and show who was told what, and why.",
    "broker": "Start a real Apache Kafka in a folder of its own.",
    "simulate": "Run a file of reports on a virtual clock and print every outbound message.",
    "explain": "Say why a message was sent or what an episode has led to.",
    "report": "Count or list what happened at an authority in a period, as CSV or JSON.",
    "packs": "Show what each authority has promised, compare versions, and prove packs of your own.",
    "deliveries": "List what is held up on its way out, and let it be tried again.",
    "register": "Show how old each register's newest record is, or read one again.",
    "quarantine": "List, show and replay messages that could not be read.",
    "purge": "Let go of contents whose retention has ended.",
    "matching": "Train and show the weights by which a child is recognised.",
    "schemas": "Export the JSON Schemas of every message.",
    "docs": "Write or serve the AsyncAPI document.",
    "migrate": "Bring the database to the newest version.",
}


class LazyGroup(click.Group):
    """A group that knows its commands by name and imports one only to run it or to print its own help."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command = importlib.import_module(f"homeward.commands.{cmd_name}").command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="homeward")
def main() -> None:
    """Homeward applies each authority's published procedure about missing children and keeps its clocks.

    \b
    Examples:
      homeward demo
      homeward run
      homeward simulate reports.jsonl --until 2026-03-20T00:00:00Z
    """
