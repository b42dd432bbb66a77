"""The pretend router's API, word by word, as RouterOS's manual and captures have it."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pytest

from hotspot_lite.town.routeros import PretendRouter
from hotspot_lite.town.routeros_api import respond
from hotspot_lite.town.routeros_query import matches
from hotspot_lite.town.routeros_values import Trap, duration, seconds_of
from hotspot_lite.town.routeros_wire import (
    BadFraming,
    Closed,
    SentenceReader,
    encode_length,
    encode_sentence,
    more_length_bytes,
)

MAC, IP = "02:00:00:00:00:0A", "127.5.50.10"
USER = "/ip/hotspot/user"


class Caller:
    """Says sentences and hears replies, with nothing in between."""

    def __init__(self, router: PretendRouter) -> None:
        place = ("127.0.0.1", router.api_port)
        self.sock = socket.create_connection(place, timeout=5)
        self.reader = SentenceReader(self.sock)

    def say(self, *words: str) -> None:
        self.sock.sendall(encode_sentence(words))

    def hear(self) -> list[str]:
        return self.reader.sentence()

    def ask(self, *words: str) -> list[list[str]]:
        """Say one sentence, hear replies to !done or !fatal."""
        self.say(*words)
        replies = [self.hear()]
        while replies[-1][0] not in ("!done", "!fatal"):
            replies.append(self.hear())
        return replies

    def rows(self, *words: str) -> list[dict[str, str]]:
        """The !re replies of one command, as dictionaries."""
        return [
            dict(word[1:].split("=", 1) for word in reply[1:])
            for reply in self.ask(*words)
            if reply[0] == "!re"
        ]

    def trap(self, *words: str) -> str:
        """The message of the one trap that a command gives."""
        (reply, done) = self.ask(*words)
        assert reply[0] == "!trap"
        assert done == ["!done"]
        return next(word[9:] for word in reply if word.startswith("=message="))

    def add(self, menu: str, *words: str) -> str:
        ((_, ret),) = self.ask(f"{menu}/add", *words)
        return ret.removeprefix("=ret=")

    def log_in(self, name: str = "admin", password: str = "") -> Caller:
        assert self.ask("/login", f"=name={name}", f"=password={password}") == [
            ["!done"]
        ]
        return self


@pytest.fixture
def router() -> Iterator[PretendRouter]:
    with PretendRouter(api_users={"admin": ""}) as router:
        yield router


@pytest.fixture
def stranger(router: PretendRouter) -> Iterator[Caller]:
    caller = Caller(router)
    yield caller
    caller.sock.close()


@pytest.fixture
def caller(stranger: Caller) -> Caller:
    return stranger.log_in()


# -- framing ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("length", "encoded"),
    [
        (0, "00"),
        (127, "7f"),
        (128, "8080"),
        (130, "8082"),
        (16383, "bfff"),
        (16384, "c04000"),
        (2097140, "dffff4"),
        (2097152, "e0200000"),
        (268435440, "effffff0"),
        (0x10000000, "f010000000"),
        (0xFFFFFFFF, "f0ffffffff"),
    ],
)
def test_a_length_has_the_shortest_of_five_forms(length, encoded):
    assert encode_length(length).hex() == encoded
    assert more_length_bytes(bytes.fromhex(encoded)[0]) == len(encoded) // 2 - 1


@pytest.mark.parametrize("first", [0xF8, 0xFF])
def test_reserved_control_bytes_are_refused(first):
    with pytest.raises(BadFraming):
        more_length_bytes(first)


@pytest.mark.parametrize("size", [1, 127, 128, 256, 16384, 70000])
def test_words_of_every_length_come_back_whole(caller, size):
    row_id = caller.add(USER, "=name=long", "=comment=" + "a" * size)
    (row,) = caller.rows(f"{USER}/print", f"?.id={row_id}")
    assert len(row["comment"]) == size


def test_bytes_that_are_no_text_pass_through_unread(caller):
    caller.add(USER, "=name=raw", "=comment=Wanjik\u0169 \udcff")
    (row,) = caller.rows(f"{USER}/print", "?name=raw", "=.proplist=comment")
    assert row == {"comment": "Wanjik\u0169 \udcff"}


def test_an_empty_sentence_is_ignored(caller):
    caller.sock.sendall(b"\x00\x00")
    assert caller.rows("/system/identity/print") == [{"name": "MikroTik"}]


def test_a_sentence_may_come_byte_by_byte(caller):
    for byte in encode_sentence(["/system/identity/print"]):
        caller.sock.sendall(bytes((byte,)))
    assert caller.hear() == ["!re", "=name=MikroTik"]


def test_noise_ends_the_connection_and_not_the_router(router, caller):
    caller.sock.sendall(b"\xff" * 10)
    with pytest.raises((Closed, OSError)):
        caller.hear()
    Caller(router).log_in()


# -- login ----------------------------------------------------------------------


def test_a_command_before_login_is_fatal(stranger):
    assert stranger.ask("/ip/address/print") == [["!fatal", "not logged in"]]
    with pytest.raises(Closed):
        stranger.hear()


def test_a_bad_login_is_a_trap_and_the_connection_stays(stranger):
    said = stranger.trap("/login", "=name=admin", "=password=wrong")
    assert said == "invalid user name or password (6)"
    stranger.log_in()


def test_the_answer_to_a_challenge_is_the_manuals():
    challenge = bytes.fromhex("93b438ec9b80057c06dd9fe67d56aa9a")
    assert respond("", challenge) == "00e134102a9d330dd7b1849fedfea3cb57"


def test_an_old_router_asks_a_challenge_whatever_is_sent():
    with PretendRouter(version="6.42.12", api_users={"admin": "pw"}) as router:
        caller = Caller(router)
        ((done, ret),) = caller.ask("/login", "=name=admin", "=password=pw")
        assert done == "!done"
        challenge = bytes.fromhex(ret.removeprefix("=ret="))
        response = "=response=" + respond("pw", challenge)
        assert caller.ask("/login", "=name=admin", response) == [["!done"]]
        assert caller.rows("/system/identity/print")


def test_the_new_way_alone_does_not_let_anybody_into_an_old_router():
    with PretendRouter(version="6.42.12", api_users={"admin": "pw"}) as router:
        caller = Caller(router)
        caller.ask("/login", "=name=admin", "=password=pw")
        assert caller.ask("/user/print") == [["!fatal", "not logged in"]]


def test_a_challenge_is_good_for_one_try():
    with PretendRouter(version="6.42.12", api_users={"admin": "pw"}) as router:
        caller = Caller(router)
        ((_, ret),) = caller.ask("/login")
        response = respond("pw", bytes.fromhex(ret.removeprefix("=ret=")))
        said = caller.trap("/login", "=name=admin", "=response=00")
        assert said == "cannot log in"
        said = caller.trap("/login", "=name=admin", f"=response={response}")
        assert said == "cannot log in"


def test_version_6_has_had_enough_after_four_bad_logins():
    with PretendRouter(version="6.49.10", api_users={"admin": "pw"}) as router:
        caller = Caller(router)
        for _ in range(4):
            caller.trap("/login", "=name=admin", "=password=no")
        said = caller.ask("/login", "=name=admin", "=password=no")
        assert said == [["!fatal", "too many commands before login"]]


def test_quit_is_answered_with_a_last_word(caller):
    assert caller.ask("/quit") == [["!fatal", "session terminated on request"]]


# -- tags, cancel, empty ----------------------------------------------------------


def test_a_tag_comes_back_on_every_reply(caller):
    replies = caller.ask("/system/identity/print", ".tag=7")
    assert replies == [["!re", "=name=MikroTik", ".tag=7"], ["!done", ".tag=7"]]


def test_a_trap_carries_the_tag_too(caller):
    for reply in caller.ask("/nonsense/print", ".tag=x"):
        assert reply[-1] == ".tag=x"


@pytest.mark.parametrize(
    ("version", "replies"),
    [
        ("7.18.2", [["!empty"], ["!done"]]),
        ("7.17", [["!done"]]),
        ("6.49.10", [["!done"]]),
    ],
)
def test_an_empty_list_is_said_to_be_empty_from_7_18_on(version, replies):
    with PretendRouter(version=version, api_users={"admin": ""}) as router:
        assert Caller(router).log_in().ask("/ip/hotspot/active/print") == replies


def test_a_command_that_never_ends_is_ended_by_cancel(caller):
    caller.say("/interface/monitor-traffic", "=interface=ether1", ".tag=3")
    assert caller.hear()[0] == "!re"
    caller.say("/cancel", "=tag=3", ".tag=4")
    replies = [caller.hear() for _ in range(3)]
    assert replies == [
        ["!trap", "=category=2", "=message=interrupted", ".tag=3"],
        ["!done", ".tag=3"],
        ["!done", ".tag=4"],
    ]


# -- queries ------------------------------------------------------------------------


ROW = {"name": "ether1", "mtu": "1500", "disabled": "false", "uptime": "1h"}


@pytest.mark.parametrize(
    ("queries", "is_kept"),
    [
        ([], True),
        (["?name=ether1"], True),
        (["?=name=ether1"], True),
        (["?name=ether2"], False),
        (["?name"], True),
        (["?comment"], False),
        (["?-comment"], True),
        (["?-name"], False),
        (["?comment="], False),
        (["?<mtu=2000"], True),
        (["?>mtu=200"], True),
        (["?>mtu=1500"], False),
        (["?<uptime=90m"], True),
        (["?<comment=z"], False),
        (["?disabled=no"], True),
        (["?name=ether1", "?mtu=1"], False),
        (["?name=ether1", "?mtu=1", "?#|"], True),
        (["?name=ether2", "?#!"], True),
        (["?name=a", "?name=b", "?name=ether1", "?#||"], True),
        (["?name=ether1", "?mtu=1500", "?#&!"], False),
        (["?name=ether1", "?name=x", "?#0"], False),
        (["?name=ether1", "?name=x", "?#1"], True),
        (["?name=ether1", "?name=x", "?#1.|"], True),
        (["?name=x", "?#.|!"], True),
    ],
)
def test_queries_are_a_stack(queries, is_kept):
    assert matches(ROW, queries) is is_kept


def test_a_query_that_names_nothing_is_refused():
    with pytest.raises(Trap):
        matches(ROW, ["?"])


def test_proplist_leaves_absent_properties_out(caller):
    caller.add(USER, "=name=v1")
    rows = caller.rows(f"{USER}/print", "=.proplist=name,comment", "?name=v1")
    assert rows == [{"name": "v1"}]


def test_count_only_counts_what_passes_the_query(caller):
    caller.add(USER, "=name=v1")
    caller.add(USER, "=name=v2", "=comment=ours")
    assert caller.ask(f"{USER}/print", "=count-only=") == [["!done", "=ret=2"]]
    counted = caller.ask(f"{USER}/print", "=count-only=", "?comment=ours")
    assert counted == [["!done", "=ret=1"]]


# -- rows ---------------------------------------------------------------------------


def test_a_new_hotspot_user_has_a_routers_defaults(caller):
    row_id = caller.add(USER, "=name=v1", "=limit-uptime=3600", "=password=0123")
    assert caller.rows(f"{USER}/getall", f"?.id={row_id}") == [
        {
            ".id": row_id,
            "profile": "default",
            "uptime": "0s",
            "bytes-in": "0",
            "bytes-out": "0",
            "packets-in": "0",
            "packets-out": "0",
            "dynamic": "false",
            "disabled": "false",
            "name": "v1",
            "limit-uptime": "1h",
            "password": "0123",
        }
    ]


def test_ids_are_hexadecimal_after_a_star(caller):
    ids = [caller.add(USER, f"=name=v{number}") for number in range(11)]
    assert ids[0] == "*1"
    assert ids[-1] == "*B"


@pytest.mark.parametrize("word", ["=.id={},{}", "=numbers={},{}", "=numbers=v1,v2"])
def test_rows_are_named_by_id_or_numbers_in_a_comma_list(caller, word):
    ids = [caller.add(USER, "=name=v1"), caller.add(USER, "=name=v2")]
    assert caller.ask(f"{USER}/remove", word.format(*ids)) == [["!done"]]
    assert caller.rows(f"{USER}/print") == []


def test_a_comma_list_with_one_wrong_id_changes_nothing(caller):
    row_id = caller.add(USER, "=name=v1")
    assert caller.trap(f"{USER}/remove", f"=.id={row_id},*FF") == "no such item"
    assert len(caller.rows(f"{USER}/print")) == 1


def test_set_changes_and_an_empty_value_forgets(caller):
    row_id = caller.add(USER, "=name=v1", "=comment=a")
    caller.ask(
        f"{USER}/set", f"=.id={row_id}", "=comment=", "=mac-address=0a-0b-0c-0d-0e-0f"
    )
    (row,) = caller.rows(f"{USER}/print")
    assert "comment" not in row
    assert row["mac-address"] == "0A:0B:0C:0D:0E:0F"


def test_enable_and_disable_are_the_disabled_flag(caller):
    row_id = caller.add(USER, "=name=v1")
    caller.ask(f"{USER}/disable", f"=.id={row_id}")
    assert caller.rows(f"{USER}/print", "?disabled=yes")
    caller.ask(f"{USER}/enable", f"=.id={row_id}")
    assert caller.rows(f"{USER}/print", "?disabled=false")


def test_a_menu_without_rows_is_set_without_an_id(caller):
    caller.ask("/system/identity/set", "=name=cafe")
    assert caller.rows("/system/identity/print") == [{"name": "cafe"}]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["/no/such/print"], "no such command prefix"),
        (["/ip/hotspot/user/sing"], "no such command"),
        (["/ip/hotspot/active/add", "=user=x"], "no such command"),
        (
            ["/radius/add", "=address=10.5.50.2", "=timeout="],
            "invalid value for argument timeout",
        ),
        ([f"{USER}/add", "=name=x", "=rate-limit=1M"], "unknown parameter rate-limit"),
        ([f"{USER}/add", "=name=x", "=uptime=1s"], "unknown parameter uptime"),
        ([f"{USER}/add"], "missing value(s) of argument(s) name"),
        ([f"{USER}/set", "=.id=*FF", "=comment=x"], "no such item"),
        ([f"{USER}/remove", "=.id="], "no such item"),
        ([f"{USER}/print", "=flavour=x"], "unknown parameter flavour"),
        (
            [f"{USER}/add", "=name=x", "=profile=gold"],
            "input does not match any value of profile",
        ),
        (
            [f"{USER}/add", "=name=x", "=mac-address=12"],
            "invalid value of mac-address, mac address required",
        ),
        (
            [f"{USER}/add", "=name=x", "=address=10.5"],
            "invalid value for argument address",
        ),
        (
            [f"{USER}/add", "=name=x", "=limit-uptime=soon"],
            "invalid value for argument limit-uptime",
        ),
        (
            ["/ip/address/add", "=address=10.5.50.1/24", "=interface=bridge-hs"],
            "failure: already have such address",
        ),
        (
            ["/ip/hotspot/ip-binding/add", "=type=b"],
            "ambiguous value of type, more than one possible value matches input",
        ),
        (
            ["/interface/monitor-traffic", "=interface=ether9", "=once="],
            "input does not match any value of interface",
        ),
        (
            ["/ip/hotspot/profile/remove", "=numbers=default"],
            "failure: can not remove default item",
        ),
    ],
)
def test_a_refusal_is_in_the_routers_words(caller, words, says):
    assert caller.trap(*words) == says


def test_a_second_user_of_the_same_name_is_refused(caller):
    caller.add(USER, "=name=v1")
    said = caller.trap(f"{USER}/add", "=name=v1")
    assert said == "failure: already have user with this name for this server"
    caller.add(USER, "=name=v1", "=server=hsl")


def test_categories_tell_an_argument_from_an_item(caller):
    (trap, _) = caller.ask(f"{USER}/add", "=name=x", "=profile=gold")
    assert "=category=1" in trap
    (trap, _) = caller.ask(f"{USER}/remove", "=.id=*FF")
    assert "=category=0" in trap


def test_a_reader_may_not_write():
    with PretendRouter(api_users={"eye": ""}, api_groups={"eye": "read"}) as router:
        caller = Caller(router).log_in("eye")
        assert caller.rows("/interface/print")
        said = caller.trap(f"{USER}/add", "=name=x")
        assert said == "not enough permissions (9)"


def test_api_passwords_are_never_shown(caller):
    assert all("password" not in row for row in caller.rows("/user/print"))


def test_a_user_added_by_the_api_may_log_in(router, caller):
    caller.add("/user", "=name=new", "=group=full", "=password=pw")
    Caller(router).log_in("new", "pw")


# -- the box ------------------------------------------------------------------------


def test_an_interface_shows_what_clients_look_for(caller):
    rows = caller.rows("/interface/print", "?name=ether1")
    assert rows[0]["mtu"] == "1500"
    assert rows[0]["mac-address"].startswith("48:8F:5A")


@pytest.mark.parametrize(
    ("version", "date"),
    [("7.18.2", "2024-05-17"), ("7.9.2", "may/17/2024"), ("6.49.10", "may/17/2024")],
)
def test_dates_are_iso_from_7_10_on(version, date):
    with PretendRouter(version=version, api_users={"admin": ""}) as router:
        router.set_wall(1715968691.5)
        (row,) = Caller(router).log_in().rows("/system/clock/print")
        assert row["date"] == date
        assert row["time"] == "17:58:11"


def test_the_clock_can_be_set(router, caller):
    caller.ask("/system/clock/set", "=date=2024-05-17", "=time=17:58:11")
    assert 0 <= router.wall() - 1715968691 < 5


def test_uptime_begins_again_with_a_reboot():
    with PretendRouter(api_users={"admin": ""}) as router:
        router.tick(time.time() + 3700)
        (row,) = Caller(router).log_in().rows("/system/resource/print")
        assert row["uptime"].startswith("1h1m")
        router.reboot()
        (row,) = Caller(router).log_in().rows("/system/resource/print")
        assert row["uptime"] == "0s"


@pytest.mark.parametrize(("version", "rows"), [("7.18.2", 2), ("6.49.10", 1)])
def test_health_is_a_row_a_sensor_from_7_on(version, rows):
    with PretendRouter(version=version, api_users={"admin": ""}) as router:
        assert len(Caller(router).log_in().rows("/system/health/print")) == rows


def test_traffic_is_given_once_when_asked_once(caller):
    words = ("=interface=ether1,ether2", "=once=")
    rows = caller.rows("/interface/monitor-traffic", *words)
    assert [row["name"] for row in rows] == ["ether1", "ether2"]
    assert rows[0]["rx-bits-per-second"].isdigit()


def test_what_setting_a_router_up_writes_is_kept(caller):
    caller.add("/ip/dns/static", "=name=portal.example", "=address=10.5.50.2")
    caller.add(
        "/ip/firewall/nat", "=chain=srcnat", "=action=masquerade", "=comment=hsl"
    )
    caller.add("/user/group", "=name=hsl", "=policy=read,write,api")
    caller.ask("/ip/service/set", "=numbers=api-ssl", "=certificate=hsl-api")
    caller.ask("/system/ntp/client/set", "=enabled=yes", "=servers=pool.ntp.org")
    (service,) = caller.rows("/ip/service/print", "?name=api-ssl")
    assert service["certificate"] == "hsl-api"
    assert caller.rows("/system/ntp/client/print", "?enabled=yes")
    assert caller.rows("/ip/firewall/nat/print", "?comment=hsl")
    assert len(caller.rows("/ip/dns/static/print")) == 1


@pytest.mark.parametrize(("is_allowed", "told"), [(True, "true"), (False, "false")])
def test_device_mode_says_whether_a_hotspot_is_allowed(
    router, caller, is_allowed, told
):
    router.is_hotspot_allowed = is_allowed
    (row,) = caller.rows("/system/device-mode/print")
    assert row["hotspot"] == told


# -- the hotspot through the API ---------------------------------------------


LOGIN = "/ip/hotspot/active/login"


def test_a_host_is_logged_in_by_the_api(router, caller):
    router.join(MAC, IP)
    caller.add(USER, "=name=v1", "=password=pw")
    words = ("=user=v1", "=password=pw", f"=mac-address={MAC}", f"=ip={IP}")
    assert caller.ask(LOGIN, *words) == [["!done"]]
    (row,) = caller.rows("/ip/hotspot/active/print")
    assert row["user"] == "v1"
    assert row["radius"] == "false"
    assert row["login-by"] == "http-pap"
    (host,) = caller.rows("/ip/hotspot/host/print", "?authorized=yes")
    assert host["mac-address"] == MAC


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["=user=v1", "=ip=127.5.50.99"], "unknown host IP 127.5.50.99"),
        (
            ["=user=v1", f"=ip={IP}", "=mac-address=02:00:00:00:00:0F"],
            "wrong MAC provided 02:00:00:00:00:0F",
        ),
        (["=user=v1", f"=ip={IP}"], "invalid username or password"),
        (["=name=v1"], "unknown parameter name"),
    ],
)
def test_a_login_that_can_not_be_says_why(router, caller, words, says):
    router.join(MAC, IP)
    assert caller.trap(LOGIN, *words) == says


def test_removing_an_active_row_puts_the_device_out(router, caller):
    device = router.join(MAC, IP)
    caller.add(USER, "=name=v1")
    device.log_in("v1", "")
    (row,) = caller.rows("/ip/hotspot/active/print")
    assert caller.ask("/ip/hotspot/active/remove", f"=.id={row['.id']}") == [["!done"]]
    assert not device.is_online
    assert caller.rows("/ip/hotspot/cookie/print") == []


def test_device_mode_forbids_the_hotspot(router, caller):
    router.is_hotspot_allowed = False
    said = caller.trap("/ip/hotspot/add", "=name=x", "=interface=ether2")
    assert said == "failure: not allowed by device-mode"


def test_logins_are_in_the_log(router, caller):
    caller.add(USER, "=name=v1")
    router.join(MAC, IP).log_in("v1", "")
    (row,) = caller.rows("/log/print", "?topics=hotspot,info,debug")
    assert row["message"] == f"v1 ({IP}): logged in"


def test_the_journal_covers_secrets(router, caller):
    caller.add(USER, "=name=v1", "=password=hush")
    told = [what for _, what in router.journal]
    assert f"api {USER}/add name=v1 password=*****" in told


# -- faults ---------------------------------------------------------------------------


def test_a_hanging_router_accepts_and_says_nothing(router):
    router.fall_ill("hang")
    caller = Caller(router)
    caller.sock.settimeout(0.1)
    caller.say("/login")
    with pytest.raises(TimeoutError):
        caller.hear()


def test_a_dripping_router_gives_a_byte_at_a_time(router, caller):
    router.fall_ill("drip", drip_seconds=0.01)
    caller.say("/system/identity/print")
    assert len(caller.sock.recv(100)) == 1


def test_a_router_that_resets_does_so_in_the_middle(router, caller):
    router.fall_ill("reset")
    with pytest.raises((ConnectionResetError, Closed)):
        caller.ask("/system/identity/print")


def test_a_refusing_router_comes_back_on_the_same_port(router, caller):
    port = router.api_port
    router.refuse()
    with pytest.raises(ConnectionRefusedError):
        Caller(router)
    router.heal()
    assert router.api_port == port
    Caller(router).log_in()


def test_a_stopped_router_leaves_no_thread_behind():
    router = PretendRouter(api_users={"admin": ""}).start()
    Caller(router).log_in()
    router.stop()
    assert not any(thread.is_alive() for thread in router._api._threads)


# -- durations ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("15w3d3h42m53s", 9344573),
        ("3d3h42m53s", 272573),
        ("7w6d9h34m", 4786440),
        ("41w6d18h4m22s", 25380262),
        ("0s", 0),
    ],
)
def test_durations_are_written_as_they_are_read(text, seconds):
    assert seconds_of(text) == seconds
    assert duration(seconds) == text


def test_who_listens_hears_each_change_once_until_he_cancels(
    router: PretendRouter,
) -> None:
    listener, changer = Caller(router).log_in(), Caller(router).log_in()
    listener.say(f"{USER}/listen", ".tag=7")
    listener.ask("/system/identity/print")  # answered: so the first is heard too
    name = changer.add(USER, "=name=anna")
    added = listener.hear()
    assert added[0] == "!re"
    assert {"=name=anna", f"=.id={name}", ".tag=7"} <= set(added)
    changer.ask(f"{USER}/remove", f"=.id={name}")
    assert listener.hear() == ["!re", f"=.id={name}", "=.dead=true", ".tag=7"]
    listener.say("/cancel", "=tag=7")
    assert listener.hear()[0] == "!trap"
    assert [listener.hear(), listener.hear()] == [["!done", ".tag=7"], ["!done"]]


def test_a_first_word_nobody_knows_is_no_prefix_of_a_command(
    router: PretendRouter,
) -> None:
    assert Caller(router).log_in().trap("nosuchthing") == "no such command prefix"
