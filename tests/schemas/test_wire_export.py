"""`homeward schemas`: what it writes, what it refuses to write over, and what it says to a user who errs."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from schemas.export import IncompatibleError, export, load_published
from schemas.inbound import INBOUND
from schemas.jsonschema import DIALECT, all_schemas, bundle, message_schema
from schemas.outbound import OUTBOUND


def run(*arguments: str | Path) -> tuple[int, str]:
    from homeward.cli import main

    done = CliRunner().invoke(main, ["schemas", *map(str, arguments)])
    return done.exit_code, done.output


def test_a_schema_of_every_message_is_written(tmp_path: Path) -> None:
    code, said = run("export", tmp_path / "contract")
    assert (code, said.splitlines()[0]) == (0, f"59 schemas written to {tmp_path / 'contract' / 'v1'}.")
    assert load_published(tmp_path / "contract") == all_schemas()
    assert load_published(tmp_path / "contract").keys() == INBOUND.keys() | OUTBOUND.keys()


def test_all_messages_are_written_as_one_schema_too_where_that_is_asked_for(tmp_path: Path) -> None:
    code, said = run("export", tmp_path, "--bundle")
    assert (code, said.splitlines()[-1]) == (0, f"All in one: {tmp_path / 'v1.json'}.")
    assert json.loads((tmp_path / "v1.json").read_text()) == bundle()
    assert "All in one" not in run("export", tmp_path)[1]


def test_the_same_schemas_give_the_same_bytes(tmp_path: Path) -> None:
    first = [file.read_bytes() for file in export(tmp_path / "a")]
    assert [file.read_bytes() for file in export(tmp_path / "b")] == first


def test_a_schema_says_which_one_it_is() -> None:
    schema = message_schema("police.found")
    assert schema["$schema"] == DIALECT
    assert schema["$id"].endswith("/v1/police.found.json")
    assert (schema["title"], schema["x-direction"]) == ("police.found", "in")
    assert {"incident", "force"} == set(schema["required"])
    assert schema["not"]["properties"].keys() == {"found_at", "returned_at"}
    assert message_schema("rhi.request")["x-direction"] == "out"


def test_an_incompatible_schema_is_not_written_over_a_published_one(tmp_path: Path) -> None:
    narrower = all_schemas()
    published = json.loads(json.dumps(narrower))
    published["police.missing"]["properties"]["shoe_size"] = {"type": "integer"}
    files = export(tmp_path, published)
    before = [file.read_bytes() for file in files]
    with pytest.raises(IncompatibleError, match=r"police\.missing: data\.shoe_size: the field has been removed"):
        export(tmp_path, narrower)
    assert [file.read_bytes() for file in files] == before
    for verb in ("export", "check"):
        code, said = run(verb, tmp_path)
        assert code == 1
        assert "police.missing: data.shoe_size: the field has been removed" in said


def test_present_schemas_are_compatible_with_themselves(tmp_path: Path) -> None:
    export(tmp_path)
    assert run("check", tmp_path) == (0, "59 schemas, all compatible.\n")
    assert run("export", tmp_path)[0] == 0


@pytest.mark.parametrize("content", ["{", "[]", "{}"])
def test_a_folder_with_other_files_is_left_alone(tmp_path: Path, content: str) -> None:
    (tmp_path / "v1").mkdir()
    (tmp_path / "v1" / "package.json").write_text(content)
    for verb in ("export", "check"):
        code, said = run(verb, tmp_path)
        assert code == 1
        assert "Choose another folder." in said
    assert [file.name for file in (tmp_path / "v1").iterdir()] == ["package.json"]


def test_an_empty_folder_has_nothing_to_check(tmp_path: Path) -> None:
    code, said = run("check", tmp_path)
    assert code == 1
    assert "homeward schemas export" in said


def test_a_place_that_cannot_be_written_to_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    code, said = run("export", tmp_path / "file" / "below")
    assert code == 1
    assert "Cannot write to" in said
