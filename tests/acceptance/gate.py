"""Refuse to lose a worked case: compares the list of ids that hold with the output of the specification's check.py.

    gate.py HOLDING OUTPUT

HOLDING names one id per line, sorted; OUTPUT holds a line "ok   ID ..." or "FAIL ID ..." for each case. Exit code 1
when a listed id is not ok, with what check.py said about it; ids that hold and are not yet listed are named."""

import re
import sys
from pathlib import Path

CASE = re.compile(r"^(ok  |FAIL) (\S+) ")


def verdicts(output: str) -> tuple[set[str], dict[str, str]]:
    """The ids that hold, and for each that does not the lines that say why."""
    holds: set[str] = set()
    fails: dict[str, str] = {}
    current = ""
    for line in output.splitlines():
        if case := CASE.match(line):
            current = case[2] if case[1] == "FAIL" else ""
            if current:
                fails[current] = line
            else:
                holds.add(case[2])
        elif current and line.startswith(" "):
            fails[current] += f"\n{line}"
        else:
            current = ""
    return holds, fails


def main(holding: Path, output: Path) -> int:
    listed = holding.read_text().split()
    text = output.read_text()
    holds, fails = verdicts(text)
    if not holds and not fails:
        print(f"check.py ran no case:\n{text}")
        return 1
    if listed != sorted(set(listed)):
        print(f"{holding} is not sorted, or names an id twice")
        return 1
    lost = [case for case in listed if case not in holds]
    for case in lost:
        print(fails.get(case, f"LOST {case}: check.py knows no such case"))
    if new := sorted(holds - set(listed)):
        print(f"Newly held, to be added to {holding}: {' '.join(new)}")
    print(f"{len(listed) - len(lost)} of {len(listed)} listed cases still hold")
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
