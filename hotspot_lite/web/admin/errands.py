"""The router's page and the box's health: asked of the worker, shown when done."""

from __future__ import annotations

from typing import Any

from bottle import Bottle, HTTPError, HTTPResponse

from hotspot_lite.trade.house import conditions, errands
from hotspot_lite.trade.house.errands import APPLY, APPLY_SECRET, HEALTH, PLAN, TEST
from hotspot_lite.trade.models import Errand
from hotspot_lite.trade.people.staff import Person
from hotspot_lite.web import pages
from hotspot_lite.web.admin.desk import Desk
from hotspot_lite.web.admin.login import admits
from hotspot_lite.web.portal.waiting import clock_text

# While something goes on the page looks again so often.
LOOK_AGAIN_SECONDS = 2
# A plan that is older may not be what the router is like; look again before fitting.
FRESH_SECONDS = 900
ABOUT_ROUTER = frozenset(
    ("router-away", "router-clock", "router-drift", "router-firmware", "mirror-clash")
) | frozenset(("free-riders", "bypass-bindings", "radius-silent"))

ABOUT_MACHINE = frozenset(
    ("power-low", "box-hot", "card-worn", "card-errors", "card-read-only")
)


class Errands(Desk):
    """What is asked of the worker by a page, and shown there."""

    def add_to(self, app: Bottle) -> None:
        """Put its pages on `app`, behind the door."""
        for path, method, view in (
            ("/admin/router", "GET", self.router),
            ("/admin/router", "POST", self.ask_router),
            ("/admin/health", "GET", self.health),
            ("/admin/health", "POST", self.ask_health),
        ):
            app.route(path, method, self.door.guarded(view))

    @admits("manager")
    def router(self, person: Person) -> HTTPResponse:
        """GET /admin/router: how it differs from what the box needs, and proofs."""
        plan, fitted = errands.newest(PLAN), errands.newest(APPLY, APPLY_SECRET)
        test = errands.newest(TEST)
        return self.page(
            "router",
            person,
            host=self.box.settings["router.host"],
            wrong=[one for one in conditions.wrong() if one.name in ABOUT_ROUTER],
            plan=self._shown(plan),
            may_apply=person.may("owner") and self._is_fit_to_apply(plan, fitted),
            fitted=self._shown(fitted),
            test=self._shown(test),
            refresh=self._refresh(plan, fitted, test),
        )

    @admits("manager")
    def ask_router(self, person: Person) -> HTTPResponse:
        """POST /admin/router {do}: plan, test; apply, apply-secret for the owner."""
        kind = pages.form("do", 20)
        if kind not in (PLAN, TEST, APPLY, APPLY_SECRET):
            raise HTTPError(400)
        if kind in (APPLY, APPLY_SECRET) and not person.may("owner"):
            raise HTTPError(403)
        errands.ask(kind, person.name, self.now())
        return pages.go_to("/admin/router")

    @admits("manager")
    def health(self, person: Person) -> HTTPResponse:
        """GET /admin/health: what `hotspot-lite doctor` found when last asked."""
        found = errands.newest(HEALTH)
        told = self._shown(found)
        findings = told["outcome"].get("findings", []) if told else []
        return self.page(
            "health",
            person,
            wrong=[one for one in conditions.wrong() if one.name in ABOUT_MACHINE],
            told=told,
            sections=_sections([one for one in findings if one["level"] != "ok"]),
            well=_sections([one for one in findings if one["level"] == "ok"]),
            refresh=self._refresh(found),
        )

    @admits("manager")
    def ask_health(self, person: Person) -> HTTPResponse:
        """POST /admin/health: examine the box now."""
        errands.ask(HEALTH, person.name, self.now())
        return pages.go_to("/admin/health")

    def _is_fit_to_apply(self, plan: Errand | None, fitted: Errand | None) -> bool:
        if plan is None or plan.state != "done":
            return False
        told = errands.outcome(plan)
        is_fresh = self.now() - (plan.done_at or 0) < FRESH_SECONDS
        is_newer = fitted is None or fitted.id < plan.id
        return is_fresh and is_newer and not told["is_done"] and not told["is_blocked"]

    def _refresh(self, *found: Errand | None) -> int:
        open_ = [one for one in found if one and errands.is_going_on(one, self.now())]
        return LOOK_AGAIN_SECONDS if open_ else 0

    def _shown(self, errand: Errand | None) -> dict[str, Any] | None:
        if errand is None:
            return None
        now = self.now()
        is_open = errands.is_going_on(errand, now)
        is_lost = not is_open and errand.state in ("waiting", "running")
        return {
            "state": "lost" if is_lost else errand.state,
            "is_open": is_open,
            "at": clock_text(errand.done_at or errand.at, self.zone(), now),
            "who": errand.who,
            "outcome": errands.outcome(errand),
        }


def _sections(findings: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Findings by their section, in the doctor's order."""
    found: dict[str, list[dict[str, Any]]] = {}
    for one in findings:
        found.setdefault(one["section"], []).append(one)
    return found
