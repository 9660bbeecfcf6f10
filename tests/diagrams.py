"""The state diagrams of `docs/states.md` as sets of steps, to be compared with what the code does."""

import re
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "states.md"
Step = tuple[str, str]
MARK = "[*]"  # of the beginning and of an end


def drawn(title: str) -> set[Step]:
    """Every step from one state to another in the diagram under that heading. A step from or to a group stands for one
    from or to each of its members; the marks of beginning and end are left out."""
    section = PAGE.read_text(encoding="utf-8").split(f"\n## {title}\n")[1].split("\n## ")[0]
    diagram = re.findall(r"```mermaid\nstateDiagram-v2\n(.*?)```", section, re.DOTALL)[0]
    groups = {name: members.split() for name, members in re.findall(r"state (\w+) \{(.*?)\}", diagram, re.DOTALL)}
    steps: set[Step] = set()
    for begin, end in re.findall(r"^ +(\S+) --> ([\w\[\]*]+)", diagram, re.MULTILINE):
        if MARK not in (begin, end):
            steps |= {(a, b) for a in groups.get(begin, [begin]) for b in groups.get(end, [end]) if a != b}
    return steps


def states(steps: set[Step]) -> set[str]:
    return {state for step in steps for state in step}
