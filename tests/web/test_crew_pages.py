"""Staff, one's own account, the audit log and the settings, over real HTTP."""

from __future__ import annotations

import re

import pyotp
import pytest
from house import PASSWORD, Browser, Site

from hotspot_lite.trade.house import audit
from hotspot_lite.trade.models import Audit, Login, Staff, Stored
from hotspot_lite.trade.people import staff


@pytest.fixture
def owner(site: Site) -> Browser:
    return site.staff("olive", "owner")


def post(browser: Browser, path: str, **fields: str) -> tuple[int, str]:
    token = browser.get("/admin/me").field("csrf")
    answer = browser.post(path, {"csrf": token} | fields)
    return answer.status, answer.text


class TestStaff:
    def test_somebody_is_added_and_must_choose_a_password_first(
        self, site: Site, owner: Browser
    ) -> None:
        _, page = post(owner, "/admin/staff", do="add", name="sam", role="cashier")
        found = re.search(r"<b>([a-z0-9]{12})</b>", page)
        assert found
        sam = site.browser()
        told = {"name": "sam", "password": found[1]}
        assert sam.post("/admin/login", told).status == 303
        assert sam.get("/admin/cash").where == "/admin/me"
        status, _ = post(
            sam, "/admin/me/password", old=found[1], password="my own password"
        )
        assert status == 303
        assert sam.get("/admin/cash").status == 200

    def test_roles_are_changed_and_people_locked(
        self, site: Site, owner: Browser
    ) -> None:
        sam = site.staff("sam", "viewer")
        post(owner, "/admin/staff", do="role", name="sam", role="manager")
        assert sam.get("/admin/reports").status == 200
        post(owner, "/admin/staff", do="lock", name="sam")
        assert sam.get("/admin/reports").where == "/admin/login"

    def test_the_last_owner_stays(self, owner: Browser) -> None:
        status, page = post(
            owner, "/admin/staff", do="role", name="olive", role="viewer"
        )
        assert status == 422
        assert "last owner" in page
        assert Staff.get().role == "owner"

    @pytest.mark.parametrize("role", ["manager", "cashier", "viewer"])
    @pytest.mark.parametrize("path", ["staff", "settings", "audit", "backups"])
    def test_only_the_owner_may(self, site: Site, role: str, path: str) -> None:
        assert site.staff("sam", role).get(f"/admin/{path}").status == 403

    @pytest.mark.parametrize("path", ["reports", "messages", "imports", "books"])
    def test_a_manager_does_the_office(self, site: Site, path: str) -> None:
        assert site.staff("mary", "manager").get(f"/admin/{path}").status == 200
        assert site.staff("carl", "cashier").get(f"/admin/{path}").status == 403


class TestMe:
    def test_a_second_factor_is_set_up_and_asked_for(
        self, site: Site, owner: Browser
    ) -> None:
        page = owner.get("/admin/me")
        assert "<svg" in page.text
        secret = page.field("secret")
        code = pyotp.TOTP(secret).at(site.now())
        _, shown = post(owner, "/admin/me/factor", secret=secret, code=code)
        codes = re.findall(r"<b>([a-z0-9]{10})</b>", shown)
        assert len(codes) == 8
        other = site.browser()
        told = {"name": "olive", "password": PASSWORD}
        refused = other.post("/admin/login", told)
        assert refused.status == 422
        assert "code of your app" in refused.text
        assert other.post("/admin/login", told | {"code": codes[0]}).status == 303

    def test_a_wrong_code_turns_nothing_on(self, owner: Browser) -> None:
        secret = owner.get("/admin/me").field("secret")
        status, page = post(owner, "/admin/me/factor", secret=secret, code="000000")
        assert status == 422
        assert secret in page  # the app that was scanned stays right

    def test_it_is_turned_off_by_the_password_only(
        self, site: Site, owner: Browser
    ) -> None:
        Staff.update(totp_secret="JBSWY3DPEHPK3PXP").execute()
        assert post(owner, "/admin/me/factor", off="1", old="wrong")[0] == 422
        assert post(owner, "/admin/me/factor", off="1", old=PASSWORD)[0] == 303
        assert Staff.get().totp_secret == ""

    def test_other_sessions_are_seen_and_ended(
        self, site: Site, owner: Browser
    ) -> None:
        other = site.browser()
        other.post("/admin/login", {"name": "olive", "password": PASSWORD})
        assert Login.select().count() == 2
        assert "127.0.0.1" in owner.get("/admin/me").text
        post(owner, "/admin/me/sessions")
        assert other.get("/admin/").where == "/admin/login"
        assert owner.get("/admin/").status == 200

    def test_nothing_without_the_token(self, owner: Browser) -> None:
        for path in ("password", "factor", "sessions"):
            assert owner.post(f"/admin/me/{path}", {"csrf": "x"}).status == 403


class TestAuditLog:
    def test_it_is_searched_and_escaped(self, site: Site, owner: Browser) -> None:
        audit.note("sam", "refund", "<b>17</b>", site.now())
        audit.note("ali", "plan add", "Day", site.now())
        page = owner.get("/admin/audit?who=sam").text
        assert "&lt;b&gt;17" in page
        assert "plan add" not in page
        assert "Day" in owner.get("/admin/audit?text=plan").text

    def test_older_ones_are_a_link_away(self, site: Site, owner: Browser) -> None:
        for number in range(120):
            audit.note("sam", "refund", f"number {number:03}", site.now())
        page = owner.get("/admin/audit?who=sam")
        assert "number 119" in page.text
        link = re.search(r'href="(/admin/audit\?[^"]*before=\d+)"', page.text)
        assert link
        older = owner.get(link[1].replace("&amp;", "&")).text
        assert "number 069" in older
        assert "number 119" not in older


class TestSettings:
    def test_each_is_there_with_its_help(self, owner: Browser) -> None:
        from hotspot_lite.settings import DECLARED

        page = owner.get("/admin/settings").text
        for one in DECLARED:
            assert f'id="{one.name}"' in page

    def test_one_is_changed_with_before_and_after_and_put_back(
        self, owner: Browser
    ) -> None:
        told = {"name": "mail.host", "value": "mail.example.com"}
        assert post(owner, "/admin/settings", **told)[0] == 303
        assert Stored.get(Stored.name == "mail.host").value == "mail.example.com"
        note = Audit.select().order_by(Audit.id.desc()).get()
        assert note.detail == "mail.host: default → mail.example.com"
        page = owner.get("/admin/settings").text
        assert "<code>mail.host</code> (web)" in page
        own = page.partition('id="mail.host"')[2].partition("</form>")[0]
        assert 'Not in use yet. <a href="#waiting">' in own
        assert post(owner, "/admin/settings", name="mail.host", default="1")[0] == 303
        assert not Stored.select().where(Stored.name == "mail.host").exists()
        assert "not in use yet" not in owner.get("/admin/settings").text

    def test_a_wrong_value_is_told_and_stays_in_the_form(self, owner: Browser) -> None:
        told = {"name": "box.currency", "value": "shillings<"}
        status, page = post(owner, "/admin/settings", **told)
        assert status == 422
        assert "three capital letters" in page
        assert 'value="shillings&lt;"' in page

    def test_what_the_file_or_environment_says_can_not_be_changed_here(
        self, owner: Browser
    ) -> None:
        status, page = post(owner, "/admin/settings", name="box.data_dir", value="/x")
        assert status == 422
        assert "change it there" in page

    def test_a_secret_is_written_and_never_shown(self, owner: Browser) -> None:
        told = {"name": "sms.api_key", "value": "very-secret-key-1"}
        assert post(owner, "/admin/settings", **told)[0] == 303
        assert "very-secret-key-1" not in owner.get("/admin/settings").text
        assert "very-secret-key-1" not in owner.get("/admin/audit").text

    def test_there_is_no_such_setting(self, owner: Browser) -> None:
        assert post(owner, "/admin/settings", name="box.nmae", value="x")[0] == 422


def test_who_signs_in_is_noted_with_the_address(site: Site, owner: Browser) -> None:
    assert Audit.select().where(Audit.what == "sign in").get().detail == "127.0.0.1"
    assert staff.everybody()[0].name == "olive"
