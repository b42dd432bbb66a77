"""The page of automatic messages: each kind turned on and worded by a manager."""

from __future__ import annotations

from house import Browser, Site

from hotspot_lite.trade.messaging import letters

HERE = "/admin/messages/automatic"


def form(browser: Browser, kind: str, **more: str) -> dict[str, str]:
    told = {"csrf": browser.get(HERE).field("csrf"), "kind": kind, "on": "1"}
    return told | {"amount": "30", "en": "", "sw": ""} | more


def test_every_kind_is_there_with_its_words(site: Site) -> None:
    page = site.staff("mary", "manager").get(HERE).text
    for kind in letters.KINDS.values():
        assert f'id="{kind.name}"' in page and kind.title in page
    assert "{password}" in page and "not sent" in page


def test_a_manager_words_one_and_turns_it_on(site: Site) -> None:
    manager = site.staff("mary", "manager")
    words = form(manager, "expiring", amount="45", en="Only <b>{left}</b>!")
    answer = manager.post(HERE, words)
    assert answer.where == f"{HERE}?done=expiring#expiring"
    kept = letters.standing(letters.EXPIRING)
    assert (kept.is_on, kept.amount) == (True, 45)
    assert kept.text("en") == "Only <b>{left}</b>!"
    page = manager.get(f"{HERE}?done=expiring").text
    assert "Soon over is kept." in page and "<b>{left}" not in page


def test_what_is_wrong_is_said_beside_and_the_typing_stays(site: Site) -> None:
    manager = site.staff("mary", "manager")
    answer = manager.post(HERE, form(manager, "credentials", sw="Karibu {login}"))
    assert answer.status == 422
    assert "Without {password}" in answer.text and "Karibu {login}" in answer.text
    assert letters.standing(letters.CREDENTIALS).texts == {}


def test_a_cashier_changes_none(site: Site) -> None:
    cashier = site.staff("carl", "cashier")
    assert cashier.get(HERE).status == 403
    token = cashier.get("/admin/vouchers").field("csrf")
    answer = cashier.post(HERE, {"csrf": token, "kind": "expired", "on": "1"})
    assert answer.status == 403
    assert not letters.standing(letters.EXPIRED).is_on
