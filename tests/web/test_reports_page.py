"""The owner reads reports and takes them away as files; nobody else does."""

from __future__ import annotations

import pytest
from house import Browser, Site

from hotspot_lite import journey
from hotspot_lite.jobs import rows, sight
from hotspot_lite.trade.goods import catalogue
from hotspot_lite.trade.models import Export
from hotspot_lite.trade.money import payments
from hotspot_lite.trade.office import reports


@pytest.fixture
def owner(site: Site) -> Browser:
    return site.staff("olive", "owner")


def a_sale(site: Site) -> None:
    plan = catalogue.add("<b>Hour</b>", "20", "1h", site.now())
    payment = payments.ask(payments.Ask(plan, "254712345678"), b"k" * 32, site.now())
    payments.mark_paid(payment, "callback", None, "R1", site.now())


def ask(owner: Browser, **more: str) -> str:
    page = owner.get("/admin/reports")
    told = {"csrf": page.field("csrf"), "report": "takings-package", "format": "csv"}
    answer = owner.post("/admin/exports", told | more)
    return answer.where if answer.status == 303 else str(answer.status)


def work(site: Site) -> None:
    journey.here.use(site.box)
    for name, args in sight.waiting_jobs(rows):
        if name == "default.write_export":
            journey.write_export(**args)


class TestReading:
    @pytest.mark.parametrize("name", list(reports.REPORTS))
    def test_each_report_is_shown(self, site: Site, owner: Browser, name: str) -> None:
        a_sale(site)
        page = owner.get(f"/admin/reports?report={name}")
        assert page.status == 200
        assert reports.REPORTS[name].title in page.text

    def test_figures_and_foreign_texts(self, site: Site, owner: Browser) -> None:
        a_sale(site)
        page = owner.get("/admin/reports?report=takings-package").text
        assert "&lt;b&gt;Hour&lt;/b&gt;" in page
        assert "20.00" in page

    @pytest.mark.parametrize(
        "query",
        ["report=none", "first=tomorrow", "first=2026-12-01&last=2026-11-01"],
    )
    def test_what_makes_no_sense_is_told_and_not_broken(
        self, owner: Browser, query: str
    ) -> None:
        page = owner.get(f"/admin/reports?{query}")
        assert page.status == 422
        assert 'role="alert"' in page.text


class TestFiles:
    def test_a_file_is_asked_for_made_and_downloaded(
        self, site: Site, owner: Browser
    ) -> None:
        a_sale(site)
        where = ask(owner)
        assert 'http-equiv="refresh"' in owner.get(where).text
        work(site)
        page = owner.get(where).text
        assert 'http-equiv="refresh"' not in page
        ref = Export.get().ref
        file = owner.get(f"/admin/exports/{ref}")
        assert "<b>Hour</b>,1,20.00,0.00,20.00" in file.text
        assert "takings-package" in file.headers["content-disposition"]
        assert file.headers["cache-control"] == "no-store"

    def test_one_is_cancelled_and_tried_again(self, site: Site, owner: Browser) -> None:
        ask(owner)
        token = owner.get("/admin/reports").field("csrf")
        told = {"csrf": token, "id": str(Export.get().id)}
        owner.post("/admin/exports/cancel", told)
        assert Export.get().state == "cancelled"
        owner.post("/admin/exports/again", told)
        assert Export.get().state == "waiting"

    def test_what_can_not_be_made_is_told_on_the_page(self, owner: Browser) -> None:
        assert ask(owner, format="exe") == "422"
        assert not Export.select().exists()

    @pytest.mark.parametrize("ref", ["none", "..%2Fhotspot.db"])
    def test_no_other_file_can_be_had(self, owner: Browser, ref: str) -> None:
        assert owner.get(f"/admin/exports/{ref}").status == 404


class TestOthers:
    @pytest.mark.parametrize("role", ["cashier", "viewer"])
    def test_nobody_else_reads_or_takes_them(
        self, site: Site, owner: Browser, role: str
    ) -> None:
        ask(owner)
        work(site)
        browser = site.staff("sam", role)
        assert browser.get("/admin/reports").status == 403
        assert browser.get(f"/admin/exports/{Export.get().ref}").status == 403
        assert site.browser().get(f"/admin/exports/{Export.get().ref}").status == 303

    def test_nothing_is_asked_for_without_the_token(self, owner: Browser) -> None:
        assert ask(owner, csrf="x") == "403"
