"""The small disk of the kit. Only who may mount one can have it: elsewhere the folder is as any other, and the kit
leaves the faults of disks out."""

from pathlib import Path

import pytest

from homeward.torture.small_disk import small_disk


async def test_it_can_be_filled_and_what_it_held_is_left(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    async with small_disk(folder) as disk:
        (folder / "hub.db").write_text("what was promised")
        if disk:
            disk.fill()
            with pytest.raises(OSError, match="No space left"):
                (folder / "more").write_bytes(bytes(1 << 20))
            disk.clear()
    assert (folder / "hub.db").read_text() == "what was promised"
    assert not (tmp_path / "data.held").exists()
