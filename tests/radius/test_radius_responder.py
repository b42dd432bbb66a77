"""What only the embedded responder has to prove: its memory, its window, its end."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from pyrad import packet

from hotspot_lite.errors import BadInput
from hotspot_lite.radius import responder
from hotspot_lite.settings import Settings

PEER = ("127.0.0.1", 40000)
NOW = 1_800_000_000.0


@pytest.fixture
def embedded(box: Any) -> responder.Responder:
    return responder.from_settings(box.settings)


def login(embedded: responder.Responder, name: str, password: str = "pass") -> bytes:
    asked = packet.AuthPacket(
        id=7,
        secret=embedded.terms.secret,
        dict=embedded.dictionary,
        message_authenticator=True,
        User_Name=name,
    )
    asked["User-Password"] = asked.PwCrypt(password)
    return bytes(asked.RequestPacket())


def start_of_session(embedded: responder.Responder) -> bytes:
    asked = packet.AcctPacket(secret=embedded.terms.secret, dict=embedded.dictionary)
    asked["Acct-Status-Type"] = "Start"
    return bytes(asked.RequestPacket())


def kind(reply: bytes | None) -> int | None:
    return reply[0] if reply else None


def test_a_packet_sent_again_is_answered_from_memory(embedded: Any, box: Any) -> None:
    asked = login(embedded, "nobody")
    first = embedded.answer(asked, PEER, NOW)
    assert embedded.answer(asked, PEER, NOW + 4) == first
    assert len((box.spool / "auth.tsv").read_text().splitlines()) == 1


def test_its_memory_ends_after_five_seconds(embedded: Any, box: Any) -> None:
    asked = login(embedded, "nobody")
    for at in (NOW, NOW + 6):
        assert kind(embedded.answer(asked, PEER, at)) == packet.AccessReject
    assert len((box.spool / "auth.tsv").read_text().splitlines()) == 2


def test_its_memory_has_an_end(embedded: Any) -> None:
    for port in range(responder.REMEMBER_REPLIES + 5):
        embedded._remember((port,), NOW, b"")
    assert len(embedded._sent) == responder.REMEMBER_REPLIES


def test_a_restored_database_is_seen_at_once(embedded: Any, box: Any) -> None:
    file = box.settings.database_file
    copy = file.with_name("backup.db")
    copy.write_bytes(file.read_bytes())
    ident, name = box.customer()
    box.sell(ident)
    asked = login(embedded, name)
    assert kind(embedded.answer(asked, PEER, NOW)) == packet.AccessAccept
    for beside in ("-wal", "-shm"):
        file.with_name(file.name + beside).unlink(missing_ok=True)
    copy.rename(file)
    assert kind(embedded.answer(asked, PEER, NOW + 9)) == packet.AccessReject


def test_accounting_that_can_not_be_kept_is_not_acknowledged(
    embedded: Any, box: Any
) -> None:
    box.spool.rmdir()
    assert embedded.answer(start_of_session(embedded), PEER, NOW) is None
    box.spool.mkdir()
    reply = embedded.answer(start_of_session(embedded), PEER, NOW)
    assert kind(reply) == packet.AccountingResponse


def test_a_reject_that_can_not_be_noted_is_told_all_the_same(
    embedded: Any, box: Any
) -> None:
    box.spool.rmdir()
    reply = embedded.answer(login(embedded, "nobody"), PEER, NOW)
    assert kind(reply) == packet.AccessReject


@pytest.mark.parametrize("code", [0, 2, 40, 43, 255])
def test_other_kinds_of_packets_are_dropped(embedded: Any, code: int) -> None:
    asked = bytes([code]) + login(embedded, "ann")[1:]
    assert embedded.answer(asked, PEER, NOW) is None


def test_every_cut_of_a_packet_is_survived(embedded: Any) -> None:
    asked = login(embedded, "ann")
    for length in range(len(asked)):
        assert embedded.answer(asked[:length], PEER, NOW) is None


@pytest.mark.parametrize(
    ("name", "value"),
    [("radius.secret", ""), ("radius.nas_address", "the router")],
)
def test_it_does_not_start_without(box: Any, name: str, value: str) -> None:
    with pytest.raises(BadInput) as caught:
        responder.from_settings(Settings({**box.settings.values, name: value}))
    assert caught.value.field == name


def test_it_ends_when_told_to(own_radius: Any) -> None:
    assert own_radius.stop() == 0


def test_a_port_in_use_is_said(box: Any, tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", box.settings["radius.auth_port"]))
        began = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-m", "hotspot_lite.radius.responder"],
            env=box.environment,
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode != 0
    assert "radius.auth_port" in done.stderr
    assert time.monotonic() - began < 10
