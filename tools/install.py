"""Install a set of locked requirements and the project itself into the interpreter that runs this file, showing how far
it is. Standard library only: it runs before anything is installed. What is needed stands in requirements/."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PIP = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check", "--require-virtualenv", "--no-input"]


def install(title: str, arguments: list[str], expected: int) -> None:
    """Run pip and show how many of `expected` packages it has looked at; on failure show its last words and exit 1."""
    done, words = 0, []
    command = [*PIP, *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as pip:  # noqa: S603
        assert pip.stdout is not None
        for line in pip.stdout:
            words.append(line)
            if line.startswith(("Collecting ", "Requirement already satisfied: ")):
                done += 1
                show(title, done, expected)
    print("" if sys.stdout.isatty() else f"  {title}: done", flush=True)
    if pip.returncode:
        sys.exit(f"{''.join(words[-25:])}\nCould not install the packages. The last lines from pip are above.")


def show(title: str, done: int, expected: int) -> None:
    """One line that is written over on a terminal; in a log file a line for every quarter."""
    text = f"  {title}: {min(done, expected)} of {expected}"
    if sys.stdout.isatty():
        print(f"\r{text}", end="", flush=True)
    elif done % max(expected // 4, 1) == 0 and done < expected:
        print(text, flush=True)


def packages(lock: Path) -> int:
    """How many packages a lock file names (some are for other systems, so fewer may be installed)."""
    return sum("==" in line and not line.startswith((" ", "#")) for line in lock.read_text().splitlines())


def locked(name: str, *options: str) -> None:
    """Install what one lock file names."""
    lock = ROOT / "requirements" / f"{name}.txt"
    install(f"requirements/{name}.txt", ["--require-hashes", *options, "-r", str(lock)], packages(lock))


if __name__ == "__main__":
    if sys.argv[1] == "--alone":  # without the project, and whatever its own packages say of each other
        locked(sys.argv[2], "--no-deps")
    else:
        locked("build")
        locked(sys.argv[1])
        install("homeward", ["--no-deps", "--no-build-isolation", "--quiet", "--editable", str(ROOT)], 1)
