"""After a backup was restored: what the world did since is known, and not done twice.

What the replaced file can still tell is laid over the backup, by the decisions in
`salvage_rules`. What the backup holds as still to be asked for may have been asked for:
nobody is prompted, paid back or written to again by it. What nobody can be asked about
comes to the exceptions list.
"""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path

from peewee import fn

from hotspot_lite import store
from hotspot_lite.store import broken
from hotspot_lite.store.broken import Broken
from hotspot_lite.trade.keeping import salvage_money, salvage_vouchers
from hotspot_lite.trade.keeping.salvage import Layer
from hotspot_lite.trade.models import Inquiry, Login, Message, Payment, Refund
from hotspot_lite.trade.takings import refunds

log = logging.getLogger("hotspot.keeping")
SAYS = "A backup was restored; nobody knows whether this was done before."


@dataclass(frozen=True)
class Replaced:
    """A database that a backup replaces: its file, where a copy may lie meanwhile.

    `by_hand`: somebody wants the backup though the file may be whole. Then settings,
    packages and words stay as the backup has them.
    """

    ledger: Path
    work: Path
    by_hand: bool = False


@dataclass(frozen=True)
class Since:
    """What is done about the time since the backup: counts of rows."""

    payments: int = 0  # taken over from the replaced file, in whatever state
    others: int = 0  # rows of other tables that are new or changed
    refused: int = 0  # read, and they don't fit
    unread: Counter[str] = field(default_factory=Counter)  # by table; at least so many
    lost_payments: int = 0  # only a fact tells of them
    vouchers: int = 0  # nobody knows whether they were used
    doubtful: int = 0  # held as still to do
    is_cut: bool = False  # the -wal with the last minutes is gone
    fault: str = ""  # ours: why nothing of the replaced file was taken over

    def __str__(self) -> str:
        says = (
            f"{self.payments} payments were taken over from the replaced file, and"
            f" {self.others} other rows; {self.doubtful} things may have been done"
            " already and are not repeated."
        )
        if self.refused or self.unread:
            says += f" {self._gone()}"
        if self.is_cut:
            says += " Its -wal is missing, and with it perhaps the last minutes."
        if self.fault:
            says += f" Nothing of the old file could be taken over ({self.fault})."
        if self.lost_payments:
            says += f" Of {self.lost_payments} payments only the amount is known."
        if self.vouchers:
            says += (
                f" {self.vouchers} vouchers may have been used already and can be used"
                " once more: see the exceptions list."
            )
        return says

    def _gone(self) -> str:
        damaged = [f"{n} of {table}" for table, n in sorted(self.unread.items()) if n]
        told = f"{self.refused} rows did not fit."
        if damaged:
            told += f" Not readable, at least: {', '.join(damaged)}."
        return told


def settle(now: int, backup_at: int, replaced: Replaced | None = None) -> Since:
    """Make the restored database safe to work with; `replaced` None: nothing is left.

    All in one transaction: a power cut in it leaves it to be done again.
    """
    with store.atomic():
        since, told_of = Since(), set[int]()
        if replaced is not None:
            with broken.opened(replaced.ledger, replaced.work) as old:
                if old is None:
                    since = Since(unread=Counter({"the whole file": 1}))
                else:
                    since, told_of = _lay_over(old, replaced.by_hand, now)
        return replace(
            since,
            vouchers=salvage_vouchers.doubt(told_of, backup_at, now),
            doubtful=doubt_what_was_to_do(now),
        )


def settle_whatever_happens(
    now: int, backup_at: int, replaced: Replaced | None
) -> Since:
    """`settle`, or without the replaced file where our reading of it fails.

    The box must start: M-Pesa is asked who has paid since.
    """
    try:
        return settle(now, backup_at, replaced)
    except Exception as exc:
        if replaced is None:
            raise
        log.exception("what the replaced file tells could not be taken over")
        return replace(settle(now, backup_at), fault=f"{type(exc).__name__}: {exc}")


def doubt_what_was_to_do(now: int) -> int:
    """Whoever was still to be asked, paid back or written to is left alone; how many.

    In a transaction. Everybody signs in to the admin page anew.
    """
    Login.delete().execute()
    # M-Pesa only: asking Paystack again is the same asking.
    prompts = (Payment.state == "asked") & (Payment.provider == "mpesa")
    count: int = (
        Payment.update(state="uncertain", sent_at=fn.COALESCE(Payment.sent_at, now))
        .where(prompts)
        .execute()
    )
    for refund in list(Refund.select().where(Refund.state == "asked")):
        refunds.is_uncertain(refund, SAYS, now)
        count += 1
    orders = (Inquiry.state == "asked") & (Inquiry.kind == "reversal")
    Inquiry.update(state="uncertain", says=SAYS).where(orders).execute()
    unsent = Message.state.in_(("waiting", "sending"))
    count += Message.update(state="uncertain", says=SAYS).where(unsent).execute()
    return count


def _lay_over(old: Broken, by_hand: bool, now: int) -> tuple[Since, set[int]]:
    """What came of it; and the vouchers of which the replaced file can tell."""
    books = salvage_money.read(old)
    old.unread = Counter({"money_fact": old.unread["money_fact"]})
    layer = Layer(
        old,
        now,
        by_hand,
        mends={"payment": books.reopened, "money_audit": salvage_money.is_anchor},
        afterwards={"payment": books.make_anew},
    )
    laid = layer.lay(without=("money_fact", "money_audit"))
    books.give_again()
    salvage_vouchers.mend(laid.touched["voucher"])
    books.enter(laid.touched["payment"])
    salvage_money.leave_unsold(laid.touched["payment"], now)
    layer.lay_table("money_audit")
    came = laid.new + laid.changed
    since = Since(
        payments=came.pop("payment", 0) + books.made,
        others=came.total(),
        refused=laid.refused.total(),
        unread=+old.unread,
        lost_payments=books.tell_lost(now),
        # A box that was stopped leaves none; one that lost its power does.
        is_cut=not (old.has_wal or by_hand),
    )
    is_last_word = laid.is_newer and not since.is_cut
    return since, laid.vouchers if is_last_word else set()
