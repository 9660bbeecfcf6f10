"""Build the hub's image with the engine that is there (Docker, Podman or Buildah), then check what was built. Exit code
1 where the image does not keep a promise. Run by `make image`; with Buildah it needs root.

    tools/image.py              builds on the base of the Dockerfile and checks
    tools/image.py --base       first makes the base by debootstrap, where no registry can be reached
    tools/image.py --pin        writes the digest of the base that the registry tells into the Dockerfile
    tools/image.py --ca FILE    trusts these authorities while building
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

from image_check import check
from image_engine import AUTHORITIES, Engine, EngineError, find_engine

ROOT = Path(__file__).resolve().parent.parent
DOCKERFILE = ROOT / "Dockerfile"
_BASE_LINE = re.compile(r"^(FROM )([^\s@]+)(?:@\S+)?", re.MULTILINE)
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_SUITE = "bookworm"  # its Python is the oldest that Homeward runs on
_PACKAGES = "python3,python3-venv,python-is-python3,ca-certificates"


def base_of(dockerfile: str) -> str:
    """The one image that every stage stands on, without its digest."""
    (base,) = {name for _, name in _BASE_LINE.findall(dockerfile)}
    return str(base)


def pinned(dockerfile: str, digest: str) -> str:
    """The Dockerfile with `digest` behind the base of every stage; with none, by its tag alone."""
    return _BASE_LINE.sub(rf"\1\2{'@' + digest if digest else ''}", dockerfile)


def make_base(engine: Engine, base: str) -> None:
    """Makes a Debian with Python from a Debian mirror, under the name of `base`: for trying, not for production."""
    if not shutil.which("debootstrap"):
        raise EngineError("--base needs debootstrap. On Debian and Ubuntu, run: apt install debootstrap")
    with tempfile.TemporaryDirectory(prefix="homeward-base-") as folder:
        root = Path(folder, "root")
        subprocess.run(
            ["debootstrap", "--variant=minbase", f"--include={_PACKAGES}", _SUITE, str(root)],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        for rest in (root / "var/cache/apt", root / "var/lib/apt/lists"):
            shutil.rmtree(rest, ignore_errors=True)
        engine.take(root, base)


def built_on(dockerfile: str, base: str) -> str:
    """The Dockerfile with another base for its first stage, of which the image keeps nothing but what it copies."""
    return _BASE_LINE.sub(rf"\g<1>{base}", dockerfile, count=1)


def build(engine: Engine, tag: str, own_base: bool, authorities: Path | None) -> None:
    """Builds the image. On a base of one's own the digests of the Dockerfile do not hold, so they are left out."""
    text = DOCKERFILE.read_text("utf-8")
    text = pinned(text, "") if own_base else text
    trusting = f"{tag}-building"
    with tempfile.TemporaryDirectory(prefix="homeward-build-") as folder:
        if authorities:
            shutil.copyfile(authorities, Path(folder, "authorities.crt"))
            first = _BASE_LINE.search(text)
            assert first is not None
            on = f"{first[0]}\nCOPY authorities.crt {AUTHORITIES}\n"
            engine.build(Path(folder), _written(folder, on), trusting, not own_base)
            text = built_on(text, trusting)
        try:
            engine.build(ROOT, _written(folder, text), tag, not own_base, bool(authorities))
        finally:
            if authorities:
                engine.drop(trusting)


def _written(folder: str, dockerfile: str) -> Path:
    file = Path(folder, "Dockerfile")
    file.write_text(dockerfile, "utf-8")
    return file


def _version() -> str:
    return str(tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"])


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(description="Build the hub's image and check it")
    parser.add_argument("--engine", choices=["docker", "podman", "buildah"], help="else the first that answers")
    parser.add_argument("--tag", default=f"homeward:{_version()}")
    parser.add_argument("--base", action="store_true", help="make the base by debootstrap, without a registry")
    parser.add_argument("--pin", action="store_true", help="write the digest of the base into the Dockerfile, and stop")
    parser.add_argument("--ca", type=Path, metavar="FILE", help="authorities to trust while building")
    chosen = parser.parse_args(argv)
    if chosen.base and chosen.pin:
        parser.error("--pin asks a registry, and --base is for where there is none")
    try:
        engine = find_engine(chosen.engine)
        text = DOCKERFILE.read_text("utf-8")
        if chosen.pin:
            if not _DIGEST.fullmatch(digest := engine.digest(base_of(text))):
                raise EngineError(f"{engine.name} tells no digest of {base_of(text)}: {digest!r}")
            DOCKERFILE.write_text(pinned(text, digest), "utf-8")
            return 0
        if chosen.base:
            make_base(engine, base_of(text))
        build(engine, chosen.tag, chosen.base, chosen.ca)
        return check(engine, chosen.tag)
    except (EngineError, subprocess.CalledProcessError) as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
