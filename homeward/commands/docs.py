"""`homeward docs`: write or serve the description of every topic and message. What it says is made in `schemas`."""

import json
from pathlib import Path

import click


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
def command(out: Path | None, form: str | None, serve: bool, port: int | None) -> None:
    """Describe every topic, message and field, as an AsyncAPI 3.0 document with Kafka bindings or as a web page.

    \b
    Examples:
      homeward docs --serve
      homeward docs --out asyncapi.yaml
      homeward docs --out contract.html
      homeward docs --format json | jq '.channels | keys'
    """
    if serve and (out or form):
        raise click.UsageError("--serve cannot be combined with --out or --format.")
    if port is not None and not serve:
        raise click.UsageError("--port needs --serve.")
    if serve:
        _serve(8085 if port is None else port)
        return
    text = _text(form or (out.suffix.removeprefix(".") if out else "yaml"))
    if out is None:
        click.echo(text, nl=False)
        return
    try:
        out.write_text(text, "utf-8")
    except OSError as error:
        raise click.ClickException(f"Cannot write {out}: {error.strerror}.") from None
    click.echo(f"Written to {out}.", err=True)


def _text(form: str) -> str:
    if form in ("html", "htm"):
        from schemas.page import page

        return page()
    from schemas.asyncapi import document

    if form == "json":
        return json.dumps(document(), indent=2, ensure_ascii=False) + "\n"
    if form in ("yaml", "yml"):
        from schemas.yaml import dump

        return dump(document())
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
