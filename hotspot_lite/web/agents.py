"""Agents as the house sees them: what each owes, what is agreed, money taken in."""

from __future__ import annotations

from bottle import Bottle, HTTPError, HTTPResponse

from hotspot_lite.errors import BadInput
from hotspot_lite.trade.goods import catalogue
from hotspot_lite.trade.people.staff import Person
from hotspot_lite.trade.takings import agent_sales, agents
from hotspot_lite.trade.takings.agents import Note, Standing
from hotspot_lite.web import pages
from hotspot_lite.web.accounts import AccountDesk
from hotspot_lite.web.login import admits

FIELDS = ("commission", "limit", "amount", "note", "way", "by", "why", "reason")
DONE = {
    "set": "That holds from the next sale on.",
    "take-in": "The money is on the account.",
    "correct": "The account is put right.",
    "back": "The sale is taken back: the customer gets the money back from the agent.",
}


class Agents(AccountDesk):
    """The manager's pages of the agents."""

    def add_to(self, app: Bottle) -> None:
        """Put its pages on `app`, behind the door."""
        here = "/admin/agents/<agent_id:int>"
        for path, method, view in (
            ("/admin/agents", "GET", self.everybody),
            (here, "GET", self.one),
            (here, "POST", self.change),
            (f"{here}/back/<payment_id:int>", "POST", self.take_back),
        ):
            app.route(path, method, self.door.guarded(view))

    @admits("manager")
    def everybody(self, person: Person) -> HTTPResponse:
        """GET /admin/agents: who there is, and what each owes."""
        found = agents.everybody()
        return self.page(
            "agents",
            person,
            agents=found,
            share=agents.percent_text,
            owed=sum(one.owed_cents for one in found),
            signed=self.signed,
            may_add=person.may("owner"),
        )

    @admits("manager")
    def one(self, person: Person, agent_id: int) -> HTTPResponse:
        """GET /admin/agents/<id>?before=: an account."""
        return self._page(person, _agent(agent_id))

    @admits("manager")
    def change(self, person: Person, agent_id: int) -> HTTPResponse:
        """POST /admin/agents/<id> {do}: set {commission, limit}, take-in {amount, note,
        once}, correct {way, by, why, once}."""
        one, do = _agent(agent_id), pages.form("do", 12)
        try:
            if do == "set":
                share = agents.read_percent(pages.form("commission", 12))
                limit = _money("limit")
                agents.set_terms(one.name, share, limit, person.name, self.now())
            elif do == "take-in":
                note = Note(person.name, pages.form("note", 300), _once())
                agents.take_in(one.name, _money("amount"), note, self.now())
            elif do == "correct":
                note = Note(person.name, pages.form("why", 300), _once())
                sign = -1 if pages.form("way", 8) == "more" else 1
                agents.correct(one.name, sign * _money("by"), note, self.now())
        except BadInput as exc:
            return self._page(person, one, 422, exc)
        return pages.go_to(f"/admin/agents/{one.agent_id}?done={do}")

    @admits("manager")
    def take_back(self, person: Person, agent_id: int, payment_id: int) -> HTTPResponse:
        """POST /admin/agents/<id>/back/<payment> {reason}: a sale, while unused."""
        one, reason = _agent(agent_id), pages.form("reason", 300)
        sale = agent_sales.of_payment(one.agent_id, min(payment_id, 2**62))
        if sale is None:
            raise HTTPError(404)
        try:
            agent_sales.take_back(
                sale.payment.id, reason, person.name, True, self.now()
            )
        except BadInput as exc:
            return self._page(person, one, 422, exc)
        return pages.go_to(f"/admin/agents/{one.agent_id}?done=back")

    def _page(
        self,
        person: Person,
        one: Standing,
        status: int = 200,
        problem: BadInput | None = None,
    ) -> HTTPResponse:
        return self.page(
            "agent_account",
            person,
            status,
            problem,
            done=DONE.get(pages.query("done"), ""),
            values={name: pages.form(name, 300) for name in FIELDS},
            **self.account(one, person),
        )


def _agent(agent_id: int) -> Standing:
    # More than an INTEGER holds is nobody's number.
    found = agents.by_id(agent_id) if agent_id < 2**62 else None
    if found is None:
        raise HTTPError(404)
    return found


def _once() -> str:
    once = pages.form("once", 64)
    if not once:
        raise agents.used_form()
    return once


def _money(field: str) -> int:
    """An amount of the form in cents. Raises BadInput about its field."""
    try:
        return catalogue.read_price(pages.form(field, 20))
    except BadInput as exc:
        raise BadInput(
            exc.says.replace("a price", "an amount"), exc.todo, field
        ) from None
