"""The settings: all of them, from their declarations, each with its help."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from bottle import Bottle, HTTPResponse

from hotspot_lite import settings
from hotspot_lite.errors import BadInput
from hotspot_lite.settings import BY_NAME, DECLARED, Setting
from hotspot_lite.trade.house import preferences
from hotspot_lite.trade.people.staff import Person
from hotspot_lite.web import pages
from hotspot_lite.web.admin.login import admits
from hotspot_lite.web.renewing import RENEW, Renewing

TITLES = {
    "box": "The place",
    "web": "Portal and admin page",
    "live": "Live page",
    "mpesa": "M-Pesa",
    "paystack": "Paystack",
    "money": "Money",
    "access": "Access",
    "router": "Router",
    "radius": "RADIUS",
    "sms": "SMS",
    "message": "Messages to many",
    "mail": "Mail",
    "report": "Reports",
    "moysklad": "MoySklad",
    "backup": "Backups",
    "tidy": "What is kept for how long",
}
# What the machine itself is set up by: a wrong one and no page could mend it.
# Nor may a stolen session take backups away in clear.
FILE_ONLY = (
    *("box.data_dir", "box.run_dir", "web.host", "web.port", "live.host"),
    "backup.passphrase_file",
)
MOST_LETTERS = 2000


class SettingsPage(Renewing):
    """The owner's settings."""

    def add_to(self, app: Bottle) -> None:
        """Put its pages on `app`, behind the door."""
        app.route("/admin/settings", "GET", self.door.guarded(self.show))
        app.route("/admin/settings", "POST", self.door.guarded(self.change))
        app.route(RENEW, "POST", self.door.guarded(self.renew))

    @admits()
    def show(self, person: Person) -> HTTPResponse:
        """GET /admin/settings: each with its value, where it is from, and its help."""
        return self._page(person)

    @admits()
    def change(self, person: Person) -> HTTPResponse:
        """POST /admin/settings {name, value} or {name, default}: one of them."""
        name, value = pages.form("name", 60), pages.form("value", MOST_LETTERS).strip()
        try:
            self._check(name)
            if pages.form("default", 1):
                preferences.forget(name, person.name, self.now())
            else:
                preferences.change(name, value, person.name, self.now())
        except BadInput as exc:
            return self._page(person, 422, exc, name, value)
        return pages.go_to(f"/admin/settings?done={name}#{name}")

    @admits()
    def renew(self, person: Person) -> HTTPResponse:
        """POST /admin/settings/renew: start the box's processes anew, this one too."""
        try:
            asked = self.start_anew(person.name)
        except BadInput as exc:
            return self._page(person, 422, exc)
        if not asked:
            return pages.go_to("/admin/settings")
        roles = ", ".join(one.role for one in asked)
        return self.page("renewed", person, roles=roles)

    def _check(self, name: str) -> None:
        if name not in BY_NAME:
            raise settings.unknown(name, BY_NAME, "setting")
        if name in FILE_ONLY or self.fresh().origin(name) in ("environment", "file"):
            raise BadInput(
                f"{name} is set in config.toml or the environment.",
                "That goes before this page: change it there.",
                field=name,
            )

    def _page(
        self,
        person: Person,
        status: int = 200,
        problem: BadInput | None = None,
        name: str = "",
        typed: str = "",
    ) -> HTTPResponse:
        fresh = self.fresh()
        groups = [
            (TITLES.get(section, section), [self._row(one, fresh) for one in some])
            for section, some in groupby(
                sorted(DECLARED, key=_order), key=lambda one: one.name.split(".")[0]
            )
        ]
        done = pages.query("done")
        return self.page(
            "settings",
            person,
            status,
            problem,
            groups=groups,
            wrong=name,
            typed=typed,
            done=done if done in BY_NAME else "",
            waiting=self.waiting(),
        )

    def _row(self, one: Setting, fresh: settings.Settings) -> dict[str, Any]:
        value, origin = fresh[one.name], fresh.origin(one.name)
        is_flag = isinstance(one.default, bool)
        shown = ("yes" if value else "no") if is_flag else str(value)
        standard = ("yes" if one.default else "no") if is_flag else str(one.default)
        return {
            "name": one.name,
            "help": one.help,
            "value": "" if one.secret else shown,
            "default": standard,
            "is_secret": one.secret,
            "is_set": bool(value),
            "is_flag": is_flag,
            "is_changed": origin != "default",
            "origin": origin,
            "is_locked": one.name in FILE_ONLY or origin in ("environment", "file"),
        }


def _order(one: Setting) -> tuple[int, str]:
    section = one.name.split(".")[0]
    names = list(TITLES)
    return (names.index(section) if section in names else len(names), section)
