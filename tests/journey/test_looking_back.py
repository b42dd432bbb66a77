"""Paid and without time: found in seconds, or within the hour where it is old."""

from __future__ import annotations

from road import Shifted

from hotspot_lite import jobs, journey
from hotspot_lite.box import Box
from hotspot_lite.jobs import sight
from hotspot_lite.trade.models import Payment
from hotspot_lite.trade.money import payments

DAY_SECONDS = 86_400


def pay(payment: Payment) -> None:
    """Its job is lost: only the look for such finds it."""
    payments.mark_paid(payment, "callback", None, "UKM1", journey.here.now())
    lose_jobs()


def lose_jobs() -> None:
    jobs.rows.main.execute_sql("DELETE FROM job")


def is_called_for() -> bool:
    return "payments.fulfil" in [name for name, _ in sight.waiting_jobs(jobs.rows)]


def date(payment: Payment, at: int) -> None:
    Payment.update(paid_at=at).where(Payment.id == payment.id).execute()


def test_what_was_paid_just_now_is_found_at_each_look(box: Box, asked: Payment) -> None:
    journey.reconcile()
    pay(asked)
    journey.reconcile()
    assert is_called_for()


def test_what_was_paid_long_ago_is_found_by_the_first_look(
    box: Box, asked: Payment
) -> None:
    pay(asked)
    date(asked, journey.here.now() - 400 * DAY_SECONDS)
    journey.reconcile()
    assert is_called_for()


def test_what_a_wrong_clock_dated_long_ago_is_found_within_the_hour(
    box: Box, asked: Payment, clock: Shifted
) -> None:
    journey.reconcile()
    pay(asked)
    date(asked, journey.here.now() - 400 * DAY_SECONDS)
    journey.reconcile()
    assert not is_called_for()
    clock.shift = 3600
    journey.reconcile()
    assert is_called_for()


def test_after_the_clock_was_set_back_all_are_looked_at(
    box: Box, asked: Payment, clock: Shifted
) -> None:
    pay(asked)
    clock.shift = DAY_SECONDS
    journey.reconcile()
    lose_jobs()
    clock.shift = 0
    date(asked, 1)
    journey.reconcile()
    assert is_called_for()
