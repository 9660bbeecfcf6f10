"""What commands say does a terminal no harm, and what they write is for their user alone."""

import io
import os
import stat
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from homeward.cli import main
from homeward.terminal import Escaped, escaped, escaping


@pytest.mark.parametrize(
    ("harm", "shown"),
    [
        ("\x1b]0;title\x07", "\\u001b]0;title\\u0007"),
        ("\x1b[2J", "\\u001b[2J"),
        ("\x1b[8mhidden", "\\u001b[8mhidden"),
        ("\x9b2J", "\\u009b2J"),
        ("over\rwritten", "over\\u000dwritten"),
        ("abc\u202edef\u2066", "abc\\u202edef\\u2066"),
        ("\U000e0041", "\\udb40\\udc41"),
    ],
)
def test_what_would_move_hide_or_turn_text_is_written_out(harm: str, shown: str) -> None:
    assert escaped(harm) == shown


@pytest.mark.parametrize("text", ["Zoë O’Neill\tمريم\n", "\x1b[31m\x1b[1mred\x1b[0m", "क्‍ष", ""])
def test_names_of_any_script_and_colours_stay(text: str) -> None:
    assert escaped(text) == text


class Terminal(io.TextIOWrapper):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("kind", "written"), [(Terminal, b'"\\u009b"'), (io.TextIOWrapper, '"\x9b"'.encode())])
def test_bytes_are_escaped_for_a_terminal_and_left_alone_for_a_program(
    kind: type[io.TextIOWrapper], written: bytes
) -> None:
    raw = io.BytesIO()
    stream = Escaped(kind(raw, "utf-8", write_through=True))
    stream.buffer.write('"\x9b"'.encode())
    assert raw.getvalue() == written


def test_every_command_speaks_through_it_and_writes_for_its_user_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    @click.command()
    def spy() -> None:
        (tmp_path / "told").write_text("of a child")
        click.echo("\x9b2J")
        click.echo("\u202e", err=True)
        raise click.ClickException("\x9b")

    monkeypatch.setitem(main.commands, "spy", spy)
    monkeypatch.setattr(type(main), "get_command", lambda self, _, name: self.commands.get(name))
    before, stdout = os.umask(0o022), sys.stdout
    try:
        result = CliRunner().invoke(main, ["spy"])
    finally:
        os.umask(before)
    assert (result.stdout, result.stderr) == ("\\u009b2J\n", "\\u202e\nError: \\u009b\n")
    assert stat.S_IMODE((tmp_path / "told").stat().st_mode) == 0o600
    assert sys.stdout is stdout


def test_standard_output_is_given_back() -> None:
    before = sys.stdout
    with escaping():
        assert sys.stdout is not before
    assert sys.stdout is before
