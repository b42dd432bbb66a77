"""The usage page: each day, who used most, one customer's days."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass

import pytest
from house import Browser, Site

from hotspot_lite.trade.models import Customer, Subscription
from hotspot_lite.trade.service import sessions

MIB = 1 << 20
PAGE = "/admin/usage"


@dataclass(frozen=True)
class Told:
    at: int
    unique_id: str
    octets_in: int
    octets_out: int
    subscription_id: int | None
    username: str
    seconds: int = 600
    status: str = "Interim-Update"
    acct_session_id: str = "1"
    mac: str = "BC:24:11:EB:56:4D"
    ip: str = "10.5.50.7"
    cause: str = ""
    nas: str = "router"


@pytest.fixture
def owner(site: Site) -> Browser:
    return site.staff("jane", "owner")


def used(site: Site, name: str, mib: int, days_ago: int = 0) -> None:
    at = site.now() - days_ago * 86400
    customer, _ = Customer.get_or_create(  # type: ignore[no-untyped-call]
        username=name, defaults={"secret": "s", "made_at": at}
    )
    terms = {"plan_name": "p", "price_cents": 1, "duration_seconds": 60, "devices": 1}
    bought = Subscription.create(customer=customer, rate="1M/1M", made_at=at, **terms)
    key = f"{name}{days_ago}"
    told = Told(at, key, mib * MIB, 3 * mib * MIB, bought.id, name)
    sessions.record([told], site.now(), str(site.box.settings["box.timezone"]))


def test_before_anything_was_used_the_page_says_so(owner: Browser) -> None:
    assert "Nothing was used yet" in owner.get(PAGE).text


def test_the_days_and_who_used_most_are_shown(site: Site, owner: Browser) -> None:
    used(site, "ann", 10)
    used(site, "<bob>", 100)
    used(site, "ann", 5, days_ago=2)
    text = owner.get(PAGE).text
    assert "440 MB" in text and "20 MB" in text
    assert text.index("&lt;bob&gt;") < text.index(">ann<")
    assert "<bob>" not in text


def test_a_day_and_a_customer_can_be_looked_at(site: Site, owner: Browser) -> None:
    used(site, "ann", 10)
    used(site, "bob", 100, days_ago=2)
    assert "400 MB" not in owner.get(f"{PAGE}?customer=ann").text
    page = owner.get(f"{PAGE}?day=2001-01-01").text
    assert "Nothing was used on 2001-01-01" in page
    assert "used nothing" in owner.get(f"{PAGE}?customer=nobody").text


@pytest.mark.parametrize(
    "query", ["day=x", "day=%ff", "customer=%ff", "day=2026-99-99"]
)
def test_nonsense_in_the_address_is_no_error(owner: Browser, query: str) -> None:
    assert owner.get(f"{PAGE}?{query}").status == 200


def command(site: Site, *words: str) -> subprocess.CompletedProcess[str]:
    told = [sys.executable, "-m", "hotspot_lite", "usage", *words]
    data = {"HOTSPOT_BOX_DATA_DIR": str(site.box.settings.data_dir)}
    return subprocess.run(told, env=data, capture_output=True, text=True, check=False)


def test_the_terminal_tells_the_same(site: Site) -> None:
    used(site, "ann", 10)
    used(site, "bob", 100)
    (day,) = json.loads(command(site, "--json").stdout)
    assert (day["download_bytes"], day["upload_bytes"]) == (330 * MIB, 110 * MIB)
    most = json.loads(command(site, "--json", "--day", day["day"]).stdout)
    assert [one["customer"] for one in most] == ["bob", "ann"]
    assert "30.0 MiB" in command(site, "--customer", "ann").stdout


def test_the_terminal_says_what_was_wrong(site: Site) -> None:
    assert "is no day" in command(site, "--day", "yesterday").stderr
    assert "no customer" in command(site, "--customer", "nobody").stderr
    assert command(site, "--day", "2026-01-01", "--customer", "a").returncode == 2
