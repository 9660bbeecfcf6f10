"""The closed vocabulary of conditions: every question that a rule of a pack may ask, a function with typed arguments.

A pack cannot compute; it can only name these. A new idea is a new function in one of these files, with a test.
"""

from routing.conditions import (
    ages,
    areas,
    case,
    casework,
    child,
    circumstances,
    episode,
    findings,
    form,
    recording,
    reporting,
    under_way,
)
from routing.conditions.vocabulary import CONDITIONS, Known, Word

# Each file adds its conditions to the vocabulary when it is read.
FILES = (episode, ages, areas, circumstances, case, casework, child, findings, form, recording, reporting, under_way)

__all__ = ["CONDITIONS", "FILES", "Known", "Word"]
