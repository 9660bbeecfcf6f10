"""The closed lists of words that every pack shares, whatever it lists for itself under [words] and [kinds]. A word that
a rule uses is held against one of them when the pack is loaded.

Those that stand on the wire too are the contract's (`schemas`); a test holds the two equal. What must stay free text is
listed here as well, each with the reason.
"""

from collections.abc import Mapping
from typing import Literal

Channel = Literal["case_system", "email", "letter", "secure_email"]
Rating = Literal["RED", "AMBER", "GREEN"]
Grade = Literal["high", "medium", "low", "absent", "ungraded"]
"""A grade of risk. `absent` is the lowest, where a procedure knows no class of that name; `ungraded` is no longer
absent, and nobody has said more."""
PoliceGrade = Literal["high", "medium", "low"]
"""A grade of risk as a message tells it."""
SituationField = Literal[
    "classification", "risk", "missing_since", "reported_at", "last_seen_at", "missing_from", "found_at", "returned_at",
    "force", "age", "looked_after", "plan", "episodes_in_90_days",
]  # fmt: skip
"""What a message may tell of its episode, under `situation`."""
MissingFrom = Literal["home", "placement", "school", "hospital", "other"]
CareType = Literal["unauthorised_absence", "run_away", "removed_by_adult"]
LegalStatus = Literal[
    "none", "section_20", "interim_care_order", "care_order", "care_proceedings", "remand", "other"
]  # fmt: skip
Plan = Literal["none", "team_around_child", "child_in_need", "child_protection", "looked_after", "pathway"]
LeavingCare = Literal["eligible", "relevant", "former_relevant", "qualifying"]
ParentReports = Literal["willing", "unsure", "unable", "refused", "not_stated"]
ParentConsents = Literal["given", "refused", "not_stated"]
InterviewResult = Literal["assigned", "offered", "completed", "refused", "not_offered", "withdrawn"]
InterviewStanding = Literal[
    "none", "requested", "assigned", "offered", "completed", "refused", "not_offered", "withdrawn"
]  # fmt: skip
ConcernGrade = Literal["low", "medium", "high"]
ReportTime = Literal[
    "left_at", "last_seen_at", "last_seen_by_responsible_adult_at", "reported_at", "absent_review_at"
]  # fmt: skip

DECISIONS: Mapping[str, tuple[str, ...]] = {
    "screening": ("required", "not_required"),
    "rag": ("RED", "AMBER", "GREEN"),
    "rag_proposed": ("RED", "AMBER", "GREEN"),
    "threshold": ("met", "not_met"),
}
"""The decisions of people that every pack has besides its own: for each kind its values."""

MEANINGS: Mapping[str, str] = {
    "decisions.screening.required": "an interview is required",
    "decisions.screening.not_required": "no interview is required",
    "decisions.rag.RED": "the rating is RED",
    "decisions.rag.AMBER": "the rating is AMBER",
    "decisions.rag.GREEN": "the rating is GREEN",
    "decisions.threshold.met": "the threshold is met",
    "decisions.threshold.not_met": "the threshold is not met",
    "interview.assigned": "somebody was chosen to hold it",
    "interview.offered": "it was offered to the child",
    "interview.completed": "it was held",
    "interview.refused": "the child declined it",
    "interview.not_offered": "it was not offered (say why)",
    "disagreement.resolved": "it is settled",
    "disagreement.unresolved": "it is not settled at this step",
}
"""What the words mean that every pack shares."""

FREE_TEXT: Mapping[str, str] = {
    "`title`, `says`": "sentences for readers; no rule looks at them",
    "`name`, `form`": "a title or a code that the source prescribes for a case system whose lists no pack knows",
    "`id`, `group`": "names that the pack gives to its own rules; whatever refers to one is held against them",
    "`action`, `contact_type`, `outcome`, `was_completed`, `completed_by`, `comments`, `provider` under `fields`": (
        "drop-down values and entries of a case system, word for word as the source prints them"
    ),
    "`reason`, `detail` under `fields`": "a sentence that tells a person why",
    "`codes`": "official codes, given by others",
}
"""What a pack says in words of its own, and why no list can hold it."""
