"""The product's RouterOS client against the pretend router, well and sick."""

from __future__ import annotations

import pickle
import random
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from hotspot_lite.errors import GiveUp, HotspotError, TryAgain
from hotspot_lite.town.nas import RadiusAddress
from hotspot_lite.town.routeros import PretendRouter
from hotspot_lite.town.routeros_wire import SentenceReader, encode_sentence
from hotspot_lite.wires.routeros import Router, RouterAddress, seconds_of

USER, PASSWORD = "hotspot-lite", "api-secret-9"
MAC, IP = "02:00:00:00:00:0A", "127.5.50.10"
PHONE = "254712345678"


@pytest.fixture
def town() -> Iterator[PretendRouter]:
    with PretendRouter(api_users={USER: PASSWORD}) as town:
        town.tables["/ip/hotspot/user"].add({"name": PHONE, "password": "0123"})
        yield town


@pytest.fixture
def router(town: PretendRouter) -> Iterator[Router]:
    with Router(address(town.api_port)) as router:
        yield router


def address(port: int, **changes: object) -> RouterAddress:
    known: dict[str, object] = {
        "host": "127.0.0.1",
        "port": port,
        "username": USER,
        "password": PASSWORD,
        "deadline_seconds": 2.0,
    }
    return RouterAddress(**(known | changes))  # type: ignore[arg-type]


def told(town: PretendRouter, command: str) -> int:
    """How often the router was told a command."""
    return sum(what.startswith(f"api {command}") for _, what in town.journal)


# -- what it tells -------------------------------------------------------------


def test_a_resource_is_read_with_its_units(town, router):
    resource = router.resource()
    assert resource.version == "7.18.2 (stable)"
    assert resource.version_numbers == (7, 18, 2)
    assert resource.total_memory_bytes == 268435456
    assert resource.cpu_load_percent == 3
    assert resource.uptime_seconds < 5


def test_nobody_is_active_on_an_empty_hotspot(router):
    assert router.active() == []


def test_an_active_row_is_read_as_words_not_as_numbers(town, router):
    town.join(MAC, IP).log_in(PHONE, "0123")
    (active,) = router.active(mac=MAC.lower())
    assert active.user == PHONE
    assert active.address == IP
    assert active.mac_address == MAC
    assert active.session_seconds_left is None
    assert active.radius is False


@pytest.mark.parametrize("name", ["0123", "123", "true", "no", "a=b", "Wanjikũ"])
def test_names_that_look_like_numbers_or_claims_stay_as_they_are(town, router, name):
    town.tables["/ip/hotspot/user"].add({"name": name})
    town.join(MAC, IP).log_in(name, "")
    assert [active.user for active in router.active(user=name)] == [name]


def test_time_and_bytes_of_a_session_are_numbers(town, router):
    table = town.tables["/ip/hotspot/user"]
    table.set({"numbers": PHONE, "limit-uptime": "1h"})
    device = town.join(MAC, IP)
    device.log_in(PHONE, "0123")
    device.use(5_000_000_000, 70)
    town.tick(town.now() + 600)
    (active,) = router.active(user=PHONE)
    assert (active.bytes_in, active.bytes_out) == (5_000_000_000, 70)
    assert 600 <= active.uptime_seconds < 605
    assert 2994 < active.session_seconds_left <= 3000


def test_hosts_tell_who_is_there_and_who_is_in(town, router):
    town.join(MAC, IP)
    assert [host.is_authorized for host in router.hosts(mac=MAC)] == [False]
    assert router.hosts(mac="02:00:00:00:00:FF") == []


def test_traffic_is_told_in_bits_per_second(town, router):
    town.traffic["ether1"] = {"rx-bits-per-second": "1500"}
    assert router.traffic("ether1").rx_bits_per_second == 1500


def test_an_unknown_interface_is_given_up(router):
    with pytest.raises(GiveUp, match="does not match any value of interface"):
        router.traffic("ether99")


# -- letting in and putting out ------------------------------------------------


def test_a_device_is_let_in_without_a_click(town, router):
    device = town.join(MAC, IP)
    router.log_in(PHONE, "0123", MAC, IP)
    assert device.session.user == PHONE


def test_letting_in_twice_changes_nothing_the_second_time(town, router):
    town.join(MAC, IP)
    router.log_in(PHONE, "0123", MAC, IP)
    router.log_in(PHONE, "0123", MAC, IP)
    assert told(town, "/ip/hotspot/active/login") == 1


def test_a_device_that_is_in_as_somebody_else_changes_over(town, router):
    town.tables["/ip/hotspot/user"].add({"name": "other"})
    device = town.join(MAC, IP)
    device.log_in("other", "")
    router.log_in(PHONE, "0123", MAC, IP)
    assert device.session.user == PHONE


def test_wrong_credentials_are_given_up(town, router):
    town.join(MAC, IP)
    with pytest.raises(GiveUp, match="invalid username or password"):
        router.log_in(PHONE, "9999", MAC, IP)


def test_a_device_that_is_not_there_is_tried_again(router):
    with pytest.raises(TryAgain, match="unknown host IP") as caught:
        router.log_in(PHONE, "0123", MAC, IP)
    assert caught.value.todo


def test_a_device_with_another_address_is_tried_again(town, router):
    town.join("02:00:00:00:00:0B", IP)
    with pytest.raises(TryAgain, match="wrong MAC provided"):
        router.log_in(PHONE, "0123", MAC, IP)


def test_a_silent_radius_server_is_tried_again():
    nobody = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    nobody.bind(("127.0.0.1", 0))
    port = nobody.getsockname()[1]
    radius = RadiusAddress("127.0.0.1", port, port, "s", timeout_seconds=0.05)
    with PretendRouter(api_users={USER: PASSWORD}, radius=radius) as town:
        town.join(MAC, IP)
        with (
            Router(address(town.api_port)) as router,
            pytest.raises(TryAgain, match="RADIUS server is not responding"),
        ):
            router.log_in(PHONE, "0123", MAC, IP)
    nobody.close()


def test_a_router_slower_than_the_deadline_is_found_to_have_obeyed(town):
    device = town.join(MAC, IP)
    with Router(address(town.api_port, deadline_seconds=0.3)) as router:
        router.active()
        town.fall_ill("hang")
        with pytest.raises(TryAgain):
            router.log_in(PHONE, "0123", MAC, IP)
        town.heal()
        device.log_in(PHONE, "0123")
        router.log_in(PHONE, "0123", MAC, IP)
    assert told(town, "/ip/hotspot/active/login") == 0


def test_a_device_is_put_out_and_its_cookie_with_it(town, router):
    device = town.join(MAC, IP)
    device.log_in(PHONE, "0123")
    assert router.log_out(MAC) is True
    assert not device.is_online
    assert router.rows("/ip/hotspot/cookie") == []


def test_putting_out_who_is_out_is_fine(town, router):
    assert router.log_out(MAC) is False


def test_rows_are_added_changed_and_removed(town, router):
    menu = "/ip/hotspot/user"
    row_id = router.add(menu, name="v7", limit_uptime="1h")
    router.change(menu, row_id, comment="hsl")
    assert router.rows(menu, "name", "limit-uptime", comment="hsl") == [
        {"name": "v7", "limit-uptime": "1h"}
    ]
    router.remove(menu, [row_id])
    router.remove(menu, [])
    assert router.rows(menu, ".id", name="v7") == []


# -- refusals ------------------------------------------------------------------


def test_a_wrong_api_password_is_given_up_without_naming_it(town):
    with (
        Router(address(town.api_port, password="wrong-secret")) as router,
        pytest.raises(GiveUp, match="invalid user name or password") as caught,
    ):
        router.resource()
    assert "router.password" in caught.value.todo
    assert "wrong-secret" not in repr(caught.value)


def test_an_address_does_not_show_its_password():
    assert PASSWORD not in repr(address(1))


def test_an_error_holds_no_whole_phone_number(town, router):
    town.tables["/ip/hotspot/user"].set({"numbers": PHONE, "mac-address": MAC})
    town.join("02:00:00:00:00:0B", "127.5.50.11")
    with pytest.raises(GiveUp) as caught:
        router.log_in(PHONE, "0123", "02:00:00:00:00:0B", "127.5.50.11")
    assert PHONE not in str(caught.value)
    assert "2547…78" in str(caught.value)


def test_lacking_rights_are_given_up():
    town = PretendRouter(api_users={USER: PASSWORD}, api_groups={USER: "read"})
    with (
        town,
        Router(address(town.api_port)) as router,
        pytest.raises(GiveUp, match="not enough permissions"),
    ):
        router.add("/ip/hotspot/user", name="x")


def test_an_argument_that_the_router_does_not_know_is_given_up(router):
    with pytest.raises(GiveUp, match="unknown parameter rate-limit"):
        router.add("/ip/hotspot/user", name="x", rate_limit="1M/1M")


def test_a_hotspot_forbidden_by_device_mode_says_what_to_do(town, router):
    town.join(MAC, IP)
    town.is_hotspot_allowed = False
    with pytest.raises(GiveUp, match="device-mode update|device-mode/update"):
        router.log_in(PHONE, "0123", MAC, IP)


def test_a_refusal_leaves_the_connection_in_use(town, router):
    with pytest.raises(GiveUp):
        router.rows("/no/such/menu")
    router.resource()
    assert told(town, "login") == 1


def test_errors_survive_being_pickled(router):
    with pytest.raises(GiveUp) as caught:
        router.rows("/no/such/menu")
    again = pickle.loads(pickle.dumps(caught.value))
    assert again.says == caught.value.says


# -- a sick router -------------------------------------------------------------


def test_a_router_that_refuses_connections_is_tried_again(town):
    town.refuse()
    with (
        Router(address(town.api_port)) as router,
        pytest.raises(TryAgain, match="refuses connections"),
    ):
        router.resource()


def test_a_router_that_hangs_is_left_at_the_deadline(town):
    town.fall_ill("hang")
    with Router(address(town.api_port, deadline_seconds=0.3)) as router:
        assert 0.2 < seconds_to_fail(router.resource, "in time") < 3.0


def test_a_router_that_drips_can_not_hold_longer_than_the_deadline(town):
    with Router(address(town.api_port, deadline_seconds=0.4)) as router:
        router.resource()
        town.fall_ill("drip", drip_seconds=0.05)
        assert 0.3 < seconds_to_fail(router.active, "in time") < 3.0


def test_a_reset_in_the_middle_of_an_answer_is_tried_again(town):
    with Router(address(town.api_port)) as router:
        router.resource()
        town.fall_ill("reset")
        with pytest.raises(TryAgain, match="closed the connection"):
            router.active()


def test_after_a_timeout_the_old_answer_is_never_taken_for_the_new(town):
    with Router(address(town.api_port, deadline_seconds=0.4)) as router:
        router.resource()
        town.fall_ill("drip", drip_seconds=0.05)
        with pytest.raises(TryAgain):
            router.resource()
        town.heal()
        assert router.active() == []


def test_an_idle_connection_that_died_is_replaced_unseen_for_a_question(town, router):
    router.resource()
    town.reboot()
    assert router.active() == []
    assert told(town, "login") == 2


def test_a_line_that_went_dumb_leaves_time_for_a_new_one(town):
    with Router(address(town.api_port, deadline_seconds=2.0)) as router:
        router.resource()
        town.fall_ill("hang")
        healing = threading.Timer(0.2, town.heal)
        healing.start()
        assert router.active() == []
        healing.join()


def test_an_order_is_never_given_twice(town):
    with Router(address(town.api_port)) as router:
        router.resource()
        town.fall_ill("reset")
        with pytest.raises(TryAgain):
            router.add("/ip/hotspot/user", name="once")
        town.heal()
        assert told(town, "/ip/hotspot/user/add") == 1
        assert len(router.rows("/ip/hotspot/user", name="once")) == 1


def test_a_router_belongs_to_one_thread(town, router):
    router.resource()
    caught: list[BaseException] = []

    def ask() -> None:
        try:
            router.resource()
        except RuntimeError as error:
            caught.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join(5)
    assert len(caught) == 1


def test_a_router_before_6_43_is_logged_in_by_its_challenge():
    with (
        PretendRouter(version="6.42.12", api_users={USER: PASSWORD}) as town,
        Router(address(town.api_port)) as router,
    ):
        assert router.resource().version_numbers == (6, 42, 12)


def test_a_wrong_password_on_an_old_router_is_given_up():
    with (
        PretendRouter(version="6.42.12", api_users={USER: PASSWORD}) as town,
        Router(address(town.api_port, password="x")) as router,
        pytest.raises(GiveUp, match="cannot log in"),
    ):
        router.resource()


# -- answers that no router should give ----------------------------------------


def seconds_to_fail(call: Callable[[], object], match: str) -> float:
    began = time.monotonic()
    with pytest.raises(TryAgain, match=match):
        call()
    return time.monotonic() - began


def answers(*sentences: list[str], raw: bytes = b"") -> tuple[int, threading.Thread]:
    """A router that takes any login and answers the next command as told, once."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        sock, _ = listener.accept()
        reader = SentenceReader(sock)
        reader.sentence()
        sock.sendall(encode_sentence(["!done"]))
        reader.sentence()
        sock.sendall(raw + b"".join(encode_sentence(words) for words in sentences))
        sock.close()
        listener.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    return listener.getsockname()[1], thread


@pytest.mark.parametrize(
    ("sentences", "raw", "kind", "says"),
    [
        ([["!trap"], ["!done"]], b"", GiveUp, "no reason given"),
        ([["!trap", "=message=5"], ["!done"]], b"", GiveUp, "refuses: 5"),
        ([["!trap", "=message=x", "=odd=1"], ["!done"]], b"", GiveUp, "refuses: x"),
        (
            [["!trap", "=message=a"], ["!trap", "=message=b"], ["!done"]],
            b"",
            GiveUp,
            "a",
        ),
        ([["!fatal", "not logged in"]], b"", TryAgain, "not logged in"),
        ([["!fatal"]], b"", TryAgain, "does not speak"),
        ([], b"\x00", TryAgain, "does not speak"),
        ([], b"\xff\xff", TryAgain, "does not speak"),
        ([["!re", "=.id=*1"]], b"", TryAgain, "closed"),
        ([["!re", "=.id=*1", "=uptime=soon"], ["!done"]], b"", GiveUp, "can't be read"),
        ([["!re", "=uptime=1s"], ["!done"]], b"", GiveUp, "can't be read"),
    ],
)
def test_a_strange_answer_becomes_plain_words(sentences, raw, kind, says):
    port, thread = answers(*sentences, raw=raw)
    with Router(address(port)) as router, pytest.raises(HotspotError) as caught:
        router.active()
    assert type(caught.value) is kind
    assert says in caught.value.says
    thread.join(5)


NOISE = (
    *("!re", "!done", "!trap", "!fatal", "!empty", "", "x", "=", "=a=b", "=message"),
    *("=message=x", "=category=9", "=.id=*1", "=ret=zz", "=uptime=1s", ".tag=1"),
)


def noise(seed: int) -> bytes:
    """Sentences that are nearly right, some of them torn; bytes now and then."""
    dice = random.Random(seed)
    if seed % 4 == 0:
        return dice.randbytes(dice.randrange(60))
    words = (dice.choices(NOISE, k=dice.randrange(4)) for _ in range(dice.randrange(5)))
    raw = b"".join(encode_sentence(sentence) for sentence in words)
    return raw[: dice.randrange(len(raw) + 1)] if seed % 3 == 0 else raw


def test_no_noise_gets_through_as_anything_but_plain_words():
    for seed in range(150):
        port, thread = answers(raw=noise(seed))
        with Router(address(port)) as router, suppress(HotspotError):
            assert router.active() == []
        thread.join(5)


def test_an_empty_answer_is_an_empty_list():
    port, thread = answers(["!empty"], ["!done"])
    with Router(address(port)) as router:
        assert router.active() == []
    thread.join(5)


def test_something_else_on_the_port_is_said_not_to_be_a_router():
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        sock, _ = listener.accept()
        sock.recv(100)
        sock.sendall(b"HTTP/1.0 400 Bad Request\r\n\r\n")
        sock.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    with (
        Router(address(listener.getsockname()[1])) as router,
        pytest.raises(TryAgain),
    ):
        router.resource()
    thread.join(5)
    listener.close()


# -- TLS -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is missing: no certificate to try TLS with")
    folder = tmp_path_factory.mktemp("tls")
    command = f"req -x509 -newkey rsa:2048 -nodes -keyout {folder}/key.pem -days 2"
    command += f" -out {folder}/ca.pem -subj /CN=router"
    command += " -addext subjectAltName=IP:127.0.0.1"
    subprocess.run([openssl, *command.split()], check=True, capture_output=True)
    return folder


@pytest.fixture
def tls_town(certificate: Path) -> Iterator[PretendRouter]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "ca.pem", certificate / "key.pem")
    with PretendRouter(api_users={USER: PASSWORD}, api_tls=context) as town:
        yield town


def test_a_router_with_our_own_certificate_is_believed(tls_town, certificate):
    ca_file = str(certificate / "ca.pem")
    where = address(tls_town.api_port, tls=True, ca_file=ca_file)
    with Router(where) as router:
        assert router.resource().version_numbers == (7, 18, 2)
        assert router.active() == []


def test_a_router_with_a_strange_certificate_is_given_up(tls_town):
    with (
        Router(address(tls_town.api_port, tls=True)) as router,
        pytest.raises(GiveUp, match="not to be trusted"),
    ):
        router.resource()


def test_a_certificate_for_another_name_is_given_up(tls_town, certificate):
    ca_file = str(certificate / "ca.pem")
    where = address(tls_town.api_port, host="localhost", tls=True, ca_file=ca_file)
    with Router(where) as router, pytest.raises(GiveUp, match="not to be trusted"):
        router.resource()


def test_a_missing_ca_file_is_given_up(tls_town):
    where = address(tls_town.api_port, tls=True, ca_file="/nowhere/ca.pem")
    with Router(where) as router, pytest.raises(GiveUp, match="router.ca_file"):
        router.resource()


def test_tls_to_a_plain_port_ends_at_the_deadline(town):
    where = address(town.api_port, tls=True, deadline_seconds=0.3)
    with Router(where) as router, pytest.raises(HotspotError):
        router.resource()


def test_plain_to_a_tls_port_is_tried_again(tls_town):
    with (
        Router(address(tls_town.api_port, deadline_seconds=1.0)) as router,
        pytest.raises(TryAgain),
    ):
        router.resource()


# -- durations -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("15w3d3h42m53s", 9344573),
        ("3d3h42m53s", 272573),
        ("7w6d9h34m", 4786440),
        ("7ms523us", 0.007523),
        ("170ms", 0.17),
        ("0s", 0),
        ("1m", 60),
        ("01:22:53", 4973),
        ("1:00:00", 3600),
        ("1d02:03:04", 93784),
        ("1w1d00:00:01", 691201),
        ("3600", 3600),
        ("41w6d18h4m22s", 25380262),
    ],
)
def test_a_duration_is_read_as_seconds(text, seconds):
    assert seconds_of(text) == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["", "soon", "1x", "-1s", "5h3w", "1:2:3:4", "none"])
def test_what_is_no_duration_is_refused(text):
    with pytest.raises(ValueError, match="not a RouterOS duration"):
        seconds_of(text)
