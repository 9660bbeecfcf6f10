"""The closed vocabulary of conditions: every question that a rule of a pack may ask, a function with typed arguments.

A pack cannot compute; it can only name these. Each stands in the file of what it asks about: the episode at hand
(`episode`), the child's other episodes (`history`), the child (`child`), the record of the register (`register`), the
return interview (`interview`), the other work (`casework`), what a worker reported (`worker_report`), or the report
that is being taken in (`report`). A new idea is a new function in one of these files, with a test.
"""

from routing.conditions import casework, child, episode, history, interview, register, report, worker_report
from routing.conditions.vocabulary import CONDITIONS, KnownCondition, Word

# Each file adds its conditions to the vocabulary when it is read.
FILES = (episode, history, child, register, interview, casework, worker_report, report)

__all__ = ["CONDITIONS", "FILES", "KnownCondition", "Word"]
