"""Fitting the pretend router: all of the plan or nothing, also when it is lost."""

from __future__ import annotations

import json
import stat

import pytest

from hotspot_lite.errors import BadInput, HotspotError

CONFIG = ("/radius", "/radius/incoming", "/ip/hotspot/profile", "/ip/hotspot", "/user")
CONFIG += ("/user/group", "/ip/hotspot/walled-garden/ip", "/ip/hotspot/ip-binding")
CONFIG += ("/system/scheduler", "/ip/service")


def rows_of(town) -> dict[str, list[dict[str, str]]]:
    """What a person would see, whatever ids the rows have."""
    return {
        menu: [{k: v for k, v in row.items() if k != ".id"} for row in rows]
        for menu, rows in ((m, town.tables[m].shown()) for m in CONFIG)
    }


def test_after_apply_nothing_differs_and_the_box_signs_in_itself(shop):
    outcome = shop.apply()
    assert outcome.is_good, outcome.as_dict()
    assert outcome.is_armed
    assert shop.plan().steps == []
    with shop.router(("hotspot-lite", "an-api-password")) as router:
        assert router.resource().version.startswith("7.18")


@pytest.mark.parametrize("version", ["6.49.10", "7.9.2", "7.18.2"])
def test_a_second_apply_changes_nothing_on_any_version(make_shop, version):
    shop = make_shop(version)
    assert shop.apply().is_good
    before, count = rows_of(shop.town), len(shop.written())
    again = shop.apply()
    assert again.is_good
    assert again.taken == ()
    assert rows_of(shop.town) == before
    assert len(shop.written()) == count


def test_the_pages_that_the_router_fetched_are_ours(shop):
    shop.apply()
    page = shop.town.tables["/file"].find(name="hsl/login.html")
    assert f"{shop.site.portal_url}/?mac=" in page["contents"]


def test_a_copy_of_what_was_is_kept_on_both_sides(shop):
    outcome = shop.apply()
    names = {row["name"] for row in shop.town.tables["/file"].rows}
    assert {"hsl-before.backup", "hsl-before.rsc"} <= names
    (copy,) = shop.folder.glob("router-*.json")
    assert json.loads(copy.read_text())["/radius"] == []
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert str(copy) in outcome.notes[0]


def test_no_secret_is_in_what_is_told(shop):
    told = json.dumps(shop.apply().as_dict())
    assert shop.site.secret not in told
    assert shop.site.api_password not in told


def test_rows_of_others_are_left_as_they_are(shop):
    tables = shop.town.tables
    tables["/radius"].append(service="hotspot", address="10.9.9.9", secret="theirs")
    tables["/ip/hotspot/user"].append(name="vc-1", comment="vc-1")
    tables["/system/scheduler"].append(name="1jam", comment="Monitor Profile 1jam")
    tables["/ip/hotspot/ip-binding"].append(address="10.5.50.9", type="bypassed")
    theirs = [dict(tables[m].rows[-1]) for m in ("/radius", "/ip/hotspot/user")]
    assert shop.apply().is_good
    assert theirs[0] in tables["/radius"].rows
    assert theirs[1] in tables["/ip/hotspot/user"].rows
    assert tables["/system/scheduler"].find(name="1jam") is not None
    assert tables["/ip/hotspot/ip-binding"].find(address="10.5.50.9") is not None


def test_a_blocked_plan_changes_nothing(shop):
    shop.town.is_hotspot_allowed = False
    with pytest.raises(BadInput, match="device-mode"):
        shop.apply()
    assert shop.written() == []


def test_a_step_that_fails_takes_back_those_before_it(shop):
    before = rows_of(shop.town)
    shop.town.free_flash_bytes = 0  # the pages don't fit
    outcome = shop.apply()
    assert not outcome.is_good
    assert "disk is full" in outcome.says
    assert "has been undone" in outcome.says
    assert rows_of(shop.town) == before
    assert "kept no backup" in outcome.notes[0]


def test_a_box_that_can_not_sign_in_afterwards_takes_all_back(shop):
    before = rows_of(shop.town)

    shop.box_login = ("hotspot-lite", "another-password")
    outcome = shop.apply()
    assert "invalid user name or password" in outcome.says
    assert rows_of(shop.town) == before


def test_a_cut_in_the_middle_is_waited_out_and_the_rest_is_done(shop):
    cut = []

    def after(taken):
        if not cut:
            cut.append(taken.step)
            shop.town.cut()

    assert shop.apply(after).is_good
    assert cut
    assert shop.plan().steps == []


def test_a_lost_router_is_told_of_with_what_it_will_do_itself(shop):
    def after(taken):
        if taken.step.menu == "/radius":
            shop.town.refuse()

    outcome = shop.apply(after, seconds=0.5)
    assert not outcome.is_good
    assert "within 7 minutes it takes the changes back by itself" in outcome.says
    assert shop.town.tables["/system/scheduler"].find(name="hsl-undo") is not None


def test_without_rights_nothing_is_left_half_done(make_shop):
    shop = make_shop(api_groups={"admin": "write"})
    with pytest.raises(HotspotError):
        shop.apply()
    assert shop.town.tables["/radius"].rows == []


@pytest.mark.parametrize("free_bytes", [0, 3_000])
def test_a_full_flash_is_told_of_and_nothing_is_changed(shop, free_bytes):
    shop.town.free_flash_bytes = free_bytes
    before = rows_of(shop.town)
    try:
        outcome = shop.apply()
    except HotspotError as exc:
        told = f"{exc.says} {exc.todo}"
    else:
        assert not outcome.is_good
        told = json.dumps(outcome.as_dict())
    assert "disk is full" in told
    assert rows_of(shop.town) == before
    shop.town.free_flash_bytes = 4_000_000
    assert shop.apply().is_good


def test_a_router_whose_clock_is_wrong_is_fitted_all_the_same(shop):
    shop.town.set_wall(0.0)
    assert shop.apply().is_good
    assert shop.plan().steps == []
