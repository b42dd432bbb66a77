"""The door of the admin: the first owner's setup, signing in and out, roles, CSRF."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from typing import Any

from bottle import Bottle, HTTPError, HTTPResponse, request

from hotspot_lite.box import Box
from hotspot_lite.errors import BadInput
from hotspot_lite.trade.people import staff
from hotspot_lite.trade.people.staff import Person
from hotspot_lite.web import board, pages
from hotspot_lite.web.board import COOKIE
from hotspot_lite.web.tries import Tries

WRONG, WRONG_SECONDS = 5, 600
# More for a name than for an address: else anyone on the WiFi locks the owner out.
# The body of a 403 for a form of an earlier session.
STALE = "stale form"
WRONG_FOR_NAME = 50
# One password check is 16 MiB and much of a Pi's core: strangers must not start six.
CHECK_WAIT_SECONDS = 3
# Where one's own password, second factor and sessions are.
ME = "/admin/me"
# What somebody may do before the password is one that nobody else knows.
MAY_STAY = (ME, "/admin/logout")
MUST_WAIT = "Too many wrong tries. Wait 10 minutes and try again."
# Agents have their own page, their account, and nothing else of the house.
EVERYBODY = staff.HOUSE
ANYBODY = tuple(staff.ROLES)
AGENT = "/admin/agent"

View = Callable[..., HTTPResponse]


def admits(*roles: str) -> Callable[[View], View]:
    """Mark a view with the roles that may see it; an owner may see all."""

    def mark(view: View) -> View:
        view.admits = roles  # type: ignore[attr-defined]
        return view

    return mark


class Door:
    """Lets people into the admin of one box."""

    def __init__(self, box: Box) -> None:
        self.box = box
        self.tries = Tries(WRONG, WRONG_SECONDS)
        self.name_tries = Tries(WRONG_FOR_NAME, WRONG_SECONDS)
        self._checking = threading.Semaphore(1)

    def add_to(self, app: Bottle) -> None:
        """Put its pages on `app`."""
        app.route("/admin/setup", "GET", self.setup_form)
        app.route("/admin/setup", "POST", self.set_up)
        app.route("/admin/login", "GET", self.login_form)
        app.route("/admin/login", "POST", self.sign_in)
        app.route("/admin/logout", "POST", self.guarded(self.sign_out))

    # --- who is it

    def person(self) -> Person | None:
        """Who is signed in, or None."""
        token = request.get_cookie(COOKIE) or ""
        return staff.signed_in(token, self.box.clock.now().at)

    def guarded(self, view: View) -> View:
        """`view(person, …)` for those it admits; posts need the session's token."""
        roles: tuple[str, ...] = view.admits  # type: ignore[attr-defined]

        @functools.wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> HTTPResponse:
            person = self.person()
            if person is None:
                return self._to_login()
            if person.is_agent and request.path in ("/admin", "/admin/"):
                return pages.go_to(AGENT)
            if not person.may(*roles):
                raise HTTPError(403)
            if request.method == "POST":
                check_csrf(person)
            if person.must_change and not request.path.startswith(MAY_STAY):
                return pages.go_to(ME)
            return view(person, *args, **kwargs)

        return guarded

    def _to_login(self) -> HTTPResponse:
        if request.path.endswith(".json"):
            return pages.json_page({"error": "Sign in first."}, 401)
        return pages.go_to("/admin/login" if staff.is_set_up() else "/admin/setup")

    # --- the first owner

    def setup_form(self) -> HTTPResponse:
        """GET /admin/setup, until there is an owner."""
        if staff.is_set_up():
            return pages.go_to("/admin/login")
        return self._page("setup")

    def set_up(self) -> HTTPResponse:
        """POST /admin/setup {code, name, password}: make the first owner."""
        if staff.is_set_up():
            return pages.go_to("/admin/login")
        name, password = pages.form("name"), pages.form("password")
        who = f"setup {pages.client_address()}"
        if self._must_wait(who):
            return self._page("setup", 429, problem=MUST_WAIT, name=name)
        now = self.box.clock.now().at
        try:
            self._check(lambda: staff.set_up(pages.form("code"), name, password, now))
        except BadInput as exc:
            if exc.field == "code":
                self.tries.wrong(who)
            return self._page("setup", 422, str(exc), exc.field, name)
        return self._sign_in(name.strip(), password)

    # --- in and out

    def login_form(self) -> HTTPResponse:
        """GET /admin/login."""
        if not staff.is_set_up():
            return pages.go_to("/admin/setup")
        if self.person() is not None:
            return pages.go_to("/admin/")
        return self._page("login")

    def sign_in(self) -> HTTPResponse:
        """POST /admin/login {name, password}."""
        name = pages.form("name").strip()
        address = f"address {pages.client_address()}"
        if self._must_wait(address) or self.name_tries.must_wait(name.casefold()):
            return self._page("login", 429, MUST_WAIT, "name", name)
        answer = self._sign_in(name, pages.form("password"))
        if answer.status_code == 303:
            self.tries.right(address)
            self.name_tries.right(name.casefold())
        else:
            self.tries.wrong(address)
            self.name_tries.wrong(name.casefold())
        return answer

    @admits(*ANYBODY)
    def sign_out(self, person: Person) -> HTTPResponse:
        """POST /admin/logout: end the session, here and on the disk."""
        staff.sign_out(request.get_cookie(COOKIE) or "")
        page = pages.go_to("/admin/login")
        page.delete_cookie(COOKIE, path="/")
        return page

    def _sign_in(self, name: str, password: str) -> HTTPResponse:
        now = self.box.clock.now().at
        attempt = staff.Attempt(
            name,
            password,
            pages.form("code", 40),
            pages.client_address(),
            pages.header("User-Agent"),
        )
        entry = self._check(lambda: staff.enter(attempt, now))
        token = entry.token
        if token is None:
            says, field = "That name and password don't belong together.", "password"
            if entry.wants_code:
                says, field = "The code of your app is missing or not right.", "code"
            return self._page("login", 422, says, field, name)
        page = pages.go_to("/admin/")
        page.set_cookie(
            COOKIE,
            token,
            # The live page's websocket is on another port and path of this host.
            path="/",
            httponly=True,
            samesite="strict",
            secure=pages.is_https(),
            max_age=staff.SESSION_SECONDS,
        )
        return page

    def _must_wait(self, *keys: str) -> bool:
        # These forms have no session yet, so the origin alone must vouch for them.
        if not pages.is_own_origin() or pages.header("Origin") == "null":
            raise HTTPError(403)
        return self.tries.must_wait(*keys)

    def _check(self, work: Callable[[], Any]) -> Any:
        if not self._checking.acquire(timeout=CHECK_WAIT_SECONDS):
            raise HTTPError(503)
        try:
            return work()
        finally:
            self._checking.release()

    def _page(
        self,
        page: str,
        status: int = 200,
        problem: str = "",
        field: str = "",
        name: str = "",
    ) -> HTTPResponse:
        return pages.admin_page(
            page,
            0,
            status,
            box_name=self.box.settings["box.name"],
            problem=problem,
            field=field,
            name=name,
            person=None,
        )


def check_csrf(person: Person) -> None:
    """Refuse a form that isn't from a page of this session. Raises HTTPError 403."""
    told, right = pages.form("csrf"), person.csrf
    if not pages.is_own_origin() or not pages.is_same(told, right):
        raise HTTPError(403, STALE)


def live_port(box: Box) -> int:
    """Where the admin's pages find the live process; 0 if it isn't known."""
    return board.live_port(int(box.settings["live.port"]), box.settings.run_dir)
