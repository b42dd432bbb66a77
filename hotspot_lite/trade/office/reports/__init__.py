"""Reports: each a function from a span of days to a table; one line adds another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from hotspot_lite.settings import unknown
from hotspot_lite.trade.office.reports import commission, goods, money, people
from hotspot_lite.trade.office.reports.shape import Column, Span, Table, read_span

__all__ = [
    "REPORTS",
    "Column",
    "Kind",
    "Span",
    "Table",
    "for_paper",
    "named",
    "read_span",
]


@dataclass(frozen=True)
class Kind:
    """A report there is. `is_list` ones are long: they are exported, not shown."""

    name: str
    title: str
    make: Callable[[Span], Table]
    group: str
    is_list: bool = False


REPORTS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("takings-day", "Takings by day", money.by_day, "Money"),
        Kind("takings-week", "Takings by week", money.by_week, "Money"),
        Kind("takings-month", "Takings by month", money.by_month, "Money"),
        Kind("takings-package", "Takings by package", money.by_package, "Money"),
        Kind("takings-provider", "Takings by provider", money.by_provider, "Money"),
        Kind("takings-cashier", "Takings by cashier", money.by_cashier, "Money"),
        Kind("agents", "Commission by agent", commission.by_agent, "Money"),
        Kind("takings-hour", "When people pay", money.by_hour_of_week, "Money"),
        Kind("failed", "Payments that failed", money.failed, "Money"),
        Kind("exceptions", "Exceptions", goods.exceptions, "Money"),
        Kind("customers", "New, returning, lost", people.customers, "People"),
        Kind("usage-day", "Usage by day", people.used_by_day, "People"),
        Kind("usage-top", "Top users", people.top_users, "People"),
        Kind("sessions-day", "Sessions by day", people.sessions_by_day, "People"),
        Kind("vouchers", "Vouchers", goods.vouchers, "Goods"),
        Kind("payment-list", "Every payment", money.every_one, "Lists", True),
        Kind("customer-list", "Every customer", people.every_customer, "Lists", True),
        Kind("voucher-list", "Every voucher", goods.every_voucher, "Lists", True),
    )
}


def named(name: str) -> Kind:
    """The report of that name. Raises BadInput for no such report."""
    if name not in REPORTS:
        raise unknown(name, REPORTS, "report")
    return REPORTS[name]


def for_paper(name: str, span: Span) -> Table:
    """A report that says of which days it is: away from the page it is asked on."""
    made = named(name).make(span)
    return replace(made, note=" · ".join(filter(None, (str(span), made.note))))
