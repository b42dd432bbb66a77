"""Mail over a real socket: taken, refused for now or for good, or nobody knows."""

from __future__ import annotations

import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from hotspot_lite.errors import BadInput, GiveUp, TryAgain
from hotspot_lite.town.mail import PretendMailServer
from hotspot_lite.wires import mail
from hotspot_lite.wires.mail import Mail, MailAccount

LETTER = Mail("olive@kona.example", "Takings", "KES 1,200 today.\n.\nBye — Ömer")


@pytest.fixture
def server() -> Iterator[PretendMailServer]:
    with PretendMailServer() as made:
        yield made


def account(server: PretendMailServer, **more: object) -> MailAccount:
    values = {"host": "127.0.0.1", "port": server.port, "sender": "box@kona.example"}
    return MailAccount(**(values | {"tls": False} | more))  # type: ignore[arg-type]


class TestSending:
    def test_it_arrives_as_it_was_written(
        self, server: PretendMailServer, tmp_path: Path
    ) -> None:
        paper = tmp_path / "takings.pdf"
        paper.write_bytes(b"%PDF-1.4")
        letter = Mail(LETTER.to, LETTER.subject, LETTER.text, (paper,))
        assert mail.send(account(server, username="u", password="p"), letter)
        (taken,) = server.taken
        assert taken.to == LETTER.to
        body = taken.message.get_body()
        assert body is not None
        assert body.get_content().split() == LETTER.text.split()
        (part,) = taken.message.iter_attachments()
        assert (part.get_filename(), part.get_content_type()) == (
            "takings.pdf",
            "application/pdf",
        )

    @pytest.mark.parametrize(
        ("fault", "error"),
        [
            ("busy", TryAgain),
            ("busy-login", TryAgain),
            ("refused", GiveUp),
            ("bad-login", GiveUp),
        ],
    )
    def test_a_refusal_is_for_now_or_for_good(
        self, server: PretendMailServer, fault: str, error: type[Exception]
    ) -> None:
        server.fault = fault
        with pytest.raises(error) as told:
            mail.send(account(server, username="u", password="pass-word-1"), LETTER)
        assert "pass-word-1" not in str(told.value)
        assert server.taken == []

    def test_where_the_answer_is_lost_nobody_knows(
        self, server: PretendMailServer
    ) -> None:
        server.fault = "lost"
        assert mail.send(account(server), LETTER) is False
        assert len(server.taken) == 1

    def test_a_server_that_is_away_is_tried_again(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as gone:
            port = gone.getsockname()[1]
        with pytest.raises(TryAgain):
            mail.send(MailAccount("127.0.0.1", port, "a@b.ke", tls=False), LETTER)

    def test_without_a_server_it_says_what_to_set(self) -> None:
        with pytest.raises(GiveUp, match=r"mail\.host"):
            mail.send(MailAccount("", 587, ""), LETTER)

    def test_no_line_of_ours_can_be_slipped_in_by_a_subject(
        self, server: PretendMailServer
    ) -> None:
        odd = Mail(LETTER.to, "Hi\r\nBcc: all@kona.example", "text")
        mail.send(account(server), odd)
        assert server.taken[0].message["Bcc"] is None


class TestEncryption:
    def test_a_server_that_does_not_encrypt_gets_nothing(
        self, server: PretendMailServer
    ) -> None:
        with pytest.raises(GiveUp, match="does not encrypt"):
            mail.send(account(server, tls=True), LETTER)
        assert server.taken == []

    def test_starttls_with_a_certificate_that_is_checked(self, tmp_path: Path) -> None:
        if shutil.which("openssl") is None:
            pytest.skip("OPENSSL IS NOT INSTALLED: no mail was encrypted")
        pem = tmp_path / "mail.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
            + ["-keyout", pem, "-out", tmp_path / "cert.pem", "-subj", "/CN=localhost"]
            + ["-addext", "subjectAltName=IP:127.0.0.1"],
            check=True,
            capture_output=True,
        )
        pem.write_bytes(pem.read_bytes() + (tmp_path / "cert.pem").read_bytes())
        with PretendMailServer(certificate=pem) as server:
            with pytest.raises(GiveUp, match="certificate"):
                mail.send(account(server, tls=True), LETTER)
            trusted = account(server, tls=True, ca_file=str(tmp_path / "cert.pem"))
            assert mail.send(trusted, LETTER)
        assert server.taken[0].was_encrypted


class TestAddresses:
    def test_one_is_taken_as_people_type_it(self) -> None:
        assert mail.check_address(" a.b@kona.example ") == "a.b@kona.example"

    @pytest.mark.parametrize(
        "text", ["", "a", "a@", "@b.ke", "a@b", "a b@c.ke", "a@b.ke\nx"]
    )
    def test_what_is_none_is_refused(self, text: str) -> None:
        with pytest.raises(BadInput):
            mail.check_address(text)
