"""Time whose row can't be read, though it is known that it was given: it goes on."""

from __future__ import annotations

from dataclasses import replace

from hotspot_lite.trade.models import Payment, Subscription
from hotspot_lite.trade.money import payments
from hotspot_lite.trade.people import customers
from hotspot_lite.trade.service import subscriptions
from hotspot_lite.trade.service.subscriptions import Wish


def give_again(wish: Wish, at: int) -> None:
    """The same time from the same moment on.

    No job is put, as the queue isn't open yet: the worker finds whose device waits.
    """
    time = subscriptions.give(replace(wish, mac=""), at)
    if not wish.mac:
        return
    if customers.by_device(wish.mac) is None:
        customers.remember_device(wish.mac, wish.ip, wish.customer, at)
    change = {"mac": wish.mac, "access": "waiting"}
    Subscription.update(change).where(Subscription.id == time.id).execute()


def of_payment(payment: Payment, at: int) -> None:
    """Time for a payment that had it from `at` on; none where the money went back."""
    if subscriptions.has_time(payment) or payments.is_given_back(payment):
        return
    customer, is_first = subscriptions.whose(payment, at)
    terms = payments.terms(payment)
    wish = Wish(customer, terms, payment.mac, payment.ip, payment, is_first=is_first)
    give_again(wish, at)
