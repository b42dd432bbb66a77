"""Sends one e-mail by SMTP (RFC 5321), encrypted unless told otherwise.

Knows what a server's refusals mean; a mail whose fate is unclear is never sent again
from here.
"""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass, field
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from pathlib import Path

from hotspot_lite.errors import BadInput, GiveUp, TryAgain

TIMEOUT_SECONDS = 20
TLS_PORT = 465
_ACCOUNT = "Check mail.host, mail.username and mail.password."


@dataclass(frozen=True)
class MailAccount:
    """Where mail is handed over. `tls` false is for a server on this machine only."""

    host: str
    port: int
    sender: str
    username: str = ""
    password: str = field(default="", repr=False)
    tls: bool = True
    ca_file: str | None = None


@dataclass(frozen=True)
class Mail:
    """One mail; `attachments` are files."""

    to: str
    subject: str
    text: str
    attachments: tuple[Path, ...] = ()


def check_address(text: str) -> str:
    """An address as people type it. Raises BadInput."""
    clean = text.strip()
    try:
        found = Address(addr_spec=clean)
    except (ValueError, IndexError, AttributeError, MessageError):
        found = None
    if found is None or not found.username or "." not in found.domain:
        raise BadInput(
            f"{clean[:60]} is no e-mail address.", "Write it like a@b.ke.", "email"
        )
    return clean


def send(account: MailAccount, mail: Mail) -> bool:
    """Hand a mail over; False where nobody knows whether the server took it.

    Raises TryAgain if it surely was not taken and may be later, GiveUp if it never
    will be.
    """
    if not account.host or not account.sender:
        raise GiveUp("No mail server is set.", "Set mail.host and mail.from.")
    message = _message(account, mail)
    try:
        server = _connect(account)
    except smtplib.SMTPAuthenticationError as exc:
        if exc.smtp_code < 500:  # 454: too many logins, or its own trouble
            raise TryAgain(
                f"The mail server wants us to wait: {exc.smtp_code}."
            ) from exc
        raise GiveUp(f"The mail server refused us: {exc.smtp_code}.", _ACCOUNT) from exc
    except ssl.SSLError as exc:
        raise GiveUp(
            f"The mail server's certificate is not good: {exc.reason}.",
            "Check mail.host; its name must be the one in the certificate.",
        ) from exc
    except smtplib.SMTPNotSupportedError as exc:
        raise GiveUp(
            "The mail server does not encrypt.", "Set mail.port to 465 or 587."
        ) from exc
    except (OSError, smtplib.SMTPException) as exc:
        raise TryAgain(f"The mail server can't be reached: {exc}.", _ACCOUNT) from exc
    try:
        return _hand_over(server, message)
    finally:
        server.close()


def _connect(account: MailAccount) -> smtplib.SMTP:
    context = ssl.create_default_context(cafile=account.ca_file)
    where = account.host, account.port
    server: smtplib.SMTP
    if account.tls and account.port == TLS_PORT:
        server = smtplib.SMTP_SSL(*where, timeout=TIMEOUT_SECONDS, context=context)
    else:
        server = smtplib.SMTP(*where, timeout=TIMEOUT_SECONDS)
    try:
        if account.tls and account.port != TLS_PORT:
            server.starttls(context=context)
        if account.username:
            server.login(account.username, account.password)
    except BaseException:
        server.close()
        raise
    return server


def _hand_over(server: smtplib.SMTP, message: EmailMessage) -> bool:
    try:
        server.send_message(message)
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused) as exc:
        raise _refused(_code(exc)) from exc
    except smtplib.SMTPDataError as exc:
        raise _refused(exc.smtp_code) from exc
    except smtplib.SMTPServerDisconnected:
        return False  # it may have taken the text before the line broke
    except smtplib.SMTPException as exc:
        raise TryAgain(f"The mail server failed: {exc}.") from exc
    except OSError:
        return False
    return True


def _code(exc: smtplib.SMTPRecipientsRefused | smtplib.SMTPSenderRefused) -> int:
    if isinstance(exc, smtplib.SMTPSenderRefused):
        return exc.smtp_code
    return max(code for code, _ in exc.recipients.values())


def _refused(code: int) -> TryAgain | GiveUp:
    # RFC 5321 4.2.1: 4yz may pass, 5yz won't.
    if 400 <= code < 500:
        return TryAgain(f"The mail server wants us to wait: {code}.")
    return GiveUp(f"The mail server refused the mail: {code}.", "Check the address.")


def _message(account: MailAccount, mail: Mail) -> EmailMessage:
    message = EmailMessage()
    try:
        message["From"], message["To"] = account.sender, mail.to
        message["Subject"] = " ".join(mail.subject.split())
    except ValueError as exc:
        raise GiveUp("An address or the subject can't be written.", str(exc)) from exc
    message["Date"] = formatdate()
    message["Message-ID"] = make_msgid(domain=account.sender.rpartition("@")[2])
    message.set_content(mail.text)
    for path in mail.attachments:
        message.add_attachment(
            path.read_bytes(),
            maintype="application",
            subtype="pdf" if path.suffix == ".pdf" else "octet-stream",
            filename=path.name,
        )
    return message
