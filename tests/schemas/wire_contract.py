"""What the wire contract asks for, as a table: every type with its fields, `!` after those that are required. It is
written out a second time on purpose, so that no field of a model can change unnoticed."""

INBOUND = {
    "police.missing": (
        "incident! force! revision system child! responsible_authority host_authority classification! "
        "classification_text risk risk_text missing_from care_type reported_at left_at last_seen_at "
        "last_seen_by_responsible_adult_at absent_review_at location_known circumstances concerns vulnerable "
        "child_protection_concern alert linked_incidents found_at officer intake_notified_at"
    ),
    "police.found": (
        "incident! force! revision child responsible_authority host_authority found_at returned_at "
        "contact_made found_by found_where end_reason remarks harm safe_and_well"
    ),
    "police.status_change": "incident! force! revision child from to risk changed_at location_known",
    "police.investigation_ended": "incident! force! child ended_at reason",
    "police.retracted": "incident! force! child reason",
    "case.context": (
        "authority! child! responsible_authority legal_status court_proceedings plan leaving_care services "
        "professionals involved placement relations linked_forces concerns vulnerable "
        "child_protection_concern interview_commissioned_by documents"
    ),
    "worker.missing_report": (
        "authority! incident force child! episode by! at reported_to_police parent_reports parent_consents "
        "classification care_type concerns circumstances"
    ),
    "worker.found_report": (
        "authority! incident force child episode by! found_at! returned_at found_where contact_made end_reason"
    ),
    "screening.decision": "authority! incident force child episode rhi! reason by",
    "rag.set": "authority! incident force child episode value! confirmed concerns by",
    "threshold.decision": "authority! incident force child episode by! met! outcome",
    "manager.decision": "authority! incident force child episode kind! decision! reason by value",
    "clock.override": "authority! incident force child episode value reason! by!",
    "rhi.outcome": (
        "authority! incident force child episode result! at by interviewer reason template content concerns "
        "concern harm_disclosed intelligence"
    ),
    "meeting.held": (
        "authority! incident force child episode kind! held_at meeting_type also_counts_as next_at attendees "
        "intelligence"
    ),
    "meeting.decision": "authority! incident force child episode kind! decision! meeting_type reason by",
    "case.opened": "authority! incident force child! episode service! team worker manager at",
    "case.closed": "authority! incident force child! episode service! at reason",
    "document.updated": "authority! incident force child! episode kind! at by",
    "task.completed": "authority! incident force child episode kind! at by outcome",
    "message.acknowledged": "authority! incident force child episode message type kind by!",
    "disagreement.raised": "authority! incident force child episode about between",
    "disagreement.unresolved": "authority! incident force child episode step",
    "disagreement.resolved": "authority! incident force child episode outcome",
    "match.decision": "authority! incident! force! child episode by!",
}

# Groups of fields of which at least one must be given.
WHICH = (("incident", "child", "episode"),)
ONE_OF = {
    "police.found": (("found_at", "returned_at"),),
    "worker.found_report": WHICH,
    "screening.decision": WHICH,
    "rag.set": WHICH,
    "threshold.decision": WHICH,
    "manager.decision": WHICH,
    "clock.override": WHICH,
    "rhi.outcome": WHICH,
    "meeting.held": WHICH,
    "meeting.decision": WHICH,
    "task.completed": WHICH,
    "message.acknowledged": (("message", "type"), *WHICH),
    "disagreement.raised": WHICH,
    "disagreement.unresolved": WHICH,
    "disagreement.resolved": WHICH,
}

COMMON = (
    "authority pack episode incident child causation clauses to channels modality urgency handling kind "
    "name form due due_basis target late_on_arrival replaces acknowledge_by situation "
    "answers answer_at"
)
OUTBOUND = {
    "case.contact.create": "contact_type finalised",
    "episode.open": "start status rag linked",
    "episode.update": "start status status_history rag classification",
    "episode.found": "found_at",
    "episode.close": "reason action",
    "episode.finalise": "action",
    "episode.store_nfa": "",
    "flag.set": "starts_on review_on",
    "flag.clear": "",
    "notify.missing": "",
    "notify.found": "",
    "notify.info": "detail",
    "task.create": "",
    "task.cancel": "reason",
    "rhi.request": "measure provider incidents contact details",
    "rhi.assign": "",
    "rhi.offer_letter": "",
    "rhi.not_offered": "reason",
    "rhi.refused": "status",
    "rhi.withdrawn": "reason outcome was_completed completed_by date_completed e_signature comments",
    "rhi.completed": "in_time",
    "rhi.chase": "",
    "rhi.breach": "",
    "meeting.request": "incidents agenda",
    "meeting.cancel": "reason",
    "hub.consultation": "",
    "senior.alert": "",
    "referral.create": "reason details",
    "police.intel": "intelligence sections",
    "ola.notify": "authority_name",
    "info.pack": "contents",
    "escalation.open": "step message",
    "report.data": "period figures",
    "exception.raise": "detail",
}
