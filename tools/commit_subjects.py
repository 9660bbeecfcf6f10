"""Whether commit messages have the form of this repository: a subject of at most 72 characters that does not end in a
full stop, an empty line, and the reason in the body. Standard library only.

    tools/commit_subjects.py FILE            the message in a file: what the hook of git hands over
    tools/commit_subjects.py --since COMMIT  the messages of all commits after that one
"""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

LONGEST = 72
OF_GIT = ("Merge ", "Revert ", "fixup! ", "squash! ")


def faults(message: str) -> Iterator[str]:
    """What is wrong with a message, each in a sentence. Lines that git takes out are left out."""
    lines = [line.rstrip() for line in message.splitlines() if not line.startswith("#")]
    subject = lines[0] if lines else ""
    if subject.startswith(OF_GIT):
        return
    if not subject:
        yield "The first line is empty. Say there what the commit does."
    if len(subject) > LONGEST:
        yield f"The subject has {len(subject)} characters. Use at most {LONGEST}, and put the reason in the body."
    if subject.endswith("."):
        yield "The subject ends with a full stop. Leave it out."
    if len(lines) > 1 and lines[1]:
        yield "The second line is not empty. Leave it empty between subject and body."


def since(base: str) -> list[str]:
    """The messages of the commits after `base`, oldest first, merges left out."""
    command = ["git", "log", "--reverse", "--no-merges", "-z", "--format=%B", f"{base}..HEAD"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    return [message.strip("\n") for message in done.stdout.split("\0") if message.strip()]


def main(arguments: list[str]) -> int:
    match arguments:
        case ["--since", base]:
            messages = since(base)
        case [file] if not file.startswith("-"):
            messages = [Path(file).read_text(encoding="utf-8")]
        case _:
            sys.exit(__doc__)
    wrong = [(message, found) for message in messages if (found := [*faults(message)])]
    for message, found in wrong:
        print("\n  ".join([message.partition("\n")[0] or "(no subject)", *found]), file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
