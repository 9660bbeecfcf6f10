"""The conditions that need no argument: what each asks in plain English, and what its opposite asks. Both can stand
behind "if"."""

from collections.abc import Mapping

PLAIN: Mapping[str, tuple[str, str]] = {
    # the episode
    "still_missing": ("the child is still missing", "the child is not missing any more"),
    "back": ("the child is back", "the child is not back"),
    "back_home": ("it is told when the child was back home", "it is not told when the child was back home"),
    "known_missing": ("somebody has reported the child missing", "nobody has reported the child missing"),
    "ever_missing": ("the child counted as missing at some time", "the child counted as absent throughout"),
    "received_outside_hours": (
        "the report came in after the office had closed for the day",
        "the report came in before the office closed for the day",
    ),
    "reported_missing": (
        "the child was reported missing at some time",
        "the child was never reported missing, or only in error",
    ),
    # whose child it is
    "responsible_elsewhere": ("another authority answers for the child", "this authority answers for the child"),
    "interview_commissioned": (
        "the authority that placed the child here pays for the interview",
        "no other authority pays for the interview",
    ),
    "placed_outside": ("the child is placed outside the area", "the child is not known to be placed outside the area"),
    "distance_unknown": (
        "nobody knows how far outside the area the placement is",
        "the distance of the placement is known",
    ),
    "linked_elsewhere": (
        "the child has links to the areas of other police forces",
        "the child has no links to the areas of other police forces",
    ),
    "several_forces": (
        "several police forces have to do with the child",
        "one police force alone has to do with the child",
    ),
    # how the child went missing
    "whereabouts_known": ("it is known where the child is", "nobody knows where the child is"),
    # the child and the case
    "registered": ("a case system holds a record of the child", "no case system holds a record of the child"),
    "open_to_any": ("some service has the case", "no service has the case"),
    "looked_after": ("the child is looked after", "the child is not looked after"),
    "court_proceedings": ("the child is in court proceedings", "the child is not in court proceedings"),
    "child_protection_concern": ("there are child-protection concerns", "there are no child-protection concerns"),
    "new_concern": (
        "the report brings a child-protection concern that was not known",
        "the report brings no new child-protection concern",
    ),
    # the child's other episodes
    "another_open": ("the child is missing in another episode too", "the child is missing in no other episode"),
    "missing_again_since": ("the child has gone missing again since", "the child has not gone missing again"),
    "carried_on": ("a later episode carries on the interview", "no later episode carries on the interview"),
    "workers_involved": (
        "the register names workers who are involved with the child",
        "the register names no workers who are involved with the child",
    ),
    "newest_episode": ("this is the newest episode of the child", "the child has a newer episode"),
    # what was found
    "interview_states_concerns": (
        "the interview says whether there are concerns",
        "the interview does not say whether there are concerns",
    ),
    "template_used": ("the interview was recorded on a named form", "the interview was not recorded on a named form"),
    "interviewed_by_placement": (
        "somebody who looks after the child held the interview",
        "nobody who looks after the child held the interview",
    ),
    # the interview form
    "form_given": ("the interview form comes with the report", "the interview form does not come with the report"),
    # the record
    "end_reason_given": (
        "the found report says how the episode ended",
        "the found report does not say how the episode ended",
    ),
    "found_where_known": ("the found report says where", "the found report does not say where"),
    "another_waits": (
        "a new report about the child waits for this episode to end",
        "no new report waits for this episode to end",
    ),
    "in_working_hours": ("the office is open", "the office is closed"),
    "linked": ("episodes of relatives are linked to this one", "no episodes of relatives are linked to this one"),
    "names_this_episode": ("the decision names this episode", "the decision does not name this episode"),
    # a worker's report
    "told_by_worker": ("a worker has reported the child missing", "no worker has reported the child missing"),
    "police_told_before": ("the police had told of it before", "the police had not told of it before"),
    "police_have_told": ("the police have reported the child", "the police have not reported the child"),
    # the report under way
    "without_reason": ("no reason is given", "a reason is given"),
    "intelligence_given": (
        "it brought intelligence for the police",
        "it brought no intelligence for the police",
    ),
    "harm_disclosed": ("the child told of harm in the interview", "the child told of no harm in the interview"),
}
