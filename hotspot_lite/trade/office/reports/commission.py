"""What agents sold, kept and paid in, from their accounts' entries."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from peewee import fn

from hotspot_lite.trade.models import AgentEntry, Staff
from hotspot_lite.trade.office.reports.shape import Column, Span, Table, rows_of

COLUMNS = (
    Column("Agent"),
    Column("Vouchers", "count"),
    Column("Sold", "money"),
    Column("Taken back", "money"),
    Column("Commission", "money"),
    Column("Paid in", "money"),
    Column("Corrected", "money"),
    Column("Owes at the end", "money"),
)


def by_agent(span: Span) -> Table:
    """Each agent with an account by the end of the span, who sold most first."""
    names: dict[int, str] = dict(rows_of(Staff.select(Staff.id, Staff.name)))
    sums: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    counts: dict[int, int] = defaultdict(int)
    for agent, kind, count, cents in rows_of(_by(AgentEntry.kind, span)):
        sums[agent][kind] = cents
        counts[agent] += count if kind == "sale" else 0
    rows: list[tuple[Any, ...]] = []
    for agent, balance in rows_of(_balances(span)):
        by = sums[agent]
        share = by["commission"] + by["commission-back"]
        money = (-by["sale"], by["sale-back"], share, by["paid-in"], by["correction"])
        rows.append((names[agent], counts[agent], *money, -balance))
    rows.sort(key=lambda row: (-row[2], row[0]))
    total = ("All", *(sum(row[i] for row in rows) for i in range(1, len(COLUMNS))))
    note = "What was sold less what was taken back, less the commission, is owed."
    return Table("Commission by agent", COLUMNS, rows, total, 2, note)


def _by(kind: Any, span: Span) -> Any:
    what = (AgentEntry.agent, kind, fn.COUNT(), fn.SUM(AgentEntry.amount_cents))
    within = span.holds(AgentEntry.at)
    return AgentEntry.select(*what).where(within).group_by(AgentEntry.agent, kind)


def _balances(span: Span) -> Any:
    what = (AgentEntry.agent, fn.SUM(AgentEntry.amount_cents))
    before = AgentEntry.at < span.until
    return AgentEntry.select(*what).where(before).group_by(AgentEntry.agent)
