"""What became of the vouchers of a batch, and taking back those nobody has used.

A voucher is unused until it is redeemed; "sold" is one that the till or an agent sold.
Those that are sold as paper by somebody else stay "unused" until they are redeemed.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from peewee import JOIN, SQL, Case, fn

from hotspot_lite import store
from hotspot_lite.errors import BadInput
from hotspot_lite.trade.goods.catalogue import Terms, read_terms
from hotspot_lite.trade.house import audit
from hotspot_lite.trade.models import AgentSale, CashSale, Voucher, VoucherBatch

UNUSED, SOLD, USED, TAKEN_BACK = "unused", "sold", "used", "taken back"
STATES = (UNUSED, SOLD, USED, TAKEN_BACK)


@dataclass(frozen=True)
class Slip:
    """One voucher as it is listed and printed; `device` is who used it."""

    id: int
    code: str
    state: str
    used_at: int | None
    device: str


@dataclass(frozen=True)
class Tally:
    """A batch, and how many of its vouchers are in which of the STATES."""

    batch: VoucherBatch
    terms: Terms
    counts: dict[str, int]

    @property
    def count(self) -> int:
        """All vouchers of the batch."""
        return sum(self.counts.values())


def newest(count: int, before_id: int | None = None) -> list[Tally]:
    """The newest `count` batches, or those older than the batch `before_id`."""
    query = VoucherBatch.select().order_by(VoucherBatch.id.desc()).limit(count)
    if before_id is not None:
        query = query.where(VoucherBatch.id < before_id)
    return _tallies(list(query))


def tally(batch: VoucherBatch) -> Tally:
    """How the vouchers of one batch stand."""
    return _tallies([batch])[0]


def slips(
    batch: VoucherBatch,
    states: Collection[str] = (),
    count: int = 100,
    after_id: int = 0,
) -> tuple[list[Slip], int]:
    """Up to `count` vouchers of a batch in the order they were made.

    Those in `states` only, unless it is empty; those after the voucher `after_id`. With
    them the id to go on after, 0 when these were the last.
    """
    query = (
        _of(
            [batch], Voucher.id, Voucher.code, Voucher.redeemed_at, Voucher.redeemed_mac
        )
        .where(Voucher.id > after_id)
        .order_by(Voucher.id)
        .limit(count + 1)
    )
    if states:
        query = query.where(_state().in_(list(states)))
    found = [
        Slip(voucher_id, code, state, used_at, device)
        for voucher_id, code, used_at, device, state in query.tuples()
    ]
    return found[:count], found[count - 1].id if len(found) > count else 0


def slip(batch: VoucherBatch, voucher_id: int) -> Slip | None:
    """One voucher of the batch, or None."""
    found, _ = slips(batch, (), 1, voucher_id - 1)
    return found[0] if found and found[0].id == voucher_id else None


def take_back(batch: VoucherBatch, voucher_id: int, by: str, now: int) -> int:
    """Make one unused voucher worthless, or with `voucher_id` 0 all unused ones.

    Returns how many there were. Raises BadInput for one that is not unused: what is
    used has given its time, and what was sold goes back where it was.
    """
    which = [voucher_id] if voucher_id else []
    with store.atomic():
        unused = _of([batch], Voucher.id).where(_state() == UNUSED)
        if which:
            unused = unused.where(Voucher.id.in_(which))
        # A list and not a subquery: it is what the audit log counts.
        ids = [row[0] for row in unused.tuples()]
        if not ids:
            raise BadInput(
                "No unused voucher is here to take back.",
                "Take one that was sold back on the Cash page, or its agent's.",
            )
        for start in range(0, len(ids), 500):
            these = Voucher.id.in_(ids[start : start + 500])
            Voucher.update(voided_at=now).where(these).execute()
        what = f"{len(ids)} of batch {batch.id} ({read_terms(batch.terms).name})"
        audit.note(by, "voucher take back", what, now)
    return len(ids)


def _tallies(batches: list[VoucherBatch]) -> list[Tally]:
    query = _of(batches, Voucher.batch, fn.COUNT(Voucher.id)).group_by(
        Voucher.batch, SQL("state")
    )
    counts = {batch.id: dict.fromkeys(STATES, 0) for batch in batches}
    for batch_id, count, state in query.tuples():
        counts[batch_id][state] = count
    return [Tally(one, read_terms(one.terms), counts[one.id]) for one in batches]


def _of(batches: list[VoucherBatch], *fields: object) -> Any:
    """A query over the vouchers of `batches`: `fields`, and their `state` last."""
    return (
        Voucher.select(*fields, _state().alias("state"))
        .join(CashSale, JOIN.LEFT_OUTER, on=(CashSale.voucher == Voucher.id))
        .switch(Voucher)
        .join(AgentSale, JOIN.LEFT_OUTER, on=(AgentSale.voucher == Voucher.id))
        .where(Voucher.batch.in_([batch.id for batch in batches]))
    )


def _state() -> Any:
    # One whose money was given back is voided too: who takes it back does both.
    return Case(
        None,
        (
            (Voucher.redeemed_at.is_null(False), USED),
            (Voucher.voided_at.is_null(False), TAKEN_BACK),
            (CashSale.payment.is_null(False), SOLD),
            (AgentSale.payment.is_null(False), SOLD),
        ),
        UNUSED,
    )
