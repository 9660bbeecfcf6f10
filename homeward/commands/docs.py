"""`homeward docs`: write or serve the description of every topic and message. What it says is made in `schemas`."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from homeward.commands.topics import owners, topics_of

if TYPE_CHECKING:
    from schemas.catalogue import ConcreteTopic


@click.command()
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="File to write. Defaults to the terminal.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["json", "yaml", "html"]),
    help="Output format. Defaults to the extension of --out, or yaml. html is a page for people.",
)
@click.option("--serve", is_flag=True, help="Serve the page and the documents on this machine.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to serve on. 0 picks a free one.  [default: 8085]")
@owners
def command(
    out: Path | None, form: str | None, serve: bool, port: int | None, authorities: tuple[str, ...],
    forces: tuple[str, ...], folders: tuple[Path, ...],
) -> None:  # fmt: skip
    """Describe every topic, message and field, as an AsyncAPI 3.0 document with Kafka bindings or as a web page.

    With --authority or --force, the AsyncAPI document has their topics one by one. Without, it has the five kinds of
    topic with the owner as a parameter.

    \b
    Examples:
      homeward docs --serve
      homeward docs --out asyncapi.yaml
      homeward docs --out contract.html
      homeward docs --authority nottinghamshire --force zx --out asyncapi.json
      homeward docs --format json | jq '.channels | keys'
    """
    if serve and (out or form):
        raise click.UsageError("--serve cannot be combined with --out or --format.")
    form = form or (out.suffix.removeprefix(".") if out else "yaml")
    if (authorities or forces or folders) and (serve or form not in ("json", "yaml", "yml")):
        raise click.UsageError("--authority, --force and --packs are for the AsyncAPI document: json or yaml.")
    if port is not None and not serve:
        raise click.UsageError("--port needs --serve.")
    if serve:
        _serve(8085 if port is None else port)
        return
    text = _text(form, _topics(authorities, forces, folders))
    if out is None:
        click.echo(text, nl=False)
        return
    try:
        out.write_text(text, "utf-8")
    except OSError as error:
        raise click.ClickException(f"Cannot write {out}: {error.strerror}.") from None
    click.echo(f"Written to {out}.", err=True)


def _topics(
    authorities: tuple[str, ...], forces: tuple[str, ...], folders: tuple[Path, ...]
) -> "Sequence[ConcreteTopic]":
    if not (authorities or forces):
        return ()
    from schemas.catalogue import TopicShape

    return topics_of(authorities, forces, folders, TopicShape())


def _text(form: str, topics: "Sequence[ConcreteTopic]") -> str:
    if form in ("html", "htm"):
        from schemas.page import page

        return page()
    from schemas.asyncapi import document

    if form == "json":
        return json.dumps(document(topics=topics), indent=2, ensure_ascii=False) + "\n"
    if form in ("yaml", "yml"):
        from schemas.yaml import dump

        return dump(document(topics=topics))
    raise click.UsageError(
        "Cannot tell the format from the file name. End it in .yaml, .json or .html, or give --format."
    )


def _serve(port: int) -> None:
    from schemas.serving import LOOPBACK, server

    try:
        listening = server(port)
    except OSError as error:
        raise click.ClickException(f"Cannot listen on port {port} ({error.strerror}). Try --port 0.") from None
    with listening:
        click.echo(f"http://{LOOPBACK}:{listening.server_address[1]}/  (press Ctrl-C to stop)")
        try:
            listening.serve_forever()
        except KeyboardInterrupt:
            click.echo("Stopped.")
