"""What the box keeps on a router: local users, profiles, bindings; clock and name."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hotspot_lite.errors import GiveUp, TryAgain
from hotspot_lite.town.routeros import PretendRouter
from hotspot_lite.wires.routeros import (
    BindingWish,
    ProfileWish,
    Router,
    RouterAddress,
    UserWish,
)
from hotspot_lite.wires.routeros_rows import binding_of, clock_of, user_of

USER, PASSWORD = "hotspot-lite", "api-secret-9"
MAC, IP = "02:00:00:00:00:0A", "127.5.50.10"
WISH = UserWish("hsl-7", "0123", limit_seconds=3600, limit_bytes=2**33, comment="hsl")


@pytest.fixture
def town() -> Iterator[PretendRouter]:
    with PretendRouter(api_users={USER: PASSWORD}) as town:
        yield town


@pytest.fixture
def router(town: PretendRouter) -> Iterator[Router]:
    where = RouterAddress("127.0.0.1", town.api_port, USER, PASSWORD)
    with Router(where) as router:
        yield router


def orders(town: PretendRouter, menu: str) -> list[str]:
    """What the router was told to change in a menu."""
    told = [what for _, what in town.journal if what.startswith(f"api {menu}/")]
    return [what for what in told if "/print" not in what]


# -- users ---------------------------------------------------------------------


def test_a_user_is_read_back_as_it_was_wished(town, router):
    made = router.add_user(WISH)
    (user,) = router.users()
    assert user.id == made
    assert (user.name, user.password, user.comment) == ("hsl-7", "0123", "hsl")
    assert (user.limit_seconds, user.limit_bytes) == (3600, 2**33)
    assert WISH.changes(user) == {}


@pytest.mark.parametrize("name", ["0123", "254712345678", "true", "Wanjikũ", "a=b"])
def test_a_name_stays_as_it_is_whatever_it_looks_like(router, name):
    router.add_user(UserWish(name, name, comment="hsl"))
    (user,) = router.users(name=name)
    assert (user.name, user.password) == (name, name)


def test_users_are_found_by_their_comment_and_by_both(town, router):
    router.add_user(WISH)
    town.tables["/ip/hotspot/user"].add({"name": "of-the-owner"})
    assert [user.name for user in router.users(comment="hsl")] == ["hsl-7"]
    assert router.users(name="of-the-owner", comment="hsl") == []


def test_only_what_differs_is_written(town, router):
    router.add_user(WISH)
    (user,) = router.users()
    assert router.change_user(user, WISH) is False
    longer = UserWish("hsl-7", "0123", limit_seconds=7200, limit_bytes=2**33)
    assert router.change_user(user, longer) is True
    (told,) = orders(town, "/ip/hotspot/user")[1:]
    assert told.startswith("api /ip/hotspot/user/set")
    assert "limit-uptime=7200" in told
    assert "password" not in told
    assert "limit-bytes-total" not in told


def test_a_limit_is_lifted_by_wishing_none(town, router):
    router.add_user(WISH)
    (user,) = router.users()
    router.change_user(user, UserWish("hsl-7", "0123", comment="hsl"))
    (user,) = router.users()
    assert (user.limit_seconds, user.limit_bytes) == (None, None)
    town.join(MAC, IP).log_in("hsl-7", "0123")


def test_a_user_bound_to_a_device_is_let_go_of_it(town, router):
    router.add_user(UserWish("hsl-7", "0123", mac_address="02-00-00-00-00-0b"))
    (user,) = router.users()
    assert user.mac_address == "02:00:00:00:00:0B"
    router.change_user(user, UserWish("hsl-7", "0123"))
    town.join(MAC, IP).log_in("hsl-7", "0123")
    (user,) = router.users()
    assert user.mac_address == ""


def test_what_a_user_used_is_told_and_can_be_set_to_nothing(town, router):
    router.add_user(WISH)
    device = town.join(MAC, IP)
    device.log_in("hsl-7", "0123")
    device.use(10, 20)
    town.tick(town.now() + 60)
    device.log_out()
    (user,) = router.users()
    assert (user.bytes_in, user.bytes_out) == (10, 20)
    assert 60 <= user.used_seconds < 65
    router.reset_user_counters([user.id])
    (user,) = router.users()
    assert (user.bytes_in, user.used_seconds) == (0, 0)


def test_without_the_right_to_see_it_a_password_is_unknown_and_taken_as_right():
    town = PretendRouter(api_users={USER: PASSWORD}, api_groups={USER: "hsl"})
    town.tables["/user/group"].append(name="hsl", policy="read,write,api")
    where = RouterAddress("127.0.0.1", 0, USER, PASSWORD)
    with town:
        where = RouterAddress("127.0.0.1", town.api_port, USER, PASSWORD)
        with Router(where) as router:
            router.add_user(WISH)
            (user,) = router.users()
    assert user.password is None
    assert WISH.changes(user) == {}


def test_a_name_that_is_taken_is_given_up(router):
    router.add_user(WISH)
    with pytest.raises(GiveUp, match="already have user with this name"):
        router.add_user(WISH)


def test_the_router_s_own_users_are_known_as_such():
    row = {".id": "*0", "name": "default-trial", "default": "true"}
    assert user_of(row).is_own


def test_removing_users_that_are_gone_removes_the_others(town, router):
    first, second = router.add_user(WISH), router.add_user(UserWish("hsl-8", "x"))
    town.tables["/ip/hotspot/user"].remove({"numbers": first})
    router.remove_users([first, second])
    router.remove_users([first])
    router.remove_users([])
    assert router.users() == []


# -- profiles ------------------------------------------------------------------


def test_a_profile_is_made_once_and_then_only_changed(town, router):
    wish = ProfileWish("hsl-2M-4M", rate_limit="2M/4M", shared_users=2)
    assert router.put_profile(wish) is True
    assert router.put_profile(wish) is False
    (profile,) = router.profiles("hsl-2M-4M")
    assert (profile.rate_limit, profile.shared_users) == ("2M/4M", 2)
    assert profile.keepalive_seconds == 120
    assert router.put_profile(ProfileWish("hsl-2M-4M", shared_users=None)) is True
    (profile,) = router.profiles("hsl-2M-4M")
    assert (profile.rate_limit, profile.shared_users) == ("", None)
    assert len(orders(town, "/ip/hotspot/user/profile")) == 2


def test_the_default_profile_is_the_router_s_own(router):
    assert [profile.name for profile in router.profiles() if profile.is_own] == [
        "default"
    ]


def test_a_profile_without_a_user_can_be_removed(router):
    router.put_profile(ProfileWish("hsl-x"))
    (profile,) = router.profiles("hsl-x")
    router.remove_profiles([profile.id])
    assert router.profiles("hsl-x") == []


# -- bindings, cookies, sessions -------------------------------------------------


def test_a_binding_is_made_found_and_removed(router):
    made = router.add_binding(BindingWish(mac_address=MAC, comment="hsl tv"))
    (binding,) = router.bindings(MAC.lower())
    assert (binding.id, binding.type, binding.comment) == (made, "bypassed", "hsl tv")
    assert (binding.server, binding.address) == ("", "")
    router.remove_bindings([made])
    assert router.bindings() == []


def test_a_binding_without_a_type_is_regular_unless_a_flag_says_more():
    assert binding_of({".id": "*1"}).type == "regular"
    assert binding_of({".id": "*1", "bypassed": "true"}).type == "bypassed"


def test_a_device_that_the_router_lets_in_again_is_seen(town, router):
    router.add_user(WISH)
    town.join(MAC, IP).log_in("hsl-7", "0123")
    assert [cookie.mac_address for cookie in router.cookies("hsl-7")] == [MAC]
    assert router.cookies("hsl-8") == []


def test_a_session_is_put_out_by_its_id_also_when_it_went_by_itself(town, router):
    router.add_user(UserWish("hsl-7", "0123"))
    device = town.join(MAC, IP)
    device.log_in("hsl-7", "0123")
    (active,) = router.active()
    assert (active.server, active.login_by) == ("hsl", "http-pap")
    router.remove_active([active.id])
    assert not device.is_online
    router.remove_active([active.id])


# -- name and clock --------------------------------------------------------------


@pytest.mark.parametrize("version", ["6.49.10", "7.9.2", "7.18.2"])
def test_the_clock_is_read_before_and_after_dates_changed(version):
    with PretendRouter(version=version, api_users={USER: PASSWORD}) as town:
        town.set_wall(1718817497.0)
        where = RouterAddress("127.0.0.1", town.api_port, USER, PASSWORD)
        with Router(where) as router:
            assert router.clock().at in (1718817497, 1718817498)


def test_a_zone_is_taken_off_to_get_to_utc():
    row = {"date": "2024-05-17", "time": "17:58:11", "gmt-offset": "+03:00"}
    assert clock_of(row).at == 1715957891
    assert clock_of(row | {"gmt-offset": "-00:30"}).at == 1715957891 + 12600


def test_a_clock_that_makes_no_sense_is_no_clock():
    with pytest.raises(ValueError, match="time data"):
        clock_of({"date": "2024-13-17", "time": "17:58:11"})


def test_the_router_tells_its_name(town, router):
    assert router.identity() == "MikroTik"


def test_a_router_away_is_tried_again_by_every_question(town, router):
    town.refuse()
    for ask in (router.users, router.profiles, router.bindings, router.clock):
        with pytest.raises(TryAgain):
            ask()
