"""What a router needs: the plan against the pretend router, the script, the pages."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from hotspot_lite.fitting.look import look
from hotspot_lite.onboarding import Plan, Seen, Site, login_pages, make, script, waking
from hotspot_lite.town.routeros import PretendRouter
from hotspot_lite.wires.routeros import Router, RouterAddress

# RouterOS's own command trees; the file says where they are from.
KNOWN = json.loads(Path(__file__).with_name("routeros_arguments.json").read_text())
VERSIONS = KNOWN["versions"]
SITE = Site(
    box_address="10.5.50.2",
    portal_url="http://10.5.50.2",
    nas_address="10.5.50.1",
    secret="a-radius-secret-of-32-characters",
    api_user="hotspot-lite",
    api_password="an-api-password",
)


def seen(town: PretendRouter, now: int | None = None) -> Seen:
    where = RouterAddress("127.0.0.1", town.api_port, "hotspot-lite", "api-password")
    with Router(where) as router:
        return look(router, now)


def plan_of(town: PretendRouter) -> Plan:
    return make(SITE, seen(town))


def test_looking_changes_nothing():
    with PretendRouter() as town:
        plan_of(town)
        told = [what for _, what in town.journal if what.startswith("api /")]
    assert told
    assert all("/print" in what for what in told)


def test_the_plan_says_what_differs_and_no_secret():
    with PretendRouter() as town:
        plan = plan_of(town)
    text = plan.text() + json.dumps(plan.as_dict())
    assert "/radius add service=hotspot" in text
    assert SITE.secret not in text
    assert SITE.api_password not in text


def test_another_radius_server_is_told_of_and_not_touched():
    with PretendRouter() as town:
        town.tables["/radius"].append(service="hotspot", address="10.9.9.9")
        plan = plan_of(town)
    assert "radius" in {one.code for one in plan.remarks}
    assert all("10.9.9.9" not in step.line() for step in plan.steps)


def test_a_forbidden_hotspot_blocks_the_plan():
    with PretendRouter() as town:
        town.is_hotspot_allowed = False
        plan = plan_of(town)
    assert plan.is_blocked
    assert "device-mode/update hotspot=yes" in plan.text()


def test_what_other_systems_left_is_found():
    with PretendRouter() as town:
        town.tables["/ip/hotspot/user/profile"].append(
            name="1jam", on_login=':put (",rem,1000,1h,1000,,Disable,")'
        )
        town.tables["/ip/hotspot/user"].append(name="vc-1", comment="vc-1")
        assert {"mikhmon", "users"} <= {one.code for one in plan_of(town).remarks}


def test_a_wrong_clock_is_told_where_ours_is_believed():
    with PretendRouter() as town:
        now = int(town.now())
        town.set_wall(0.0)
        told, untold = seen(town, now), seen(town, None)
    assert "clock" in {one.code for one in make(SITE, told).remarks}
    assert "clock" not in {one.code for one in make(SITE, untold).remarks}


@pytest.mark.parametrize("version", VERSIONS)
def test_every_step_has_only_arguments_that_the_version_knows(version):
    site = replace(SITE, portal_url="https://wifi.example", interface="bridge-hs")
    empty = ("/ip/hotspot", "/radius", "/ip/hotspot/walled-garden/ip", "/user")
    more = ("/user/group", "/file", "/ip/dhcp-server/option", "/ip/hotspot/ip-binding")
    more += ("/system/scheduler",)
    rows = {
        **dict.fromkeys((*empty, *more), ()),
        "/system/resource": [{"version": f"{version} (stable)"}],
        "/ip/address": [{"address": "10.5.50.1/24", "interface": "bridge-hs"}],
        "/ip/firewall/nat": [{"action": "masquerade"}],
        "/radius/incoming": [{"accept": "false", "port": "1700"}],
    }
    steps = make(site, Seen(rows)).steps
    assert len(steps) > 12
    for step in steps:
        assert_known(version, f"{step.menu} {step.verb}", set(step.words))


@pytest.mark.parametrize("version", VERSIONS)
def test_the_script_has_only_arguments_that_the_version_knows(version):
    text = script.setup(replace(SITE, portal_url="https://wifi.example"), True)
    text = re.sub(r'"(\\.|[^"\\])*"', "Q", text)  # a script within is tried apart
    found = re.findall(r"(/[a-z][a-z -]*?) (add|set|fetch) ([^\n}]*)", text)
    assert len(found) > 15
    for menu, verb, rest in found:
        bare = re.sub(r"\[[^]]*\]|\"[^\"]*\"", "", rest)
        names = set(re.findall(r"([a-z][a-z-]*)=", bare))
        assert_known(version, f"{menu.replace(' ', '/')} {verb}", names)


@pytest.mark.parametrize("version", VERSIONS)
def test_the_waking_script_has_only_what_the_version_knows(version):
    text = waking.script(SITE)
    (fetch,) = re.findall(r"/tool fetch ([^;]*);", text)
    names = set(re.findall(r"([a-z-]+)=", re.sub(r'"[^"]*"', "Q", fetch)))
    assert names == {"url", "mode", "output"}
    assert_known(version, "/tool fetch", names)
    used = set(re.findall(r"(comment|disabled)[=~]", text))
    assert used == {"comment", "disabled"}
    assert text.count("{") == text.count("}") and "date" not in text


def test_the_waking_script_is_there_only_where_users_sleep():
    with PretendRouter() as town:
        table = town.tables["/system/scheduler"]
        (step,) = [s for s in plan_of(town).steps if s.menu == "/system/scheduler"]
        table.add(dict(step.words))
        assert not [s for s in plan_of(town).steps if s.menu == "/system/scheduler"]
        awake = make(replace(SITE, wakes=False), seen(town)).steps
        (off,) = [s for s in awake if s.menu == "/system/scheduler"]
        assert off.words == {"disabled": "yes"}
    assert waking.NAME not in script.setup(replace(SITE, wakes=False), True)


def assert_known(version: str, command: str, names: set[str]) -> None:
    known = set(VERSIONS[version][command].split())
    assert names <= known, f"{version} {command}: {names - known}"


def test_the_pages_hand_over_what_the_portal_reads_and_show_errors():
    files = login_pages.files("http://10.5.50.2/")
    assert {"login.html", "alogin.html", "status.html", "error.html"} <= set(files)
    assert "http://10.5.50.2/?mac=$(mac-esc)&amp;ip=$(ip)" in files["login.html"]
    assert "$(if error)&amp;error=$(error-esc)$(endif)" in files["login.html"]
    # RouterOS escapes for URLs only: what somebody typed is never put in raw.
    assert not re.search(r"\$\((error|username|link-orig)\)", files["login.html"])


def test_payment_pages_are_opened_by_name_and_only_once():
    site = replace(SITE, garden=("checkout.paystack.com", "*.paystack.com"))
    with PretendRouter() as town:
        wanted = make(site, seen(town)).steps
        paid = [step for step in wanted if "payment page" in step.why]
        for step in paid:
            getattr(town.tables[step.menu], step.verb)(dict(step.words))
        again = make(site, seen(town)).steps
    assert [(step.menu, step.words["dst-host"]) for step in paid] == [
        ("/ip/hotspot/walled-garden/ip", "checkout.paystack.com"),
        ("/ip/hotspot/walled-garden", "*.paystack.com"),
    ]
    assert not [step for step in again if "payment page" in step.why]
    text = script.setup(site, True)
    assert "/ip hotspot walled-garden add dst-host=*.paystack.com action=allow" in text
