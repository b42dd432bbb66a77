"""Vouchers that were paid for when they were handed over: at the till, by an agent.

The voucher gives the time, whenever that is used, and not the payment.
"""

from __future__ import annotations

from typing import Any

from peewee import fn

from hotspot_lite.trade.models import AgentSale, CashSale, Payment, Voucher

PROVIDERS = ("cash", "agent")


def voucher_of(payment: Payment) -> Voucher | None:
    """The voucher that was handed over for a payment, or None."""
    for table in (CashSale, AgentSale):
        sale = table.get_or_none(table.payment == payment)
        if sale is not None and sale.voucher is not None:
            found: Voucher = sale.voucher
            return found
    return None


def is_nobodys(payment: Payment) -> bool:
    """Whether a voucher must have been handed over: nobody is told of to have time.

    Which one, its sale says; after a damage that may be lost (`salvage_money`).
    """
    return payment.provider in PROVIDERS and not (payment.phone or payment.mac)


def has_voucher(payment: Any) -> Any:
    """The condition that a voucher was handed over for a payment of a query."""
    by_till = (CashSale.payment == payment) & CashSale.voucher.is_null(False)
    by_agent = AgentSale.payment == payment
    return fn.EXISTS(CashSale.select(CashSale.payment).where(by_till)) | fn.EXISTS(
        AgentSale.select(AgentSale.payment).where(by_agent)
    )
