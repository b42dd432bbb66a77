"""Vouchers after a backup was restored: used ones stay used, and doubt is marked.

A voucher that was unused in the backup, and of which the replaced file can't tell, may
have been used since. It still buys: most such paper is honest. But it is marked, one
device redeems few of them a day (`vouchers.redeem`), and the owner is told how many.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from peewee import chunked, fn

from hotspot_lite.clock import as_text
from hotspot_lite.trade.goods.catalogue import read_terms
from hotspot_lite.trade.keeping import salvage_time
from hotspot_lite.trade.models import Subscription, Voucher, VoucherBatch
from hotspot_lite.trade.money import undecided
from hotspot_lite.trade.people import customers
from hotspot_lite.trade.service.subscriptions import Wish

AT_ONCE = 500


def mend(touched: Iterable[int]) -> None:
    """A voucher and its time tell of each other, where one of them was read."""
    time = Subscription.select().where(Subscription.voucher == Voucher.id)
    unmarked = Voucher.redeemed_at.is_null() & fn.EXISTS(time)
    for voucher in list(Voucher.select().where(unmarked)):
        given = Subscription.get(Subscription.voucher == voucher)
        change = {"redeemed_at": given.made_at, "redeemed_mac": given.mac}
        Voucher.update(change).where(Voucher.id == voucher.id).execute()
    used = Voucher.redeemed_at.is_null(False) & ~fn.EXISTS(time)
    for numbers in chunked(touched, AT_ONCE):
        for voucher in list(Voucher.select().where(Voucher.id.in_(numbers) & used)):
            _give_again(voucher)


def _give_again(voucher: Voucher) -> None:
    at = int(voucher.redeemed_at or 0)
    customer = customers.of_voucher(voucher.code, at)
    terms, mac = read_terms(voucher.batch.terms), voucher.redeemed_mac
    wish = Wish(customer, terms, mac, "", voucher=voucher, is_first=True)
    salvage_time.give_again(wish, at)


def doubt(told_of: set[int], backup_at: int, now: int) -> int:
    """Mark those that may have been used unknown to us; how many.

    `told_of` are those of which the replaced file could tell. What they are worth is
    on the exceptions list.
    """
    unused = Voucher.redeemed_at.is_null() & Voucher.voided_at.is_null()
    batches: Counter[int] = Counter()
    doubtful = []
    query = Voucher.select(Voucher.id, Voucher.batch).where(unused)
    for number, batch in query.tuples().iterator():
        if number not in told_of:
            doubtful.append(number)
            batches[batch] += 1
    for numbers in chunked(doubtful, AT_ONCE):
        Voucher.update(doubted_at=now).where(Voucher.id.in_(numbers)).execute()
    if doubtful:
        cents = _worth(batches)
        says = (
            f"{len(doubtful)} vouchers, {cents / 100:,.2f} in all, were unused in the"
            f" backup of {as_text(backup_at)}. Those used since can be used once more."
        )
        subject = f"vouchers {now}"
        undecided.leave(
            "doubted-vouchers", says, now, amount_cents=cents, subject=subject
        )
    return len(doubtful)


def _worth(batches: Counter[int]) -> int:
    total = 0
    for numbers in chunked(batches, AT_ONCE):
        for batch in VoucherBatch.select().where(VoucherBatch.id.in_(numbers)):
            total += batches[batch.id] * read_terms(batch.terms).price_cents
    return total
