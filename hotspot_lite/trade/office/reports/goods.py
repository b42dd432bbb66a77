"""Vouchers, and what the box could not decide."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from peewee import JOIN, fn

from hotspot_lite.trade.goods.catalogue import read_terms
from hotspot_lite.trade.models import (
    AgentSale,
    CashSale,
    Undecided,
    Voucher,
    VoucherBatch,
)
from hotspot_lite.trade.money import undecided
from hotspot_lite.trade.office.reports.shape import Column, Span, Table, rows_of, stream


def vouchers(span: Span) -> Table:
    """Batches made in the span: how many are sold, used, taken back, left."""
    used, void = Voucher.redeemed_at, Voucher.voided_at
    query = (
        VoucherBatch.select(
            VoucherBatch.id,
            VoucherBatch.made_at,
            VoucherBatch.made_by,
            VoucherBatch.terms,
            fn.COUNT(Voucher.id),
            fn.COUNT(CashSale.payment) + fn.COUNT(AgentSale.payment),
            fn.COUNT(used),
            fn.COUNT(void),
        )
        .join(Voucher)
        .join(CashSale, JOIN.LEFT_OUTER, on=(CashSale.voucher == Voucher.id))
        .switch(Voucher)
        .join(AgentSale, JOIN.LEFT_OUTER, on=(AgentSale.voucher == Voucher.id))
        .where(span.holds(VoucherBatch.made_at))
        .group_by(VoucherBatch.id)
        .order_by(VoucherBatch.id)
    )
    rows: list[tuple[Any, ...]] = [
        (number, at, who, read_terms(terms).name, made, sold, took, gone,
         made - took - gone)
        for number, at, who, terms, made, sold, took, gone in rows_of(query)
    ]  # fmt: skip
    columns = (
        Column("Batch", "count"),
        Column("Made", "time"),
        Column("By"),
        Column("Package"),
        *(Column(n, "count") for n in ("Vouchers", "Sold", "Used", "Void", "Left")),
    )
    sums = (sum(row[i] for row in rows) for i in range(4, 9))
    return Table(
        "Vouchers", columns, rows, ("", None, "All", "", *sums), 6, zone=span.zone
    )


def exceptions(span: Span) -> Table:
    """What came to the exceptions list: how much of it, and what became of it."""
    is_open = fn.SUM(Undecided.resolved_at.is_null())
    by_itself = fn.SUM(Undecided.resolution == undecided.BY_ITSELF)
    query = (
        Undecided.select(
            Undecided.kind,
            fn.COUNT(),
            is_open,
            by_itself,
            fn.COALESCE(fn.SUM(Undecided.amount_cents), 0),
        )
        .where(span.holds(Undecided.at))
        .group_by(Undecided.kind)
    )
    rows: list[tuple[Any, ...]] = sorted(
        (
            (_title(kind), count, still or 0, itself or 0, cents)
            for kind, count, still, itself, cents in rows_of(query)
        ),
        key=lambda row: -row[1],
    )
    columns = (
        Column("What"),
        Column("Cases", "count"),
        Column("Open", "count"),
        Column("By itself", "count"),
        Column("Worth", "money"),
    )
    total = ("All", *(sum(row[i] for row in rows) for i in range(1, 5)))
    return Table("Exceptions", columns, rows, total, 1)


def _title(kind: str) -> str:
    return undecided.KINDS.get(kind, undecided.OTHER).title


def every_voucher(span: Span) -> Table:
    """Every voucher of the batches made in the span. A stream; codes that are still
    good are not in it: who has the file would have the time."""
    columns = (
        Column("Batch", "count"),
        Column("Package"),
        Column("Code"),
        Column("Used", "time"),
        Column("By device"),
    )
    return Table("Vouchers, each", columns, _each(span), zone=span.zone)


def _each(span: Span) -> Iterator[Sequence[Any]]:
    query = (
        Voucher.select(
            VoucherBatch.id,
            VoucherBatch.terms,
            Voucher.code,
            Voucher.redeemed_at,
            Voucher.redeemed_mac,
        )
        .join(VoucherBatch)
        .where(span.holds(VoucherBatch.made_at))
        .order_by(Voucher.id)
    )
    for batch, terms, code, at, mac in stream(query):
        shown = code if at else f"{code[:2]}…"
        yield batch, read_terms(terms).name, shown, at, mac
