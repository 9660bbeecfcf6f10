"""`homeward docs`: each format to the terminal and to a file, the server on loopback, and a user's mistakes."""

import json
import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from schemas.asyncapi import document
from schemas.serving import LOOPBACK, files, server


def run(*arguments: str | Path) -> tuple[int, str, str]:
    from homeward.cli import main

    done = CliRunner().invoke(main, ["docs", *map(str, arguments)])
    return done.exit_code, done.stdout, done.stderr


def test_the_terminal_gets_yaml_unless_told_otherwise() -> None:
    assert yaml.safe_load(run()[1]) == document()
    assert json.loads(run("--format", "json")[1]) == document()
    assert run("--format", "html")[1].startswith("<!doctype html>")


@pytest.mark.parametrize(
    ("name", "options", "begins"),
    [
        ("a.yaml", [], "asyncapi:"),
        ("a.yml", [], "asyncapi:"),
        ("a.json", [], "{"),
        ("a.html", [], "<!doctype"),
        ("a.txt", ["--format", "json"], "{"),
    ],
)
def test_a_file_gets_the_format_that_its_name_says(tmp_path: Path, name: str, options: list[str], begins: str) -> None:
    code, out, err = run("--out", tmp_path / name, *options)
    assert (code, out, err) == (0, "", f"Written to {tmp_path / name}.\n")
    assert (tmp_path / name).read_text().startswith(begins)


@pytest.mark.parametrize(
    ("options", "code", "mend"),
    [
        (["--out", "contract.txt"], 2, "give --format"),
        (["--out", "nowhere/contract.yaml"], 1, "Cannot write nowhere/contract.yaml"),
        (["--serve", "--format", "json"], 2, "cannot be combined with --out or --format."),
        (["--port", "80"], 2, "--port needs --serve."),
        (["--format", "xml"], 2, "'json', 'yaml', 'html'"),
    ],
)
def test_a_mistake_is_named_with_its_mend(
    options: list[str], code: int, mend: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    got, _, err = run(*options)
    assert got == code
    assert mend in err
    assert list(tmp_path.iterdir()) == []


def test_a_port_that_is_taken_is_named() -> None:
    with socket.socket() as taken:
        taken.bind((LOOPBACK, 0))
        taken.listen()
        code, _, err = run("--serve", "--port", str(taken.getsockname()[1]))
    assert code == 1
    assert "Try --port 0." in err


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    listening = server(0)
    thread = threading.Thread(target=listening.serve_forever)
    thread.start()
    yield f"http://{LOOPBACK}:{listening.server_address[1]}"
    listening.shutdown()
    listening.server_close()
    thread.join(timeout=10)


@pytest.mark.parametrize("path", ["/", "/asyncapi.json", "/asyncapi.yaml", "/schemas/v1/police.missing.json"])
def test_everything_is_served_on_loopback(address: str, path: str) -> None:
    media, body = files()[path]
    with urllib.request.urlopen(address + path, timeout=10) as answer:
        assert answer.read() == body
        assert answer.headers["Content-Type"] == media
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    head = urllib.request.Request(address + path, method="HEAD")
    with urllib.request.urlopen(head, timeout=10) as answer:
        assert answer.read() == b""
        assert answer.headers["Content-Length"] == str(len(body))


@pytest.mark.parametrize("path", ["/nothing", "/../pyproject.toml", "/schemas/v1/..%2f..%2fpart.py"])
def test_nothing_else_is_served(address: str, path: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(address + path, timeout=10)
    with caught.value as answer:
        assert answer.code == 404
