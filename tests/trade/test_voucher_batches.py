"""What became of a batch of vouchers, and taking unused ones back."""

from __future__ import annotations

import pytest

from hotspot_lite.box import Box
from hotspot_lite.errors import BadInput
from hotspot_lite.trade.goods import batches, catalogue
from hotspot_lite.trade.grants import vouchers
from hotspot_lite.trade.models import Audit, Plan, Voucher, VoucherBatch
from hotspot_lite.trade.reckoning import books
from hotspot_lite.trade.takings import cash

MAC = "02:00:00:00:00:01"


@pytest.fixture
def plan(box: Box) -> Plan:
    return catalogue.add("1 Hour", "20", "1h", 1000)


def states(batch: VoucherBatch) -> dict[str, int]:
    counts = batches.tally(batch).counts
    return {state: count for state, count in counts.items() if count}


@pytest.fixture
def mixed(plan: Plan) -> VoucherBatch:
    """Two unused, one sold at the till, one sold there and used, one used."""
    shift = cash.open_shift("jane", 0, 1000)
    batch = cash.sell_vouchers(shift, plan, 2, 1000)
    ours = vouchers.make(plan, 3, "jane", 1000)
    Voucher.update(batch=batch).where(Voucher.batch == ours).execute()
    codes = vouchers.codes(batch)
    vouchers.redeem(codes[1], MAC, "", 2000)
    vouchers.redeem(codes[4], "02:00:00:00:00:02", "", 2000)
    return batch


def test_each_voucher_is_in_one_state(mixed: VoucherBatch) -> None:
    assert states(mixed) == {"unused": 2, "sold": 1, "used": 2}
    assert batches.tally(mixed).count == 5
    found, more = batches.slips(mixed)
    assert [slip.state for slip in found] == [
        "sold",
        "used",
        "unused",
        "unused",
        "used",
    ]
    assert (found[1].used_at, found[1].device, more) == (2000, MAC, 0)


def test_they_are_read_page_by_page(mixed: VoucherBatch) -> None:
    first, more = batches.slips(mixed, (), 3)
    rest, end = batches.slips(mixed, (), 3, more)
    assert [slip.code for slip in first + rest] == vouchers.codes(mixed)
    assert end == 0
    full, none_left = batches.slips(mixed, ["unused"], 2)
    assert [slip.state for slip in full] == ["unused"] * 2
    assert none_left == 0


def test_one_is_found_in_its_own_batch_only(mixed: VoucherBatch, plan: Plan) -> None:
    other = vouchers.make(plan, 1, "jane", 1000)
    ours = batches.slips(mixed)[0][2]
    assert batches.slip(mixed, ours.id) == ours
    assert batches.slip(other, ours.id) is None


def test_one_that_is_taken_back_buys_nothing(mixed: VoucherBatch) -> None:
    lost = batches.slips(mixed, ["unused"])[0][0]
    assert batches.take_back(mixed, lost.id, "jane", 3000) == 1
    assert states(mixed) == {"unused": 1, "sold": 1, "used": 2, "taken back": 1}
    with pytest.raises(BadInput, match="taken back"):
        vouchers.redeem(lost.code, MAC, "", 4000)


def test_all_unused_are_taken_back_at_once_and_nothing_else(
    mixed: VoucherBatch,
) -> None:
    assert batches.take_back(mixed, 0, "jane", 3000) == 2
    assert states(mixed) == {"sold": 1, "used": 2, "taken back": 2}
    noted = Audit.select().order_by(Audit.id.desc()).get()
    assert (noted.who, noted.what) == ("jane", "voucher take back")
    assert "2 of batch" in noted.detail
    assert not list(books.all_rules(0, 9000, 9000))


@pytest.mark.parametrize("state", ["sold", "used"])
def test_what_is_sold_or_used_is_not_taken_back(
    mixed: VoucherBatch, state: str
) -> None:
    slip = batches.slips(mixed, [state])[0][0]
    before = states(mixed)
    with pytest.raises(BadInput, match="No unused voucher"):
        batches.take_back(mixed, slip.id, "jane", 3000)
    assert states(mixed) == before


def test_batches_are_listed_newest_first_and_then_older_ones(plan: Plan) -> None:
    made = [vouchers.make(plan, count, "jane", 1000) for count in (1, 2, 3)]
    newest = batches.newest(2)
    assert [tally.count for tally in newest] == [3, 2]
    older = batches.newest(2, newest[-1].batch.id)
    assert [tally.batch.id for tally in older] == [made[0].id]
