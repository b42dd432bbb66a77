"""Sales go into the owner's accounting system, a few at a time, at its pace."""

from __future__ import annotations

from hotspot_lite.errors import TryAgain
from hotspot_lite.journey.hall import here, huey
from hotspot_lite.trade.house import conditions
from hotspot_lite.trade.models import Payment, Plan, SyncItem
from hotspot_lite.trade.money import sold
from hotspot_lite.trade.office import syncing
from hotspot_lite.wires.bookkeeper import (
    Bookkeeper,
    Money,
    Package,
    Refused,
    Sale,
    ShutOut,
    TooMany,
)

AWAY = "books"
# Failures in a row before the owner is told: one lost answer is none.
TOLD_AFTER = 5


# By the clock of the wall it would note each run on the card: 26 MB a day at rest.
@huey.job("default", every_seconds=lambda: 60.0, durable=False)
def sync_books() -> None:
    """Write what is new to the accounting system; nothing where none is set."""
    books = here.bookkeeper(lambda call: syncing.note_call(here.now(), call))
    if books is None:
        return
    kept = syncing.standing()
    if kept.is_shut or here.now() < kept.not_before or not syncing.collect(here.now()):
        return
    try:
        for item in syncing.take():
            if not _write(books, item):
                break
    finally:
        syncing.give_back()


def _write(books: Bookkeeper, item: SyncItem) -> bool:
    """Write one; False where the others had better wait."""
    try:
        its_id, its_hash = _send(books, item)
    except Refused as exc:
        syncing.not_written(item, exc.says, final=True)
        syncing.went_well()  # it answers; this thing is wrong
        return True
    except ShutOut as exc:
        syncing.shut(str(exc))
        conditions.observe(AWAY, True, str(exc), here.now())
        return False
    except TryAgain as exc:
        if not isinstance(exc, TooMany):
            syncing.not_written(item, exc.says, final=False)
        after = exc.after_seconds or 0.0
        kept = syncing.failed_once(exc.says, after, here.now())
        if kept.failures >= TOLD_AFTER:
            conditions.observe(AWAY, True, exc.says, here.now())
        return False
    syncing.written(item, its_id, its_hash, here.now())
    syncing.went_well()
    conditions.observe(AWAY, False, "It answers.", here.now())
    return True


def _send(books: Bookkeeper, item: SyncItem) -> tuple[str, str]:
    if item.kind == "package":
        plan = Plan.get_by_id(item.local_id)
        return books.save_package(
            Package(
                item.sync_uuid, plan.id, plan.name, plan.price_cents, item.remote_id
            )
        ), syncing.hash_of(plan)
    payment = Payment.get_by_id(item.local_id)
    amount, at = payment.amount_cents, payment.paid_at or payment.asked_at
    if item.kind == "sale":
        package = syncing.remote_id("package", syncing.package_of(payment))
        _must_be_there(package, "package")
        sale = Sale(item.sync_uuid, payment.id, package, amount, at)
        return books.save_sale(sale), ""
    sale_id = syncing.remote_id("sale", payment.id)
    _must_be_there(sale_id, "sale")
    is_cash = payment.provider in sold.PROVIDERS
    receipt = payment.receipt or ""
    money = Money(
        item.sync_uuid, payment.id, sale_id, amount, at, receipt, is_cash
    )  # fmt: skip
    return books.save_money(money), ""


def _must_be_there(its_id: str, what: str) -> None:
    if not its_id:
        raise Refused(f"Its {what} is not there: that one failed. Retry both.")
