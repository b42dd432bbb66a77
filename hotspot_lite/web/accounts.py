"""An agent's account as both pages show it: standing, sales, entries."""

from __future__ import annotations

import secrets
from typing import Any

from hotspot_lite.trade.models import AgentEntry, AgentSale
from hotspot_lite.trade.money import payments
from hotspot_lite.trade.people.staff import Person
from hotspot_lite.trade.takings import agent_sales, agents
from hotspot_lite.trade.takings.agents import Standing
from hotspot_lite.web import pages
from hotspot_lite.web.desk import Desk
from hotspot_lite.web.waiting import clock_text

MOST_SALES = 30
ENTRIES_ON_A_PAGE = 50


class AccountDesk(Desk):
    """Pages on which an agent's account is seen."""

    def account(self, one: Standing, person: Person) -> dict[str, Any]:
        """What the templates show of an account."""
        before = pages.whole("before")
        found = agents.entries(one.agent_id, ENTRIES_ON_A_PAGE + 1, before)
        shown = found[:ENTRIES_ON_A_PAGE]
        rows = agent_sales.sales(one.agent_id, MOST_SALES)
        return {
            "one": one,
            "share": agents.percent_text(one.commission_bp),
            "entries": self._lines(shown),
            "older": shown[-1][0].id if len(found) > len(shown) else 0,
            "sales": [self._sale(row, person) for row in rows],
            "signed": self.signed,
            "once": secrets.token_urlsafe(12),
        }

    def signed(self, cents: int) -> str:
        """An amount with its sign."""
        sign = "+" if cents > 0 else "−" if cents < 0 else ""
        return f"{sign}{self.price(abs(cents))}"

    def _lines(self, rows: list[tuple[AgentEntry, int]]) -> list[dict[str, Any]]:
        """Entries as they are read: a sale and its commission in one line."""
        lines: list[dict[str, Any]] = []
        share: AgentEntry | None = None
        for entry, balance in rows:
            if share is not None and _are_one(entry, share):
                lines[-1] = self._line(entry, lines[-1]["balance"], share)
            else:
                lines.append(self._line(entry, self.signed(balance)))
            share = entry
        return lines

    def _line(
        self, entry: AgentEntry, balance: str, share: AgentEntry | None = None
    ) -> dict[str, Any]:
        title, cents = agents.KINDS[entry.kind], entry.amount_cents
        if share is not None:
            title += f", {self.price(abs(cents))} less commission"
            cents += share.amount_cents
        return {
            "at": self._when(entry.at),
            "title": title,
            "note": entry.note,
            "amount": self.signed(cents),
            "balance": balance,
        }

    def _sale(self, row: AgentSale, person: Person) -> dict[str, Any]:
        payment, voucher = row.payment, row.voucher
        is_manager, now = person.may("manager"), self.now()
        state = "used" if voucher.redeemed_at is not None else "not used"
        if voucher.voided_at is not None:
            state = "taken back"
        return {
            "id": payment.id,
            "at": self._when(payment.paid_at),
            "plan": payments.terms(payment).name,
            "price": self.price(payment.amount_cents),
            "code": voucher.code,
            "sent_to": row.sent_to,
            "state": state,
            "reason": row.reason,
            "may_take_back": agent_sales.may_take_back(
                row, person.name, is_manager, now
            ),
        }

    def _when(self, at: int | None) -> str:
        return clock_text(at, self.zone(), self.now())


def _are_one(sale: AgentEntry, share: AgentEntry) -> bool:
    """Whether it is a sale (or one taken back) and its commission, entered after it."""
    kind = sale.kind.replace("sale", "commission")
    return (share.kind, share.payment) == (kind, sale.payment) and kind != sale.kind
