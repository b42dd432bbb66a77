"""The owner sees what went to the accounting system, and mends what was refused."""

from __future__ import annotations

import pytest
from house import Browser, Site

from hotspot_lite.trade.models import SyncItem
from hotspot_lite.trade.office import syncing
from hotspot_lite.wires.bookkeeper import Call


@pytest.fixture
def owner(site: Site) -> Browser:
    site.plan("1 Hour")
    syncing.collect(site.now())
    return site.staff("olive", "owner")


def post(owner: Browser, verb: str, **more: str) -> int:
    token = owner.get("/admin/books").field("csrf")
    return owner.post(f"/admin/books/{verb}", {"csrf": token} | more).status


class TestBooks:
    def test_without_an_account_it_says_how_to_begin(self, owner: Browser) -> None:
        assert "moysklad.token" in owner.get("/admin/books").text

    def test_what_was_refused_is_shown_escaped_and_tried_again(
        self, owner: Browser
    ) -> None:
        (item,) = syncing.take()
        syncing.not_written(item, "<script>name</script>", final=True)
        page = owner.get("/admin/books").text
        assert "&lt;script&gt;name" in page
        assert post(owner, "retry", id=str(item.id)) == 303
        assert SyncItem.get().state == "pending"

    def test_stopped_it_says_why_and_goes_on_when_told(
        self, site: Site, owner: Browser
    ) -> None:
        syncing.shut("MoySklad does not let us in.")
        assert post(owner, "resume") == 303
        assert not syncing.standing().is_shut

    def test_requests_are_listed(self, site: Site, owner: Browser) -> None:
        call = Call("POST", "/entity/service", 200, 12, '{"name": "<b>"}', "{}")
        syncing.note_call(site.now(), call)
        page = owner.get("/admin/books").text
        assert "POST /entity/service: 200, 12 ms" in page
        assert "&lt;b&gt;" in page

    def test_sync_all_looks_at_everything(self, site: Site, owner: Browser) -> None:
        SyncItem.delete().execute()
        assert post(owner, "all") == 303
        assert SyncItem.select().count() == 1


@pytest.mark.parametrize("role", ["cashier", "viewer"])
def test_nobody_else_sees_the_books(site: Site, role: str) -> None:
    browser = site.staff("sam", role)
    assert browser.get("/admin/books").status == 403
