"""Every message that the hub sends, by its CloudEvents type. These models document and test what is sent; on its way
out the hub builds plain data, and nothing is validated there a second time."""

from collections.abc import Mapping

from schemas.outbound import episodes, interviews, notices, work
from schemas.outbound.message import OutboundMessage

__all__ = ["OUTBOUND", "OutboundMessage"]

OUTBOUND: Mapping[str, type[OutboundMessage]] = {
    model.TYPE: model
    for model in (
        episodes.CaseContactCreate,
        episodes.EpisodeOpen,
        episodes.EpisodeUpdate,
        episodes.EpisodeFound,
        episodes.EpisodeClose,
        episodes.EpisodeFinalise,
        episodes.EpisodeStoreNfa,
        episodes.FlagSet,
        episodes.FlagClear,
        notices.NotifyMissing,
        notices.NotifyFound,
        notices.NotifyInfo,
        work.TaskCreate,
        work.TaskCancel,
        interviews.RhiRequest,
        interviews.RhiAssign,
        interviews.RhiOfferLetter,
        interviews.RhiNotOffered,
        interviews.RhiRefused,
        interviews.RhiWithdrawn,
        interviews.RhiCompleted,
        interviews.RhiChase,
        interviews.RhiBreach,
        work.MeetingRequest,
        work.MeetingCancel,
        notices.HubConsultation,
        notices.SeniorAlert,
        work.ReferralCreate,
        notices.PoliceIntel,
        notices.OlaNotify,
        notices.InfoPack,
        notices.EscalationOpen,
        notices.ReportData,
        notices.ExceptionRaise,
    )
}
