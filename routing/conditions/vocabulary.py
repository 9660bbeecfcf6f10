"""How a condition is made known: the register of them all, and the types of argument that a pack's own lists bound.

The conditions themselves stand in the other files of this folder, by what they ask about.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, get_type_hints

from episodes.events import Event


@dataclass(frozen=True, slots=True)
class Word:
    """The closed list of the pack that an argument must be taken from. `of`: the argument that says which list it is,
    such as the kind whose values are meant."""

    list: str
    of: str | None = None


ServiceWords = Annotated[tuple[str, ...], Word("services")]
DecisionKind = Annotated[str, Word("decisions")]
DecisionValues = Annotated[tuple[str, ...], Word("values", of="kind")]
MeetingWord = Annotated[str, Word("meetings")]
MeetingWords = Annotated[tuple[str, ...], Word("meetings")]
MeetingTypes = Annotated[tuple[str, ...], Word("meeting_types")]
RoleWords = Annotated[tuple[str, ...], Word("roles")]
RuleWords = Annotated[tuple[str, ...], Word("promises")]
EndReasons = Annotated[tuple[str, ...], Word("end_reasons")]
DocumentWord = Annotated[str, Word("documents")]
ConcernWords = Annotated[tuple[str, ...], Word("concerns")]
TaskKind = Annotated[str, Word("tasks")]
TaskOutcomes = Annotated[tuple[str, ...], Word("outcomes", of="kind")]
EventWords = Annotated[tuple[str, ...], Word("events")]
Subjects = Annotated[tuple[str, ...], Word("disagreements")]
SectionWord = Annotated[str, Word("sections")]
SectionWords = Annotated[tuple[str, ...], Word("sections")]
SectionParts = Annotated[tuple[str, ...], Word("parts", of="section")]
PlacementKinds = Annotated[tuple[str, ...], Word("placements")]
SystemWord = Annotated[str, Word("systems")]


@dataclass(frozen=True, slots=True)
class KnownCondition:
    """A condition as the loader sees it: its function and the types of its arguments. `of_event`: it asks about the
    event that the rule answers, which the function takes after the situation."""

    function: Callable[..., bool]
    arguments: Mapping[str, Any]
    required: frozenset[str]
    of_event: bool


CONDITIONS: dict[str, KnownCondition] = {}


def condition(function: Callable[..., bool]) -> Callable[..., bool]:
    """Adds a function to the vocabulary under its own name."""
    hints = get_type_hints(function, include_extras=True)
    parameters = list(inspect.signature(function).parameters.values())[1:]
    of_event = bool(parameters) and hints[parameters[0].name] is Event
    arguments = parameters[1:] if of_event else parameters
    CONDITIONS[function.__name__] = KnownCondition(
        function,
        {p.name: hints[p.name] for p in arguments},
        frozenset(p.name for p in arguments if p.default is inspect.Parameter.empty),
        of_event,
    )
    return function
