"""A way to pay is one module and one line: this is the module, `RAILS` has the line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import pytest
from house import JOINED, Browser, Site, Start

from hotspot_lite import journey, rails
from hotspot_lite.settings import Settings
from hotspot_lite.trade.models import Payment, Subscription, Undecided
from hotspot_lite.wires.http import Caller
from hotspot_lite.wires.rail import Begun, Heard, Polled, Wanted


class Tokens:
    """Paid at once from tokens of the shop; one in doubt says neither yes nor no."""

    name, label = "tokens", "Shop tokens"
    kind: Literal["prompt", "redirect", "immediate", "manual"] = "immediate"
    hosts: tuple[str, ...] = ()
    supports_poll = True
    signed_callbacks = False
    needs_public_url = False
    repeatable = False
    last_date = None

    def is_set_up(self) -> bool:
        return True

    def begin(self, wanted: Wanted, now: int) -> Begun:
        if wanted.phone.endswith("9"):
            return Begun("uncertain", wanted.token, says="The till did not answer.")
        return Begun("paid", wanted.token, receipt=f"TK{wanted.payment_id}")

    def poll(self, checkout_request_id: str, begun_at: int, now: int) -> Polled:
        return Polled("failed", "no", "There were no tokens.")

    def hear(self, raw: bytes, headers: Mapping[str, str]) -> Heard | None:
        return None


def from_settings(settings: Settings, caller: Caller) -> Tokens:
    return Tokens()


@pytest.fixture
def site(start_site: Start, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setitem(rails.RAILS, "tokens", from_settings)  # the one line
    site = start_site(MPESA_CONSUMER_KEY="")
    site.plan()
    journey.here.use(site.box)
    return site


def buy(customer: Browser, phone: str) -> str:
    home = customer.get(f"/?{JOINED}")
    assert "Pay with Shop tokens" in home.text
    fields = {"plan": "1", "phone": phone, "state": home.field("state")}
    answer = customer.post("/buy", fields | {"rail": "tokens"})
    journey.push(payment_id=1)
    return answer.where


def test_money_that_is_there_at_once_becomes_time(
    site: Site, customer: Browser
) -> None:
    where = buy(customer, "0712345678")
    journey.fulfil(payment_id=1)
    assert (Payment.get().provider, Payment.get().receipt) == ("tokens", "TK1")
    assert Subscription.get().payment.id == 1
    assert "Money received" in customer.get(where).text


def test_what_is_in_doubt_is_asked_about_and_never_taken_for_paid(
    site: Site, customer: Browser
) -> None:
    buy(customer, "0712345679")
    assert Payment.get().state == "uncertain"
    journey.push(payment_id=1)  # run again: nothing is asked for twice
    a_minute_ago = site.now() - 60
    then = {"asked_at": a_minute_ago, "sent_at": a_minute_ago}
    Payment.update(**then, answered_at=a_minute_ago).execute()
    journey.reconcile()
    assert (Payment.get().state, Payment.get().result_code) == ("failed", "no")
    assert Subscription.select().count() == 0
    assert Undecided.select().count() == 0
