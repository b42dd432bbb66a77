"""The first steps of a new box, each with its page, a test, and a way to skip it."""

from __future__ import annotations

from bottle import Bottle, HTTPError, HTTPResponse

from hotspot_lite.errors import BadInput
from hotspot_lite.trade.money import payments
from hotspot_lite.trade.office import beginning
from hotspot_lite.trade.people.staff import Person
from hotspot_lite.web import pages
from hotspot_lite.web.admin.login import admits
from hotspot_lite.web.renewing import Renewing

HERE = "/admin/start"


class Start(Renewing):
    """The owner's page of first steps; it can be left and come back to at any time."""

    def add_to(self, app: Bottle) -> None:
        """Put its pages on `app`, behind the door."""
        app.route(HERE, "GET", self.door.guarded(self.shown))
        app.route(HERE, "POST", self.door.guarded(self.change))

    @admits()
    def shown(self, person: Person) -> HTTPResponse:
        """GET /admin/start: what is done, what is next."""
        return self._page(person)

    @admits()
    def change(self, person: Person) -> HTTPResponse:
        """POST /admin/start {do, step}: skip, take-up; a test: sms, mpesa {phone}."""
        do, step = pages.form("do", 10), pages.form("step", 20)
        now, who = self.now(), person.name
        known = {one.name for one in beginning.steps(self.fresh())}
        if do in ("sms", "mpesa"):
            try:
                self._test(do, pages.form("phone", 64), who, now)
            except BadInput as exc:
                return self._page(person, 422, exc, do)
            return pages.go_to(f"{HERE}#{do}")
        if do not in ("skip", "take-up") or step not in known:
            raise HTTPError(400)
        beginning.skip(step, do == "skip", who, now)
        return pages.go_to(f"{HERE}#{step}")

    def _test(self, do: str, phone: str, who: str, now: int) -> None:
        if do == "sms":
            beginning.send_test(phone, str(self.box.settings["box.name"]), who, now)
        else:
            beginning.push_test(phone, self.box.key, who, now)

    def _page(
        self,
        person: Person,
        status: int = 200,
        problem: BadInput | None = None,
        wrong: str = "",
    ) -> HTTPResponse:
        steps = beginning.steps(self.fresh())
        open_ = [one for one in steps if not one.is_done and not one.is_skipped]
        test, push = beginning.last_test(), beginning.last_push()
        waits = (test and test.state in ("waiting", "sending")) or (
            push and push.state in payments.OPEN
        )
        return self.page(
            "start",
            person,
            status,
            problem,
            steps=steps,
            next=open_[0].name if open_ else "",
            done=sum(one.is_done for one in steps),
            left=len(open_),
            test=test,
            push=push,
            wrong=wrong,
            waiting=self.waiting(),
            has_mpesa=beginning.has_mpesa(self.box.settings),
            has_sms=self.box.settings["sms.provider"] != "log",
            phone=pages.form("phone", 64) if problem else "",
            refresh=3 if waits and not problem else 0,
        )
