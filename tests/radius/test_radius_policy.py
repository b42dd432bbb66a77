"""The same questions to the real FreeRADIUS and to the embedded responder."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from hashlib import md5
from typing import Any

import pytest
from pyrad import packet

OWN_MAC = "BC:24:11:EB:56:4D"
OTHER_MAC = "BC:24:11:00:00:02"
GIB = 1 << 30


@pytest.fixture
def ann(radius: Any) -> tuple[str, int]:
    """A customer with an hour, and her subscription."""
    ident, name = radius.box.customer()
    return name, radius.box.sell(ident)


def test_a_paying_customer_is_accepted_with_every_limit(radius: Any) -> None:
    ident, name = radius.box.customer()
    bought = radius.box.sell(ident, seconds_left=1800, data_bytes=500_000_000)
    answer = radius.login(name)
    assert answer.kind == "accept"
    assert answer.signed
    assert 1795 <= answer.attributes.pop("Session-Timeout") <= 1800
    answer.attributes.pop("Message-Authenticator")
    assert answer.attributes == {
        "Mikrotik-Rate-Limit": "2M/4M",
        "Mikrotik-Total-Limit": 500_000_000,
        "Mikrotik-Total-Limit-Gigawords": 0,
        "Acct-Interim-Interval": 300,
        "Idle-Timeout": 900,
        "Class": str(bought).encode(),
    }


def test_more_than_four_gib_goes_into_gigawords(radius: Any) -> None:
    ident, name = radius.box.customer()
    radius.box.sell(ident, data_bytes=24 * GIB, used_bytes=1 * GIB)
    found = radius.login(name).attributes
    assert found["Mikrotik-Total-Limit-Gigawords"] == 5
    assert found["Mikrotik-Total-Limit"] == 3 * GIB


def test_without_a_data_limit_none_is_sent(radius: Any, ann: Any) -> None:
    answer = radius.login(ann[0])
    assert answer.kind == "accept"
    assert "Mikrotik-Total-Limit" not in answer.attributes
    assert "Mikrotik-Total-Limit-Gigawords" not in answer.attributes


def test_a_first_use_package_gives_its_whole_duration(radius: Any) -> None:
    ident, name = radius.box.customer()
    radius.box.sell(ident, seconds_left=None)
    assert radius.login(name).attributes["Session-Timeout"] == 3600


def test_a_long_package_is_given_a_day_at_a_time(radius: Any) -> None:
    ident, name = radius.box.customer()
    bought = radius.box.sell(ident, seconds_left=30 * 86400)
    radius.box.run(
        "UPDATE subscription SET duration_seconds = 2592000 WHERE id = ?", bought
    )
    assert radius.login(name).attributes["Session-Timeout"] == 86400


def test_a_wrong_password_is_rejected(radius: Any, ann: Any) -> None:
    answer = radius.login(ann[0], "wrong")
    assert (answer.kind, answer.message) == ("reject", "Wrong code or password")
    assert answer.signed
    assert set(answer.attributes) == {"Reply-Message", "Message-Authenticator"}


def test_no_password_at_all_is_rejected(radius: Any, ann: Any) -> None:
    assert radius.login(ann[0], "").kind == "reject"


def test_an_unknown_user_is_rejected(radius: Any) -> None:
    answer = radius.login("nobody")
    assert (answer.kind, answer.message) == ("reject", "Wrong code or password")


def test_names_are_told_apart_by_case(radius: Any) -> None:
    ident = radius.box.run(
        "INSERT INTO customer (username, secret, made_at) VALUES ('abc', 'pass', 1)"
    )
    radius.box.sell(ident)
    assert radius.login("abc").kind == "accept"
    assert radius.login("ABC").kind == "reject"


@pytest.mark.parametrize(
    ("terms", "message"),
    [
        ({"seconds_left": -5}, "Your package has expired"),
        ({"data_bytes": 10, "used_bytes": 10}, "Your data is used up"),
        ({"starts_in": 600}, "Your package has not started yet"),
    ],
)
def test_whoever_has_nothing_left_is_told_why(
    radius: Any, terms: dict[str, int], message: str
) -> None:
    ident, name = radius.box.customer()
    radius.box.sell(ident, **terms)
    answer = radius.login(name)
    assert (answer.kind, answer.message) == ("reject", message)


def test_somebody_who_never_bought_is_told_that_it_is_over(radius: Any) -> None:
    assert radius.login(radius.box.customer()[1]).message == "Your package has expired"


def test_a_second_device_is_over_the_limit(radius: Any, ann: Any) -> None:
    radius.box.session(ann[0], OTHER_MAC)
    answer = radius.login(ann[0])
    assert (answer.kind, answer.message) == ("reject", "Device limit reached")


def test_the_same_device_comes_back(radius: Any, ann: Any) -> None:
    radius.box.session(ann[0], OWN_MAC)
    assert radius.login(ann[0]).kind == "accept"
    assert radius.login(ann[0], mac=OWN_MAC.lower()).kind == "accept"


def test_a_device_not_seen_for_long_does_not_count(radius: Any, ann: Any) -> None:
    radius.box.session(ann[0], OTHER_MAC, seen_ago=1000)
    assert radius.login(ann[0]).kind == "accept"


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


def test_a_blocked_device_may_use_what_was_paid_on_it(radius: Any) -> None:
    mac = "BC:24:11:00:00:98"
    ident, name = radius.box.customer(mac=mac)
    radius.box.sell(ident)
    radius.box.run("INSERT INTO device_block VALUES (?, 9999999999)", mac)
    assert radius.login(name, mac=mac).kind == "accept"


def test_a_bound_device_logs_in_by_its_mac_without_password(radius: Any) -> None:
    mac = "BC:24:11:00:00:55"
    ident, _ = radius.box.customer(mac=mac)
    bought = radius.box.sell(ident)
    answer = radius.login(mac, password="", mac=mac)
    assert answer.kind == "accept"
    assert answer.attributes["Class"] == str(bought).encode()


def test_somebody_elses_mac_is_no_login(radius: Any) -> None:
    mac = "BC:24:11:00:00:56"
    ident, _ = radius.box.customer(mac=mac)
    radius.box.sell(ident)
    answer = radius.login(mac, password="pass", mac=OTHER_MAC)
    assert (answer.kind, answer.message) == ("reject", "Wrong code or password")


def test_chap_is_as_good_as_pap(radius: Any, ann: Any) -> None:
    assert radius.login(ann[0], chap=True).kind == "accept"
    assert radius.login(ann[0], "wrong", chap=True).kind == "reject"


@pytest.mark.parametrize(
    "name",
    [
        "x' OR 1=1 --",
        "x'; DROP VIEW radius_access; --",
        "'||(SELECT username FROM customer)||'",
        "%{sql:DELETE FROM customer}",
        "a" * 65,
        "new\nline",
        "na\u00efve",
    ],
)
def test_a_strange_name_is_a_wrong_name(radius: Any, name: str) -> None:
    answer = radius.login(name)
    assert (answer.kind, answer.message) == ("reject", "Wrong code or password")
    assert radius.status().kind == "accept"


def test_a_strange_mac_is_only_a_mac(radius: Any, ann: Any) -> None:
    assert radius.login(ann[0], mac="' OR '1'='1").kind == "accept"


def test_rejects_are_noted_with_their_reason(radius: Any, ann: Any) -> None:
    file = radius.box.spool / "auth.tsv"
    file.unlink(missing_ok=True)
    radius.login(ann[0], "wrong")
    radius.login("no\tbody")
    lines = radius.wait_for_lines("auth.tsv", 2)
    mac = OWN_MAC.replace(":", "%3A")
    assert [line.split("\t")[1:] for line in lines] == [
        [ann[0], mac, "password", "127.0.0.1", "end"],
        ["no%09body", mac, "unknown", "127.0.0.1", "end"],
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
        sock.settimeout(3)
        to = ("127.0.0.1", radius.box.settings["radius.auth_port"])

        def exchange(raw: bytes) -> bytes:
            sock.sendto(raw, to)
            return sock.recv(4096)

        yield exchange


@contextmanager
def _write_lock(box: Any) -> Iterator[None]:
    with closing(sqlite3.connect(box.settings.database_file)) as db:
        db.isolation_level = None
        db.execute("BEGIN IMMEDIATE")
        db.execute("UPDATE customer SET secret = 'other'")
        yield
        db.execute("ROLLBACK")
