"""What mail servers write back: notices of delivery and of failure (RFC 3464), and automatic replies (RFC 3834)."""

from email.message import EmailMessage, Message
from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.parser import BytesHeaderParser
from email.policy import SMTP


def notice_about(
    content: bytes, mailbox: str, to: str, status: str, envelope_id: str = "", headers: bool = True
) -> bytes:
    """A delivery-status notification about an e-mail: of delivery for a status 2.x.x, of delay for 4.x.x, else of
    failure. Without `headers` it does not quote those of the e-mail."""
    action = {"2": "delivered", "4": "delayed"}.get(status[0], "failed")
    report = MIMEMultipart("report")
    report.set_param("report-type", "delivery-status")
    report["From"] = "Mail Delivery System <MAILER-DAEMON@sink.example>"
    report["To"] = to or "homeward@hub.example"
    report["Subject"] = f"Delivery status: {action}"
    report["Auto-Submitted"] = "auto-replied"
    report.attach(MIMEText(f"Your message to {mailbox} was {action}.\n"))
    report.attach(_status(mailbox, status, action, envelope_id))
    if headers:
        quoted = Message()
        for name, value in BytesHeaderParser().parsebytes(content).items():
            quoted[name] = value
        part = MIMEText(quoted.as_string(), "rfc822-headers")
        report.attach(part)
    return report.as_bytes(policy=SMTP.clone(max_line_length=0))


def _status(mailbox: str, status: str, action: str, envelope_id: str) -> MIMEMessage:
    whole, one = Message(), Message()
    whole["Reporting-MTA"] = "dns; sink.example"
    if envelope_id:
        whole["Original-Envelope-Id"] = envelope_id
    one["Final-Recipient"] = f"rfc822; {mailbox}"
    one["Action"] = action
    one["Status"] = status
    one["Diagnostic-Code"] = f"smtp; {'250' if status[0] == '2' else '550'} {status} as told"
    part = MIMEMessage(Message(), "delivery-status")
    part.set_payload([whole, one])
    return part


def automatic_reply(content: bytes, subject: str = "Automatic reply: out of office") -> bytes:
    """What a mailbox answers by itself whose owner is away."""
    asked = BytesHeaderParser().parsebytes(content)
    reply = EmailMessage(policy=SMTP)
    reply["From"], reply["To"] = asked["To"], asked["From"]
    reply["Subject"] = subject
    reply["In-Reply-To"] = asked["Message-ID"]
    reply["References"] = asked["Message-ID"]
    reply["Auto-Submitted"] = "auto-replied"
    reply.set_content("I am away until Monday.\n")
    return reply.as_bytes()
