"""Programs that may ask the box, and addresses that the box calls: the owner's page."""

from __future__ import annotations

from typing import Any

from bottle import Bottle, HTTPError, HTTPResponse

from hotspot_lite.errors import BadInput
from hotspot_lite.trade.models import ApiToken, Webhook
from hotspot_lite.trade.office import hooks
from hotspot_lite.trade.people import tokens
from hotspot_lite.trade.people.staff import Person
from hotspot_lite.web import pages
from hotspot_lite.web.desk import Desk, number
from hotspot_lite.web.login import admits
from hotspot_lite.web.waiting import clock_text

HERE = "/admin/programs"


class Programs(Desk):
    """Tokens and webhooks; a token and a hook's secret are shown once."""

    def add_to(self, app: Bottle) -> None:
        """Put its pages on `app`, behind the door."""
        app.route(HERE, "GET", self.door.guarded(self.shown))
        app.route(HERE, "POST", self.door.guarded(self.change))

    @admits()
    def shown(self, person: Person) -> HTTPResponse:
        """GET /admin/programs: tokens and webhooks."""
        return self._page(person)

    @admits()
    def change(self, person: Person) -> HTTPResponse:
        """POST /admin/programs {do}: make-token, revoke, add-hook, delete-hook,
        resume-hook."""
        do, which = pages.form("do", 20), number("id", 0)
        try:
            if do == "make-token":
                return self._page(person, token=self._make_token(person))
            if do == "add-hook":
                types = pages.form("types", 500).split()
                url = pages.form("url", 600).strip()
                made = hooks.add(url, types, person.name, self.now())
                return self._page(person, secret=made.secret)
        except BadInput as exc:
            return self._page(person, 422, exc, do)
        doing = {
            "revoke": tokens.revoke,
            "delete-hook": hooks.remove,
            "resume-hook": hooks.resume,
        }
        if do not in doing or not doing[do](which, person.name, self.now()):
            raise HTTPError(404)
        return pages.go_to(HERE)

    def _make_token(self, person: Person) -> str:
        name, scope = pages.form("name", 100), pages.form("scope", 10)
        return tokens.make(name, scope, number("days", -1), person.name, self.now())

    def _page(
        self,
        person: Person,
        status: int = 200,
        problem: BadInput | None = None,
        wrong: str = "",
        token: str = "",
        secret: str = "",
    ) -> HTTPResponse:
        return self.page(
            "programs",
            person,
            status,
            problem,
            wrong=wrong,
            token=token,
            secret=secret,
            scopes=tokens.SCOPES,
            tokens=[self._token(one) for one in tokens.listed()],
            hooks=[self._hook(one) for one in hooks.listed()],
            values={
                name: pages.form(name, 600) if wrong else ""
                for name in ("name", "scope", "days", "url", "types")
            },
        )

    def _token(self, one: ApiToken) -> dict[str, Any]:
        now = self.now()
        is_over = one.expires_at is not None and one.expires_at <= now
        return {
            "id": one.id,
            "name": one.name,
            "scope": one.scope,
            "made": f"{self._when(one.made_at)} by {one.made_by}",
            "used": self._when(one.used_at) or "never",
            "until": "over" if is_over else self._when(one.expires_at) or "for ever",
        }

    def _hook(self, one: Webhook) -> dict[str, Any]:
        state = "failing" if one.failing_since else "works" if one.told_at else "new"
        return {
            "id": one.id,
            "url": one.url,
            "types": one.types or "everything",
            "state": "paused" if one.is_paused else state,
            "is_paused": one.is_paused,
            "says": one.says,
            "told": self._when(one.told_at) or "never",
        }

    def _when(self, at: int | None) -> str:
        return clock_text(at, self.zone(), self.now())
