"""`homeward doctor`: checks of everything that a hub depends on. They live in `homeward.doctor`."""

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from homeward.doctor import Finding


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the findings as one JSON document.")
@click.option(
    "--env-file", type=click.Path(dir_okay=False, path_type=Path), help="A file of HOMEWARD_VARIABLE=value lines."
)
def command(as_json: bool, env_file: Path | None) -> None:
    """Check everything that the hub depends on: what is wrong, and how to fix it.

    Checks Kafka (connection, rights, topics, backlog), the database (connection, migrations, rights), the mail
    server, the mailbox for bounces, the directories, the clock and the disks, with the settings that `homeward run`
    would use; beside a running `homeward run --embedded`, with those. Changes nothing, sends nothing, and can be run at
    any time. The exit code is 1 if there is a fault, 0 if there are only warnings.

    \b
    Examples:
      homeward doctor
      homeward doctor --json
      homeward doctor --env-file /etc/homeward.env
    """
    import logging

    from homeward.doctor import examine
    from homeward.embedded import EmbeddedError, running_broker
    from homeward.settings import SettingsError, load_settings
    from homeward.try_out import kafka_folder, with_embedded
    from routing.tables import PackError

    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # what it would log is among the findings
    try:
        settings = load_settings(env_file)
        # Beside `homeward run --embedded` the settings are those with which that runs.
        if "kafka_bootstrap" not in settings.model_fields_set and (broker := running_broker(kafka_folder(settings))):
            settings = with_embedded(settings, broker)
        findings = asyncio.run(examine(settings))
    except (SettingsError, PackError, EmbeddedError) as error:
        raise click.ClickException(str(error)) from None
    faults = sum(finding.severity == "fault" for finding in findings)
    if as_json:
        told = [finding.as_dict() for finding in findings]
        click.echo(json.dumps({"healthy": not faults, "findings": told}, indent=2))
    else:
        _print(findings, faults)
    if faults:
        raise SystemExit(1)


def _print(findings: "list[Finding]", faults: int) -> None:
    for finding in findings:
        mark = {"ok": "ok     ", "warning": "warning", "fault": "FAULT  "}[finding.severity]
        click.echo(f"{mark}  {finding.check:<16}  {finding.says}")
        if finding.fix:
            click.echo(f"{'':<27}fix: {finding.fix}")
    warnings = sum(finding.severity == "warning" for finding in findings)
    click.echo(f"{faults} faults, {warnings} warnings" if faults or warnings else "No faults found")
