"""The owner reads files in on the page: a few rows at once, many by a job."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from house import Browser, Site

from hotspot_lite import journey
from hotspot_lite.jobs import rows, sight
from hotspot_lite.trade.models import Customer, ImportRun, Plan


@pytest.fixture
def owner(site: Site) -> Browser:
    return site.staff("olive", "owner")


def csrf(owner: Browser) -> str:
    return owner.get("/admin/imports").field("csrf")


def paste(owner: Browser, text: str, kind: str = "customers") -> tuple[int, str]:
    told = {"csrf": csrf(owner), "kind": kind, "text": text}
    answer = owner.post("/admin/imports", told)
    return answer.status, answer.where or answer.text


def work(site: Site) -> None:
    journey.here.use(site.box)
    for name, args in sight.waiting_jobs(rows):
        if name == "default.run_import":
            journey.run_import(**args)


class TestPasting:
    def test_a_few_rows_are_looked_at_and_taken_in_at_once(
        self, owner: Browser
    ) -> None:
        _, where = paste(owner, "phone,login\n0712345678,amina\n<b>,x\n")
        page = owner.get(where).text
        assert "<b>1</b> rows can be taken in" in page
        assert "&lt;b&gt;" in page
        assert not Customer.select().exists()
        owner.post(f"{where}/accept", {"csrf": csrf(owner)})
        assert Customer.get().username == "amina"
        assert "<b>1</b> rows were taken in" in owner.get(where).text

    def test_refused_rows_are_downloaded(self, owner: Browser) -> None:
        _, where = paste(owner, "phone\nbad\n")
        file = owner.get(f"{where}/refused.csv")
        assert "refused because,phone" in file.text
        assert file.headers["cache-control"] == "no-store"

    def test_what_is_no_table_is_told(self, owner: Browser) -> None:
        _, where = paste(owner, "hello")
        assert "There is no column phone" in owner.get(where).text

    def test_nothing_at_all_is_told_on_the_form(self, owner: Browser) -> None:
        status, page = paste(owner, "")
        assert status == 422
        assert "The file is not here" in page


class TestFiles:
    def test_a_file_comes_in_pieces_and_many_rows_by_a_job(
        self, site: Site, owner: Browser
    ) -> None:
        raw = ("phone\n" + "".join(f"07000{n:05}\n" for n in range(1200))).encode()
        token = csrf(owner)
        for offset in range(0, len(raw), 9000):
            piece = base64.b64encode(raw[offset : offset + 9000]).decode()
            told = {"csrf": token, "offset": str(offset), "piece": piece}
            assert owner.post("/admin/imports/piece", told).status == 200
        told = {"csrf": token, "kind": "customers", "name": "<i>.csv", "text": ""}
        where = owner.post("/admin/imports", told).where
        assert 'http-equiv="refresh"' in owner.get(where).text
        work(site)
        page = owner.get(where).text
        assert "<b>1200</b> rows can be taken in" in page
        assert "&lt;i&gt;.csv" in page
        owner.post(f"{where}/accept", {"csrf": token})
        work(site)
        assert Customer.select().count() == 1200

    def test_a_piece_that_does_not_follow_is_refused(self, owner: Browser) -> None:
        told = {"csrf": csrf(owner), "offset": "5", "piece": "aGk="}
        assert owner.post("/admin/imports/piece", told).status == 422


class TestOthers:
    @pytest.mark.parametrize("role", ["cashier", "viewer"])
    def test_nobody_else_reads_in(self, site: Site, role: str) -> None:
        assert site.staff("sam", role).get("/admin/imports").status == 403

    def test_nothing_happens_without_the_token(self, owner: Browser) -> None:
        told = {"csrf": "x", "kind": "customers", "text": "phone\n0712345678"}
        assert owner.post("/admin/imports", told).status == 403
        assert not ImportRun.select().exists()

    def test_an_import_there_is_not(self, owner: Browser) -> None:
        assert owner.get("/admin/imports/99").status == 404


def test_a_dump_of_phpnuxbill_is_looked_at_by_a_job(site: Site, owner: Browser) -> None:
    assert "mysqldump phpnuxbill" in owner.get("/admin/imports").text
    dump = (Path(__file__).parents[1] / "papers/data/nuxbill_extended.sql").read_text()
    status, where = paste(owner, dump, "phpnuxbill")
    assert status == 303
    work(site)
    assert "rude is banned there." in owner.get(where).text
    assert Plan.select().count() == 0
