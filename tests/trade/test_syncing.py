"""Each package, sale and money goes to the accounting system once, in order."""

from __future__ import annotations

import pytest

from hotspot_lite.box import Box
from hotspot_lite.trade.goods import catalogue
from hotspot_lite.trade.models import Payment, Plan, SyncCall, SyncItem
from hotspot_lite.trade.money import payments
from hotspot_lite.trade.office import syncing
from hotspot_lite.wires.bookkeeper import Call

NOW = 1_800_000_000


@pytest.fixture
def plan(box: Box) -> Plan:
    return catalogue.add("1 Hour", "20", "1h", NOW)


def bought(plan: Plan, number: int = 1, paid: bool = True) -> Payment:
    phone = f"2547000000{number:02}"
    payment = payments.ask(payments.Ask(plan, phone), b"k" * 32, NOW)
    if paid:
        payments.mark_paid(payment, "callback", None, f"R{number}", NOW)
    found: Payment = Payment.get_by_id(payment.id)
    return found


def open_items() -> list[tuple[str, int]]:
    return [(one.kind, one.local_id) for one in syncing.take(99)]


class TestCollecting:
    def test_a_package_comes_before_its_sale_and_that_before_its_money(
        self, plan: Plan
    ) -> None:
        payment = bought(plan)
        assert syncing.collect(NOW) == 3
        assert open_items() == [
            ("package", plan.id),
            ("sale", payment.id),
            ("money", payment.id),
        ]

    def test_what_is_not_paid_is_no_sale(self, plan: Plan) -> None:
        bought(plan, paid=False)
        assert syncing.collect(NOW) == 1

    def test_again_and_again_makes_nothing_twice(self, plan: Plan) -> None:
        bought(plan)
        for _ in range(3):
            syncing.collect(NOW)
            syncing.collect_all("jane", NOW)
        assert SyncItem.select().count() == 3

    def test_one_that_is_paid_late_is_found(self, plan: Plan) -> None:
        late = bought(plan, 1, paid=False)
        bought(plan, 2)
        syncing.collect(NOW)
        payments.mark_paid(late, "callback", None, "LATE", NOW)
        syncing.collect(NOW)
        assert ("sale", late.id) in open_items()

    def test_a_package_is_written_again_only_where_it_changed(self, plan: Plan) -> None:
        syncing.collect(NOW)
        (item,) = syncing.take()
        syncing.written(item, "remote", syncing.hash_of(plan), NOW)
        Plan.update(rate="9M/9M").execute()  # not in the books
        assert syncing.collect(NOW) == 0
        Plan.update(price_cents=2500).execute()
        assert syncing.collect(NOW) == 1
        assert syncing.take()[0].remote_id == "remote"


class TestTaking:
    def test_what_a_dead_worker_took_is_taken_again_with_the_same_uuid(
        self, plan: Plan
    ) -> None:
        syncing.collect(NOW)
        first = syncing.take()
        again = syncing.take()
        assert [one.sync_uuid for one in first] == [one.sync_uuid for one in again]

    def test_one_that_stumbles_does_not_stand_before_the_others(
        self, plan: Plan
    ) -> None:
        catalogue.add("Day", "50", "1d", NOW)
        syncing.collect(NOW)
        first = syncing.take(1)[0]
        syncing.not_written(first, "It failed (500).", final=False)
        assert syncing.take(1)[0].id != first.id

    def test_what_was_refused_waits_for_a_person(self, plan: Plan) -> None:
        syncing.collect(NOW)
        (item,) = syncing.take()
        syncing.not_written(item, "No such currency.", final=True)
        assert syncing.take() == []
        assert [one.error for one in syncing.failed()] == ["No such currency."]
        assert syncing.retry("jane", NOW) == 1
        assert len(syncing.take()) == 1


class TestStanding:
    def test_failures_wait_longer_each_time_and_stop_at_twenty(self, box: Box) -> None:
        waits = [
            syncing.failed_once("down", 0, NOW).not_before - NOW for _ in range(20)
        ]
        assert waits[:7] == [1, 2, 4, 8, 16, 32, 60]
        assert waits[-1] == syncing.STOP_SECONDS
        syncing.went_well()
        assert syncing.standing().failures == 0

    def test_it_waits_as_long_as_it_is_told(self, box: Box) -> None:
        assert syncing.failed_once("too many", 42.2, NOW).not_before == NOW + 43

    def test_shut_it_stays_until_somebody_resumes(self, box: Box) -> None:
        syncing.shut("No API access.")
        syncing.went_well()
        assert syncing.standing().is_shut
        syncing.resume("jane", NOW)
        assert not syncing.standing().is_shut


def test_only_so_many_requests_are_kept(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(syncing, "KEPT_CALLS", 150)
    for _ in range(400):
        syncing.note_call(NOW, Call("GET", "/entity/store", 200, 5, "", "{}"))
    assert SyncCall.select().count() <= 250
