"""The engines that build and run the hub's image, behind one face. A container that is checked runs on this machine's
network, read-only, without capabilities and without a way to gain any."""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

_DATA, _TMP = "/var/lib/homeward", "/tmp"  # noqa: S108 - places in the image
AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt"
# What an engine does to confine a container, for Buildah, which only builds: $1 is the root of the image, $2 the data.
_CONFINE = f"""set -e
root=$1 data=$2; shift 2
mount --bind "$root" "$root"
mount --bind "$data" "$root{_DATA}"
mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=1777,nosuid,nodev tmpfs "$root{_TMP}"
mount --rbind /dev "$root/dev"
mount -o remount,bind,ro "$root"
exec chroot "$root" setpriv --reuid=homeward --regid=homeward --clear-groups --inh-caps=-all --bounding-set=-all \\
  --no-new-privs env -i --chdir={_DATA} "$@"
"""


class EngineError(Exception):
    """What keeps an image from being built or run, in words."""


def _told(*command: str) -> str:
    asked = subprocess.run(command, capture_output=True, text=True, check=False)
    if asked.returncode:
        raise EngineError(f"{' '.join(command[:3])}: {asked.stderr.strip()}")
    return asked.stdout.strip()


class Engine:
    """Docker or Podman."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._more = ["--format", "docker"] if name != "docker" else []  # OCI's own form drops the health check

    def take(self, root: Path, image: str) -> None:
        """Makes `image` of the folder `root`."""
        with subprocess.Popen(["tar", "-C", str(root), "-c", "."], stdout=subprocess.PIPE) as packed:
            subprocess.run([self.name, "import", "-", image], stdin=packed.stdout, check=True)

    def build(self, context: Path, dockerfile: Path, tag: str, pull: bool, trusting: bool = False) -> None:
        """Builds `tag`, on this machine's network. `pull`: whether a registry may be asked. `trusting`: whether what
        fetches is to trust whom the base trusts, and not those that it brings along."""
        trusted = [f"--build-arg={name}={AUTHORITIES}" for name in ("PIP_CERT", "REQUESTS_CA_BUNDLE") if trusting]
        more = [*self._more, "--network=host", *trusted, *self._pulling(pull)]
        subprocess.run([self.name, "build", *more, "--file", str(dockerfile), "--tag", tag, str(context)], check=True)

    def drop(self, image: str) -> None:
        """Lets go of an image that was needed on the way."""
        _told(self.name, "rmi", image)

    def digest(self, image: str) -> str:
        """The digest of `image` that its registry tells."""
        _told(self.name, "pull", image)
        return _told(self.name, "image", "inspect", "--format", "{{index .RepoDigests 0}}", image).partition("@")[2]

    def inspect(self, tag: str) -> tuple[dict[str, Any], int]:
        """How the image is configured, and its size in bytes."""
        (told,) = json.loads(_told(self.name, "image", "inspect", tag))
        return {"Healthcheck": told.get("Healthcheck"), **told["Config"]}, told["Size"]  # Podman has it one level up

    def inside(self, tag: str, command: Sequence[str], environment: Mapping[str, str]) -> list[str]:
        """The command line that runs `command` in a confined container of its own."""
        confined = ["--network=host", "--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges"]
        confined += [f"--tmpfs={_TMP}", f"--volume={_DATA}"]
        confined += ["--no-healthcheck"]  # it is asked for here; Podman would need systemd to ask by itself
        # Podman's own limits are higher than a root without CAP_SYS_RESOURCE may set.
        confined += ["--ulimit=nofile=4096", "--ulimit=nproc=4096"]
        named = [f"--env={name}={value}" for name, value in environment.items()]
        return [self.name, "run", "--rm", *confined, *named, f"--entrypoint={command[0]}", tag, *command[1:]]

    def stop(self, running: "subprocess.Popen[bytes]") -> None:
        """Ends a container that was started by what `inside` gave."""
        running.terminate()

    def close(self) -> None:
        """Lets go of what `inside` needed."""

    def _pulling(self, pull: bool) -> list[str]:
        return [] if pull or self.name == "docker" else ["--pull=never"]


class Buildah(Engine):
    """Buildah, which needs no daemon: what it built is run in namespaces of its own, by util-linux and as root."""

    def __init__(self) -> None:
        super().__init__("buildah")
        self._more += ["--isolation", "chroot"]
        self._container = ""
        self._places = ("", "")

    def take(self, root: Path, image: str) -> None:
        made = _told("buildah", "from", "scratch")
        _told("buildah", "add", made, str(root), "/")
        _told("buildah", "commit", "--rm", made, f"docker.io/library/{image}")

    def digest(self, image: str) -> str:
        _told("buildah", "pull", "--policy=always", image)  # else it tells of one that was made here
        return _told("buildah", "inspect", "--type", "image", "--format", "{{.FromImageDigest}}", image)

    def inspect(self, tag: str) -> tuple[dict[str, Any], int]:
        root, _ = self._mount(tag)
        return self._config(tag), int(_told("du", "--summarize", "--bytes", root).split()[0])

    def inside(self, tag: str, command: Sequence[str], environment: Mapping[str, str]) -> list[str]:
        said = dict(line.split("=", 1) for line in self._config(tag)["Env"])
        named = [f"{name}={value}" for name, value in {**said, **environment}.items()]
        confined = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", _CONFINE, "sh"]
        return [*confined, *self._mount(tag), *named, *command]

    def stop(self, running: "subprocess.Popen[bytes]") -> None:
        running.kill()  # unshare holds back SIGTERM, and takes its child along

    def close(self) -> None:
        if self._container:
            _told("buildah", "rm", self._container)
            shutil.rmtree(self._places[1])

    def _config(self, tag: str) -> dict[str, Any]:
        config: dict[str, Any] = json.loads(_told("buildah", "inspect", "--type", "image", tag))["Docker"]["config"]
        return config

    def _mount(self, tag: str) -> tuple[str, str]:
        """Where the image's files are, and an empty folder for its data that its user may write to."""
        if not self._container:
            self._container = _told("buildah", "from", "--pull-never", tag)
            data = tempfile.mkdtemp(prefix="homeward-data-")
            root = _told("buildah", "mount", self._container)
            owner = Path(root + _DATA).stat()
            os.chown(data, owner.st_uid, owner.st_gid)
            self._places = (root, data)
        return self._places

    def _pulling(self, pull: bool) -> list[str]:
        return [] if pull else ["--pull-never"]


def find_engine(name: str | None) -> Engine:
    """The engine of this name, else the first that answers."""
    for each in [name] if name else ["docker", "podman", "buildah"]:
        if shutil.which(each) and not subprocess.run([each, "info"], capture_output=True, check=False).returncode:
            return Buildah() if each == "buildah" else Engine(each)
    raise EngineError(f"{name or 'None of Docker, Podman and Buildah'} is here and answers, so no image can be built")
