"""The real FreeRADIUS and the embedded responder: notes, silence, packets, moments.

Who is accepted and with what stands in cases.py, which test_same_answers.py asks.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from hashlib import md5
from typing import Any
from urllib.parse import quote

import pytest
from pyrad import packet

OWN_MAC = "BC:24:11:EB:56:4D"
OTHER_MAC = "BC:24:11:00:00:02"


@pytest.fixture
def ann(radius: Any) -> tuple[str, int]:
    """A customer with an hour, and her subscription."""
    ident, name = radius.box.customer()
    return name, radius.box.sell(ident)


def test_a_device_that_came_in_by_its_mac_counts(radius: Any) -> None:
    mac = "BC:24:11:00:00:77"
    ident, name = radius.box.customer(mac=mac)
    radius.box.sell(ident)
    radius.box.session(mac, mac)
    assert radius.login(name).message == "Device limit reached"


def test_a_blocked_device_has_to_wait(radius: Any, ann: Any) -> None:
    mac = "BC:24:11:00:00:99"
    until = int(time.time()) + 600
    radius.box.run("INSERT INTO device_block VALUES (?, ?)", mac, until)
    answer = radius.login(ann[0], mac=mac)
    assert (answer.kind, answer.message[:20]) == ("reject", "Too many wrong tries")
    assert radius.login("nobody", mac=mac).message == answer.message
    radius.box.run("UPDATE device_block SET until = ? WHERE mac = ?", 5, mac)
    assert radius.login(ann[0], mac=mac).kind == "accept"


def test_rejects_are_noted_with_their_reason(radius: Any, ann: Any) -> None:
    file = radius.box.spool / "auth.tsv"
    file.unlink(missing_ok=True)
    radius.login(ann[0], "wrong")
    radius.login("no\tbody")
    radius.login(b"na\xefve")
    lines = radius.wait_for_lines("auth.tsv", 3)
    mac = OWN_MAC.replace(":", "%3A")
    assert [line.split("\t")[1:] for line in lines] == [
        [ann[0], mac, "password", "127.0.0.1", "end"],
        ["no%09body", mac, "unknown", "127.0.0.1", "end"],
        ["na%EFve", mac, "unknown", "127.0.0.1", "end"],
    ]


def test_accounting_is_written_to_the_spool_in_one_format(radius: Any) -> None:
    file = radius.box.spool / "acct.tsv"
    file.unlink(missing_ok=True)
    assert radius.account(
        Acct_Status_Type="Interim-Update",
        User_Name="254 7",
        Acct_Session_Id="80100014",
        Calling_Station_Id=OWN_MAC,
        NAS_Identifier="Mikro Tik",
        Framed_IP_Address="10.5.50.7",
        Acct_Session_Time=77,
        Acct_Input_Octets=5,
        Acct_Output_Octets=6,
        Acct_Output_Gigawords=2,
        Acct_Delay_Time=3,
        Acct_Terminate_Cause="User-Request",
        Class=b"17",
    )
    at, *rest = radius.wait_for_lines("acct.tsv", 1)[0].split("\t")
    assert abs(int(at) - time.time()) < 10
    assert rest == [
        "Interim-Update",
        md5(f"254 7,80100014,Mikro Tik,{OWN_MAC}".encode()).hexdigest(),
        "80100014",
        "254%207",
        "BC%3A24%3A11%3AEB%3A56%3A4D",
        "10.5.50.7",
        *("77", "0", "5", "2", "6"),
        "User-Request",
        "0x3137",
        "Mikro%20Tik",
        "3",
        "end",
    ]


@pytest.mark.parametrize("name", ["na\u00efve \u2713".encode(), b"na\xefve", b"50%{x}"])
def test_a_session_of_a_strange_name_has_one_key(radius: Any, name: bytes) -> None:
    file = radius.box.spool / "acct.tsv"
    file.unlink(missing_ok=True)
    client = radius.client()
    asked = client.CreateAcctPacket(Acct_Status_Type="Start", Acct_Session_Id="8")
    asked[1] = [name]
    assert radius.ask(client, asked).kind == "accounted"
    told = radius.wait_for_lines("acct.tsv", 1)[0].split("\t")
    assert told[2] == md5(name + b",8,127.0.0.1,").hexdigest()
    assert told[4] == quote(name, safe="")


def test_an_accounting_packet_with_a_wrong_secret_is_dropped(radius: Any) -> None:
    client = radius.client("another-secret")
    asked = client.CreateAcctPacket(Acct_Status_Type="Start", User_Name="x")
    assert radius.ask(client, asked).kind == "silent"


def test_a_bad_message_authenticator_is_dropped(radius: Any, ann: Any) -> None:
    asked = _request(radius, ann[0])
    raw = bytearray(asked.RequestPacket())
    assert radius.raw(bytes(raw)) is not None
    raw[raw.index(b"\x50\x12") + 5] ^= 1
    raw[1] ^= 1  # another id, or it would be the same packet sent again
    assert radius.raw(bytes(raw)) is None


def test_a_packet_sent_again_gets_the_same_reply(radius: Any, ann: Any) -> None:
    raw = _request(radius, ann[0]).RequestPacket()
    with _socket(radius) as exchange:
        assert exchange(raw) == exchange(raw)


def test_a_wrong_secret_gets_no_answer_that_holds(radius: Any, ann: Any) -> None:
    assert radius.login(ann[0], secret="another-secret").kind == "silent"


def test_an_unknown_client_gets_no_answer(radius: Any, ann: Any) -> None:
    raw = _request(radius, ann[0]).RequestPacket()
    assert radius.raw(raw, source="127.0.0.2") is None


@pytest.mark.parametrize("junk", [b"", b"\x01", b"\x01\x02\x00\x14", b"\xff" * 64])
def test_junk_is_dropped_and_forgotten(radius: Any, junk: bytes) -> None:
    assert radius.raw(junk) is None
    assert radius.status().kind == "accept"


def test_status_server_answers_while_the_database_does(own_radius: Any) -> None:
    answer = own_radius.status()
    assert (answer.kind, answer.signed) == ("accept", True)
    own_radius.box.run("DROP VIEW radius_access")
    assert own_radius.status().kind == "silent"


def test_an_unsigned_status_server_is_dropped(radius: Any) -> None:
    client = radius.client()
    asked = client.CreateAuthPacket(code=packet.StatusServer)
    asked.message_authenticator = False
    assert radius.ask(client, asked).kind == "silent"


def test_a_view_that_is_gone_is_answered_by_silence(own_radius: Any) -> None:
    ident, name = own_radius.box.customer()
    own_radius.box.sell(ident)
    assert own_radius.login(name).kind == "accept"
    own_radius.box.run("DROP VIEW radius_access")
    assert own_radius.login(name).kind == "silent"
    assert own_radius.login("nobody").kind == "silent"


def test_garbage_for_a_database_is_answered_by_silence(
    box: Any, start_radius: Callable[[], Any]
) -> None:
    _, name = box.customer()
    file = box.settings.database_file
    for beside in ("-wal", "-shm"):
        file.with_name(file.name + beside).unlink(missing_ok=True)
    file.write_bytes(b"no database " * 1000)
    server = start_radius()
    assert server.login(name).kind == "silent"
    assert server.status().kind == "silent"


def test_a_database_that_is_missing_is_waited_for(
    box: Any, start_radius: Callable[[], Any]
) -> None:
    ident, name = box.customer()
    box.sell(ident)
    file = box.settings.database_file
    away = file.with_name("away.db")
    file.rename(away)
    server = start_radius()
    assert server.login(name).kind == "silent"
    away.rename(file)
    server.wait(lambda: server.login(name).kind == "accept")


def test_a_writer_that_holds_the_lock_stops_no_login(own_radius: Any) -> None:
    ident, name = own_radius.box.customer()
    own_radius.box.sell(ident)
    with _write_lock(own_radius.box):
        assert own_radius.login(name).kind == "accept"


def test_an_accept_without_its_limits_is_not_sent(own_radius: Any) -> None:
    ident, name = own_radius.box.customer()
    own_radius.box.sell(ident)
    own_radius.box.run("ALTER TABLE subscription RENAME COLUMN rate TO was_rate")
    own_radius.box.run("DROP VIEW radius_access")
    own_radius.box.run(
        "CREATE VIEW radius_access AS SELECT id AS customer_id, username, secret,"
        " 1 AS subscription_id, NULL AS rate, 1 AS devices, 'ok' AS verdict,"
        " '60' AS seconds_left, NULL AS data_low, NULL AS data_high FROM customer"
    )
    assert own_radius.login(name).kind == "silent"


def _request(radius: Any, name: str) -> Any:
    asked = radius.client().CreateAuthPacket(User_Name=name, Calling_Station_Id=OWN_MAC)
    asked["User-Password"] = asked.PwCrypt("pass")
    return asked


@contextmanager
def _socket(radius: Any) -> Iterator[Callable[[bytes], bytes]]:
    import socket

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(0.5)
        to = ("127.0.0.1", radius.box.settings["radius.auth_port"])

        def exchange(raw: bytes) -> bytes:
            # FreeRADIUS drops what comes again before it is done with the first.
            for _ in range(6):
                sock.sendto(raw, to)
                with suppress(TimeoutError):
                    return sock.recv(4096)
            raise AssertionError("no answer")

        yield exchange


@contextmanager
def _write_lock(box: Any) -> Iterator[None]:
    with closing(sqlite3.connect(box.settings.database_file)) as db:
        db.isolation_level = None
        db.execute("BEGIN IMMEDIATE")
        db.execute("UPDATE customer SET secret = 'other'")
        yield
        db.execute("ROLLBACK")
