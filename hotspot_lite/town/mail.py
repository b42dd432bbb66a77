"""A pretend mail server: enough of SMTP (RFC 5321) to take mail, or to be difficult.

It keeps every mail it took. With a certificate it offers STARTTLS, as real ones do.
"""

from __future__ import annotations

import socketserver
import ssl
import threading
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Self

from hotspot_lite.town.inhabitant import Inhabitant

# busy: 451 to the text. refused: 550 to the address. lost: the text is taken, and the
# line breaks before we are told. bad-login: 535. busy-login: 454.
FAULTS = ("", "busy", "refused", "lost", "bad-login", "busy-login")


@dataclass(frozen=True)
class TakenMail:
    """A mail that was taken, and whether it came encrypted."""

    to: str
    message: EmailMessage
    was_encrypted: bool


class PretendMailServer(Inhabitant):
    """A mail server on 127.0.0.1; `certificate` is a PEM file with its key."""

    def __init__(self, port: int = 0, certificate: Path | None = None) -> None:
        self.fault = ""
        self.full: set[str] = set()  # addresses whose mailbox is full: 452
        self.taken: list[TakenMail] = []
        self.context: ssl.SSLContext | None = None
        if certificate is not None:
            self.context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            self.context.load_cert_chain(certificate)
        town = self

        class Talk(_Talk):
            server_of_town = town

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", port), Talk)
        self._server.daemon_threads = True

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._server.server_address[1])

    def start(self) -> Self:
        """Take mail."""
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def stop(self) -> None:
        """Take no more."""
        self._server.shutdown()
        self._server.server_close()


class _Talk(socketserver.StreamRequestHandler):
    server_of_town: PretendMailServer

    def handle(self) -> None:
        self.to, self.is_encrypted = "", False
        self.say("220 mail.kona.example")
        while line := self.rfile.readline(2000):
            word, _, rest = line.decode("ascii", "replace").strip().partition(" ")
            answer = getattr(self, f"do_{word.lower()}", None)
            if answer is None:
                self.say("502 not here")
            elif answer(rest) is False:
                return

    def say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())

    def do_ehlo(self, _: str) -> None:
        offers = ["mail.kona.example", "AUTH PLAIN LOGIN"]
        if self.server_of_town.context and not self.is_encrypted:
            offers.insert(1, "STARTTLS")
        for offer in offers[:-1]:
            self.say(f"250-{offer}")
        self.say(f"250 {offers[-1]}")

    do_helo = do_ehlo

    def do_starttls(self, _: str) -> None:
        context = self.server_of_town.context
        assert context is not None
        self.say("220 go on")
        self.connection = context.wrap_socket(self.connection, server_side=True)
        self.rfile = self.connection.makefile("rb")
        self.wfile = socketserver._SocketWriter(self.connection)  # type: ignore[attr-defined]
        self.is_encrypted = True

    def do_auth(self, _: str) -> None:
        answers = {"bad-login": "535 no", "busy-login": "454 later"}
        self.say(answers.get(self.server_of_town.fault, "235 yes"))

    def do_mail(self, _: str) -> None:
        self.say("250 ok")

    def do_rcpt(self, rest: str) -> None:
        self.to = rest.partition("<")[2].partition(">")[0]
        if self.to in self.server_of_town.full:
            self.say("452 mailbox full")
            return
        refused = self.server_of_town.fault == "refused"
        self.say("550 no such user" if refused else "250 ok")

    def do_data(self, _: str) -> bool:
        town = self.server_of_town
        self.say("354 go on")
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b"..") else line)
        if town.fault == "busy":
            self.say("451 later")
            return True
        message = message_from_bytes(b"".join(lines), policy=policy.default)
        assert isinstance(message, EmailMessage)
        town.taken.append(TakenMail(self.to, message, self.is_encrypted))
        if town.fault == "lost":
            return False
        self.say("250 taken")
        return True

    def do_rset(self, _: str) -> None:
        self.say("250 ok")

    def do_quit(self, _: str) -> bool:
        self.say("221 bye")
        return False
