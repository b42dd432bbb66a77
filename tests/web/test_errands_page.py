"""The router looked at, fitted and tested, and the box examined, from a page."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from house import Browser, Site, Start, environment

from hotspot_lite import journey
from hotspot_lite.jobs import rows, sight
from hotspot_lite.town.whole import Town
from hotspot_lite.trade.house import conditions, errands
from hotspot_lite.trade.models import Audit, Errand

ROUTER, HEALTH = "/admin/router", "/admin/health"
HOURS = 3600


@pytest.fixture
def town() -> Iterator[Town]:
    with Town(scale=0.01) as made:
        yield made


@pytest.fixture
def fitted(start_site: Start, town: Town) -> Site:
    """A site with a router, whose box's user may do everything."""
    told = {name[8:]: value for name, value in town.settings().items()}
    return start_site(**told)


def ask(browser: Browser, path: str, do: str = "") -> int:
    token = browser.get(path).field("csrf")
    return browser.post(path, {"csrf": token, "do": do}).status


def work(site: Site) -> None:
    """Run what was asked for, as the worker does."""
    journey.here.use(site.box)
    for name, args in sight.waiting_jobs(rows):
        if "errand_id" in args:
            getattr(journey, name.partition(".")[2])(**args)


def unfit(town: Town) -> None:
    for row in town.router.tables["/ip/hotspot/profile"].rows:
        row["use-radius"] = "false"


class TestRouter:
    def test_a_page_never_waits_for_the_router(self, fitted: Site) -> None:
        manager = fitted.staff("mary", "manager")
        assert ask(manager, ROUTER, "plan") == 303
        page = manager.get(ROUTER).text
        assert "in a moment" in page and 'http-equiv="refresh"' in page

    def test_what_differs_is_shown_and_made_so(self, fitted: Site, town: Town) -> None:
        unfit(town)
        owner = fitted.staff("olive", "owner")
        assert "Make it so" not in owner.get(ROUTER).text
        ask(owner, ROUTER, "plan")
        work(fitted)
        page = owner.get(ROUTER).text
        assert "use-radius=yes" in page and "Make it so" in page
        ask(owner, ROUTER, "apply")
        work(fitted)
        page = owner.get(ROUTER).text
        assert 'class="said"' in page and "Make it so" not in page
        profile = town.router.tables["/ip/hotspot/profile"].rows
        assert any(row["use-radius"] in ("true", "yes") for row in profile)
        ask(owner, ROUTER, "plan")
        work(fitted)
        assert "use-radius=yes" not in owner.get(ROUTER).text.partition("Made so")[0]
        assert Audit.select().where(Audit.what == "router apply").count() == 1

    def test_an_old_plan_is_not_applied(self, fitted: Site, town: Town) -> None:
        unfit(town)
        owner = fitted.staff("olive", "owner")
        ask(owner, ROUTER, "plan")
        work(fitted)
        Errand.update(done_at=Errand.done_at - HOURS).execute()
        assert "Make it so" not in owner.get(ROUTER).text

    def test_the_way_to_it_is_tested_step_by_step(self, fitted: Site) -> None:
        manager = fitted.staff("mary", "manager")
        ask(manager, ROUTER, "test")
        work(fitted)
        page = manager.get(ROUTER).text
        assert "sign-in: ok" in page and "radius: not tried" in page
        assert "Join the WiFi" in page

    def test_a_router_that_is_away_is_said_with_what_to_do(
        self, fitted: Site, town: Town
    ) -> None:
        town.router.refuse()
        manager = fitted.staff("mary", "manager")
        ask(manager, ROUTER, "plan")
        work(fitted)
        page = manager.get(ROUTER).text
        assert 'class="wrong"' in page and 'http-equiv="refresh"' not in page

    def test_what_is_wrong_with_it_stands_above(self, fitted: Site) -> None:
        conditions.observe("router-clock", True, "Its clock is 9 min fast.", 1)
        conditions.observe("mail", True, "No mail left.", 1)
        page = fitted.staff("mary", "manager").get(ROUTER).text
        assert "9 min fast" in page and "No mail" not in page

    def test_no_secret_is_on_the_page(self, fitted: Site, town: Town) -> None:
        town.router.tables["/radius"].rows.clear()
        owner = fitted.staff("olive", "owner")
        for kind in ("plan", "apply"):
            ask(owner, ROUTER, kind)
            work(fitted)
        page = owner.get(ROUTER).text
        assert "/radius add" in page
        assert town.secret not in page
        assert not any(town.secret in one.outcome for one in Errand.select())

    def test_a_manager_fits_no_router_and_a_cashier_sees_none(
        self, fitted: Site
    ) -> None:
        manager = fitted.staff("mary", "manager")
        assert ask(manager, ROUTER, "apply") == 403
        assert ask(manager, ROUTER, "apply-secret") == 403
        assert ask(manager, ROUTER, "reboot") == 400
        assert fitted.staff("carl", "cashier").get(ROUTER).status == 403
        assert not Errand.select().exists()

    def test_without_a_router_the_page_says_how_to_set_one(
        self, start_site: Start
    ) -> None:
        site = start_site(ROUTER_HOST="")
        assert "router.host" in site.staff("mary", "manager").get(ROUTER).text


class TestHealth:
    def test_the_doctor_is_asked_and_its_findings_shown(
        self, site: Site, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        folder = site.box.settings.data_dir.parent
        for name, value in environment(folder).items():
            monkeypatch.setenv(name, value)
        manager = site.staff("mary", "manager")
        assert "not examined" in manager.get(HEALTH).text
        assert ask(manager, HEALTH) == 303
        work(site)
        page = manager.get(HEALTH).text
        assert "What is well" in page and "asked by mary" in page
        assert "worker" in page.lower()

    def test_what_is_wrong_with_the_machine_stands_there_unasked(
        self, site: Site
    ) -> None:
        conditions.observe("card-worn", True, "The card is worn out.", site.now())
        conditions.observe("router-away", True, "The router is gone.", site.now())
        page = site.staff("mary", "manager").get(HEALTH).text
        assert "The card is worn out." in page
        assert "The router is gone." not in page

    def test_a_disk_that_became_read_only_is_told_on_every_page(
        self, site: Site
    ) -> None:
        manager = site.staff("mary", "manager")
        assert "read-only" not in manager.get("/admin/").text
        sample = site.box.settings.run_dir / "machine.json"
        sample.write_text('{"read_only": true}')
        for path in ("/admin/", HEALTH):
            assert "disk is read-only" in manager.get(path).text

    def test_a_doctor_that_does_not_answer_is_told(
        self, site: Site, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("hotspot_lite.journey.errands.EXAMINE_SECONDS", 0.01)
        manager = site.staff("mary", "manager")
        ask(manager, HEALTH)
        work(site)
        assert "did not end well" in manager.get(HEALTH).text


def test_two_who_ask_at_once_ask_once(site: Site) -> None:
    first = errands.ask("health", "mary", site.now())
    assert errands.ask("health", "olive", site.now() + 5).id == first.id
    assert errands.ask("health", "olive", site.now() + HOURS).id != first.id


def test_an_errand_that_a_dead_worker_left_is_told(site: Site) -> None:
    made = errands.ask("plan", "mary", site.now() - HOURS)
    assert errands.begin(made.id) is not None
    page = site.staff("mary", "manager").get(ROUTER).text
    assert "nothing came of it" in page and 'http-equiv="refresh"' not in page


def test_only_the_newest_errands_are_kept(site: Site) -> None:
    for number in range(errands.KEPT + 5):
        made = errands.ask("health", "mary", site.now() + number)
        errands.end(made.id, {}, True, site.now() + number)
    assert Errand.select().count() == errands.KEPT
