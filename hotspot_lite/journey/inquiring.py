"""M-Pesa is told to give back, and asked about receipts; it answers later."""

from __future__ import annotations

import logging
from itertools import islice

from hotspot_lite.errors import BadInput, HotspotError, TryAgain
from hotspot_lite.journey import cutting
from hotspot_lite.journey.hall import here, huey
from hotspot_lite.trade.models import Inquiry, InquiryBody, Payment, Subscription
from hotspot_lite.trade.service import subscriptions
from hotspot_lite.trade.takings import (
    claims,
    confirming,
    hearsay,
    inquiries,
    refunds,
    results,
)
from hotspot_lite.wires import daraja_orders
from hotspot_lite.wires.daraja_orders import Ordered, OrderResult

log = logging.getLogger("hotspot.inquiring")


def _inquire_failed(error: str, inquiry_id: int) -> None:
    results.gave_up(inquiry_id, error, here.now())


@huey.job("payments", tries=5, failed=_inquire_failed)
def inquire(inquiry_id: int) -> None:
    """Put a question or an order to M-Pesa: an order never leaves twice."""
    inquiry = inquiries.may_send(inquiry_id, here.now())
    if inquiry is None:
        return
    try:
        answer = _order(inquiry)
    except HotspotError:
        # Raised only where surely nothing was taken.
        inquiries.not_sent(inquiry)
        raise
    here.believe(here.rail("mpesa"))
    if inquiry.kind in inquiries.REPEATABLE and _is_worth_another(answer):
        raise TryAgain(answer.says, after_seconds=answer.retry_after_seconds)
    results.sent(inquiry, answer, here.now())


def _is_worth_another(answer: Ordered) -> bool:
    return answer.kind == "uncertain" or answer.retry_after_seconds is not None


def _order(inquiry: Inquiry) -> Ordered:
    who = here.initiator(inquiries.token(here.box.key, inquiry.ref))
    remark = f"HL{inquiry.id}"
    if inquiry.kind == "status" or inquiry.refund is None:
        receipt, about = inquiry.receipt, inquiry.about
        return daraja_orders.ask_status(here.daraja, who, receipt, remark, about)
    cents = inquiry.refund.amount_cents
    return daraja_orders.reverse(here.daraja, who, inquiry.receipt, cents, remark)


@huey.job("payments")
def read_result(body_id: int) -> None:
    """Read what came to an inquiry's address, and judge it."""
    body = InquiryBody.get_by_id(body_id)
    ours = (here.settings["mpesa.shortcode"], here.settings["mpesa.till"])
    verdict = results.hear(body_id, _read(body), [n for n in ours if n], here.now())
    log.info("result of inquiry %s: %s", body.inquiry.id, verdict)


def _read(body: InquiryBody) -> OrderResult | None:
    if body.is_timeout:
        return None
    try:
        return daraja_orders.read_result(bytes(body.body))
    except BadInput as exc:
        log.warning("a result can't be read: %s", exc)
        return None


@huey.job("payments")
def verify(payment_id: int) -> None:
    """A callback says paid and the owner wants M-Pesa's second word: ask for it.

    A query that finds no turn now is put by `reconcile`.
    """
    payment = Payment.get_by_id(payment_id)
    told = confirming.awaited(payment)
    if told is None:
        return
    if confirming.policy(here.settings) == confirming.STATUS and told.receipt:
        inquiries.ask_status(told.receipt, here.box.key, here.now(), payment)
    else:
        hearsay.call_for_query(payment)


@huey.job("payments", every_seconds=lambda: 30.0, durable=False)
def seek() -> None:
    """Ask about a receipt that a device claims and M-Pesa has not told of, and about
    reversals of which nothing was heard."""
    if not here.can_order():
        return
    inquiries.ask_after(here.box.key, here.now())
    if confirming.policy(here.settings) == confirming.STATUS:
        _ask_again()
    wanted = claims.wanted(here.now())
    due = (one for one in wanted if inquiries.may_seek(one, here.now()))
    for receipt in islice(due, 1):
        inquiries.ask_status(receipt, here.box.key, here.now())


@huey.job("payments", durable=False)
def seek_now() -> None:
    """Somebody has just claimed a receipt: not only at the next turn."""
    seek()


def _ask_again() -> None:
    """The second word was asked for and did not come: once more, ever more rarely."""
    for told in confirming.open_ones():
        if told.receipt and inquiries.may_seek(told.receipt, here.now()):
            inquiries.ask_status(told.receipt, here.box.key, here.now(), told.payment)


@huey.job("hotspot-sessions")
def after_refund(refund_id: int) -> None:
    """Money went back: end what it bought, if the owner wants that."""
    if here.settings["money.after_refund"] == "keep":
        return
    for mac in refunds.end_access(refund_id, here.now()):
        put_out(mac)


@huey.job("hotspot-sessions")
def leave(mac: str, subscription_id: int) -> None:
    """Its time has gone to another device: this one leaves, then that one comes in."""
    put_out(mac)
    subscriptions.call_for_access(Subscription.get_by_id(subscription_id))


def put_out(mac: str) -> None:
    """End a device's sessions at the router, where there is one."""
    if here.has_router():
        cutting.put_out(here.router().active(mac=mac))
