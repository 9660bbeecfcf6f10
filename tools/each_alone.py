"""Run every test file by itself, in a process of its own, and list those that fail: none may lean on what another one
imported, set or left behind. Takes longer than all of them together; give paths to look at some. Standard library only.

    tools/each_alone.py [FILE ...]
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ALONE = [sys.executable, "-m", "pytest", "-q", "-p", "no:xdist", "-p", "no:cacheprovider"]


def main(names: list[str]) -> int:
    files = names or sorted(str(path.relative_to(ROOT)) for path in (ROOT / "tests").rglob("test_*.py"))
    failed = []
    for number, name in enumerate(files, 1):
        done = subprocess.run([*ALONE, name], cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
        last = (done.stdout.strip().splitlines() or ["nothing was said"])[-1]
        print(f"{number:4} of {len(files)}  {name}: {last}", flush=True)
        if done.returncode:
            failed.append(name)
            print(done.stdout + done.stderr, flush=True)
    print("\n".join(["Fail alone:", *failed]) if failed else f"All {len(files)} files pass alone.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
