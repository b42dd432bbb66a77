"""The staff: who may enter and as what; and one's own password, factor and sessions."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from bottle import Bottle, HTTPResponse

from hotspot_lite.errors import BadInput
from hotspot_lite.trade.models import Staff
from hotspot_lite.trade.people import second_factor, staff
from hotspot_lite.trade.people.customers import random_code
from hotspot_lite.trade.people.staff import Person
from hotspot_lite.web import pages, qr
from hotspot_lite.web.desk import Desk
from hotspot_lite.web.login import ANYBODY, ME, admits

# Made for somebody else, and to be changed at the first sign-in.
ONE_TIME_LETTERS = 12


class Crew(Desk):
    """The owner's page of the staff, and everybody's own page."""

    def add_to(self, app: Bottle) -> None:
        """Put its pages on `app`, behind the door."""
        for path, method, view in (
            ("/admin/staff", "GET", self.everybody),
            ("/admin/staff", "POST", self.change),
            (ME, "GET", self.me),
            (f"{ME}/password", "POST", self.password),
            (f"{ME}/factor", "POST", self.factor),
            (f"{ME}/sessions", "POST", self.sessions),
        ):
            app.route(path, method, self.door.guarded(view))

    # -- the owner's ---------------------------------------------------------------

    @admits()
    def everybody(self, person: Person) -> HTTPResponse:
        """GET /admin/staff: who there is, and a form for another."""
        return self._staff(person)

    @admits()
    def change(self, person: Person) -> HTTPResponse:
        """POST /admin/staff {do, name, role}: add, role, password, lock, unlock,
        factor-off. A password that is made is shown this once."""
        do, name = pages.form("do", 12), pages.form("name", 60).strip()
        role, made = pages.form("role", 12), random_code(ONE_TIME_LETTERS)
        now, by = self.now(), person.name
        shown = ""
        try:
            if do == "add":
                staff.add(name, made, role, now, by, must_change=True)
                shown = made
            elif do == "password":
                staff.set_password(name, made, now, by)
                shown = made
            elif do == "role":
                staff.set_role(name, role, by, now)
            elif do in ("lock", "unlock"):
                staff.set_locked(name, do == "lock", by, now)
            elif do == "factor-off":
                second_factor.turn_off(name, by, now)
        except BadInput as exc:
            return self._staff(person, 422, exc)
        if shown:
            return self._staff(person, shown=(name, shown))
        return pages.go_to("/admin/staff")

    def _staff(
        self,
        person: Person,
        status: int = 200,
        problem: BadInput | None = None,
        shown: tuple[str, str] = ("", ""),
    ) -> HTTPResponse:
        return self.page(
            "staff",
            person,
            status,
            problem,
            people=[self._line(one) for one in staff.everybody()],
            roles=staff.ROLES,
            shown=shown,
            typed=pages.form("name", 60),
        )

    def _line(self, one: Staff) -> dict[str, Any]:
        sessions = staff.sessions_of(one.name, self.now())
        return {
            "name": one.name,
            "role": one.role,
            "has_factor": bool(one.totp_secret),
            "is_locked": one.locked_at is not None,
            "must_change": bool(one.must_change),
            "seen": self._when(sessions[0].made_at) if sessions else "",
        }

    # -- one's own -----------------------------------------------------------------

    @admits(*ANYBODY)
    def me(self, person: Person) -> HTTPResponse:
        """GET /admin/me: one's password, second factor and sessions."""
        return self._me(person)

    @admits(*ANYBODY)
    def password(self, person: Person) -> HTTPResponse:
        """POST /admin/me/password {old, password}: other sessions end."""
        old, new = pages.form("old", 300), pages.form("password", 300)
        try:
            staff.change_password(person.name, old, new, person.csrf, self.now())
        except BadInput as exc:
            return self._me(person, 422, exc)
        return pages.go_to(f"{ME}?done=password")

    @admits(*ANYBODY)
    def factor(self, person: Person) -> HTTPResponse:
        """POST /admin/me/factor {secret, code} turns it on; {off, old} off."""
        now = self.now()
        try:
            if pages.form("off", 1):
                old = pages.form("old", 300)
                if not staff.is_own_password(person.name, old):
                    raise BadInput("That is not your password.", field="old-off")
                second_factor.turn_off(person.name, person.name, now)
                return pages.go_to(f"{ME}?done=off")
            secret, code = pages.form("secret", 40), pages.form("code", 10)
            codes = second_factor.turn_on(person.name, secret, code, now)
        except BadInput as exc:
            return self._me(person, 422, exc, secret=pages.form("secret", 40))
        return self._me(person, codes=codes)

    @admits(*ANYBODY)
    def sessions(self, person: Person) -> HTTPResponse:
        """POST /admin/me/sessions: signs out everywhere else."""
        staff.sign_out_elsewhere(person.name, person.csrf, self.now())
        return pages.go_to(f"{ME}?done=sessions")

    def _me(
        self,
        person: Person,
        status: int = 200,
        problem: BadInput | None = None,
        secret: str = "",
        codes: list[str] | None = None,
    ) -> HTTPResponse:
        kept = Staff.get(Staff.name == person.name)
        secret = secret or second_factor.new_secret()
        place = str(self.box.settings["box.name"])
        return self.page(
            "me",
            person,
            status,
            problem,
            has_factor=bool(kept.totp_secret),
            secret=secret,
            qr=qr.svg(second_factor.link(secret, person.name, place)),
            codes=codes or [],
            done=pages.query("done"),
            sessions=[
                {
                    "at": self._when(one.made_at),
                    "address": one.address,
                    "agent": one.agent[:80],
                    "is_this": one.csrf == person.csrf,
                }
                for one in staff.sessions_of(person.name, self.now())
            ],
        )

    def _when(self, at: int) -> str:
        local = datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(self.zone()))
        return local.strftime("%d.%m. %H:%M")
