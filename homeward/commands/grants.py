"""`homeward grants`: the least rights of each role in Postgres, as SQL. What they are is in `store.granting`."""

import click


@click.command()
@click.option(
    "--runtime", default="homeward_runtime", show_default=True, metavar="ROLE", help="The role of hub and desk."
)
@click.option(
    "--reader", "readers", multiple=True, metavar="ROLE=AUTHORITY",
    help="A role that reads what one authority has. Can be given more than once.",
)  # fmt: skip
def command(runtime: str, readers: tuple[str, ...]) -> None:
    """Print the SQL that gives each Postgres role its least rights.

    Create the roles first, and run the SQL as the owner of the tables, after each `homeward migrate`. The owner
    migrates and purges. The runtime role is that of HOMEWARD_DATABASE_URL: it changes no table, and nothing that only
    grows. A reader sees the rows of its authority and no others.

    \b
    Examples:
      homeward grants | psql homeward
      homeward grants --runtime hub --reader notts_reader=nottinghamshire > grants.sql
    """
    from store.granting import grants

    named = dict(_divided(reader) for reader in readers)
    click.echo("BEGIN;")
    for statement in grants(runtime, named):
        click.echo(f"{statement};")
    click.echo("COMMIT;")


def _divided(reader: str) -> tuple[str, str]:
    from homeward.commands.installed import installed

    role, equals, word = reader.partition("=")
    authority = installed(())[0].key_of(word) if role and equals else None
    if authority is None:
        raise click.UsageError(f"--reader {reader}: write it as ROLE=AUTHORITY, with an authority that has a pack")
    return role, authority
