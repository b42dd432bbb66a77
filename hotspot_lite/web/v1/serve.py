"""Serves the declared endpoints: the token, the checks, answers and errors in JSON."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable
from typing import Any

from bottle import Bottle, HTTPError, HTTPResponse, request

from hotspot_lite.box import Box
from hotspot_lite.errors import BadInput, NoRoom
from hotspot_lite.trade.people import tokens
from hotspot_lite.trade.people.staff import Person
from hotspot_lite.web import pages
from hotspot_lite.web.tries import Tries
from hotspot_lite.web.v1 import goods, hooks, money, offers, people
from hotspot_lite.web.v1.declare import LARGEST, Call, Endpoint, check, misfit, read
from hotspot_lite.web.v1.document import document

BASE = "/api/v1"
ENDPOINTS = (
    *money.ENDPOINTS,
    *goods.ENDPOINTS,
    *offers.ENDPOINTS,
    *people.ENDPOINTS,
    *hooks.ENDPOINTS,
)
WRONG, WRONG_SECONDS = 20, 600
SAYS = {
    401: ("A token is wanted.", "Send it as: Authorization: Bearer hsl_…"),
    403: ("This token may not do that.", "Make one of a wider scope."),
    404: ("There is no such thing.", ""),
    429: ("Too many wrong tokens.", "Wait 10 minutes."),
}


class V1:
    """The API of one box."""

    def __init__(self, box: Box) -> None:
        self.box = box
        self.tries = Tries(WRONG, WRONG_SECONDS)

    def add_to(self, app: Bottle) -> None:
        """Put it on `app`."""
        for endpoint in ENDPOINTS:
            path = re.sub(r"\{id\}", "<id:int>", endpoint.path)
            path = re.sub(r"\{(\w+)\}", r"<\1>", path)
            app.route(BASE + path, endpoint.method, self._served(endpoint))
        app.route(f"{BASE}/openapi.json", "GET", self.document)

    def document(self) -> HTTPResponse:
        """GET /api/v1/openapi.json: OpenAPI 3.1. No token: it is no secret."""
        name = str(self.box.settings["box.name"])
        return pages.json_page(document(ENDPOINTS, name, BASE))

    def _served(self, endpoint: Endpoint) -> Callable[..., HTTPResponse]:
        @functools.wraps(endpoint.view)
        def served(**words: Any) -> HTTPResponse:
            try:
                person = self._person()
                if endpoint.roles and not person.may(*endpoint.roles):
                    raise HTTPError(403)
                if not 0 < words.get("id", 1) <= LARGEST:
                    raise HTTPError(404)
                call = Call(self.box, person, words, _query(endpoint), _body(endpoint))
                return pages.json_page(endpoint.view(call), endpoint.status)
            except NoRoom as exc:
                return problem(507, exc.says, exc.todo)
            except BadInput as exc:
                return problem(422, exc.says, exc.todo, exc.field)
            except HTTPError as exc:
                if exc.status_code not in SAYS:
                    raise
                return problem(exc.status_code)

        return served

    def _person(self) -> Person:
        """Whose token it is. Raises HTTPError 401 and 429."""
        address = pages.client_address()
        if self.tries.must_wait(address):
            raise HTTPError(429)
        kind, _, token = pages.header("Authorization").partition(" ")
        now = self.box.clock.now().at
        is_bearer = kind.lower() == "bearer"
        found = tokens.person_of(token.strip(), now) if is_bearer else None
        if found is None:
            if token:
                self.tries.wrong(address)
            raise HTTPError(401)
        return found


def problem(status: int, says: str = "", todo: str = "", field: str = "") -> Any:
    """An error for a program: what, what to do, and which field."""
    known = SAYS.get(status, ("", ""))
    told = {"says": says or known[0], "todo": todo or known[1], "field": field}
    page = pages.json_page({"error": told}, status)
    if status == 401:
        page.set_header("WWW-Authenticate", "Bearer")
    return page


def _query(endpoint: Endpoint) -> dict[str, Any]:
    """The words of the address, as their schemas say. Raises BadInput."""
    found = {}
    for name in request.query:
        if name not in endpoint.query:
            known = ", ".join(endpoint.query) or "nothing"
            raise BadInput(
                "The address asks for what is not here.", f"There is {known}."
            )
        schema = endpoint.query[name]
        value = request.query.getunicode(name)
        if value is None:
            raise BadInput(f"{name} is no UTF-8.", field=name)
        found[name] = read(schema, value)
        wrong = misfit(schema, found[name])
        if wrong:
            raise BadInput(f"{name} {wrong}.", field=name)
    return found


def _body(endpoint: Endpoint) -> dict[str, Any]:
    """The JSON of the request. Raises BadInput."""
    if not endpoint.body:
        return {}
    raw = request.body.read(pages.MOST_FORM_BYTES)
    if not raw and not endpoint.needs:
        return {}
    try:
        given = json.loads(raw)
    except (ValueError, RecursionError):
        raise BadInput("The body is no JSON.", "Send a JSON object.") from None
    check(endpoint.body, endpoint.needs, given)
    return dict(given)
