"""The whole box as real processes, with an API operator and the strictest policy."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

import pytest

from hotspot_lite.stage import Stage, until
from hotspot_lite.town.visitor import Visitor

STRICT = {
    "HOTSPOT_RADIUS_SERVER": "embedded",
    "HOTSPOT_MPESA_CONFIRM": "require_status",
}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with Stage(tmp_path_factory.mktemp("box"), scale=0.01, more=STRICT) as made:
        made.prepare()
        made.start()
        yield made


@pytest.fixture(scope="module")
def customer(stage: Stage) -> Visitor:
    visitor = stage.town.visitor()
    visitor.buy(visitor.browse(), "1 Hour")
    assert until(visitor.is_on_the_internet, 20)
    return visitor


def test_a_receipt_is_asked_about_before_it_counts(
    stage: Stage, customer: Visitor
) -> None:
    shown = stage.command("payment", "show", "1")
    assert (shown["state"], shown["settled_by"]) == ("paid", "callback")
    assert any("asked to confirm, agreed" in line for line in shown["story"])
    assert len(stage.town.daraja.seen("status")) == 1


def test_money_given_back_ends_its_time_within_seconds(
    stage: Stage, customer: Visitor
) -> None:
    stage.command("payment", "refund", "1", "--why", "Paid twice")
    assert until(lambda: stage.town.daraja.book.returned, 10)
    assert until(lambda: not customer.is_on_the_internet(), 10)
    (back,) = stage.town.daraja.book.returned
    story = stage.command("payment", "show", "1")["story"]
    assert any("Given back by M-Pesa, 20.00" in line for line in story)
    assert back.original.phone == customer.phone


def test_a_receipt_from_m_pesa_s_own_menu_brings_its_time(stage: Stage) -> None:
    visitor = stage.town.visitor()
    receipt = stage.town.daraja.by_hand.pay("254700999999", 20, "soap")
    home = visitor.browse()
    link = re.search(r'href="(/claim[^"]*)"', home.html)
    assert link is not None
    page = visitor.get(stage.town.portal_url + unescape(link[1]))
    told = visitor.submit(page.form_with("receipt"), receipt=receipt)
    assert "M-Pesa" in told.html
    assert until(visitor.is_on_the_internet, 20)
