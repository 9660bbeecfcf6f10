"""What a rule may ask about the age of the child. An age that nobody knows is neither below nor above a bound."""

from routing.conditions.vocabulary import condition
from routing.situation import Situation


@condition
def age_at_missing(s: Situation, at_least: int = 0, under: int | None = None) -> bool:
    """Whole years of age when the child went missing (T-12, AMB-48), on the day in London. Without bounds: the age is
    known."""
    return _between(s.age_at(s.episode.start or s.as_of), at_least, under)


@condition
def age_at_return(s: Situation, at_least: int = 0, under: int | None = None) -> bool:
    """Whole years of age at the return, on the day in London; false before the return."""
    back = s.episode.return_at
    return back is not None and _between(s.age_at(back), at_least, under)


def _between(age: int | None, at_least: int, under: int | None) -> bool:
    return age is not None and age >= at_least and (under is None or age < under)
