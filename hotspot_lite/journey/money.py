"""Money: asked for on a phone, come by callback or query, turned into time."""

from __future__ import annotations

from hotspot_lite.errors import HotspotError
from hotspot_lite.journey.hall import here, huey
from hotspot_lite.trade import hearsay, payments, subscriptions
from hotspot_lite.trade.models import Payment

# -- Asked for ---------------------------------------------------------------------


def _push_failed(error: str, payment_id: int) -> None:
    payment = Payment.get_by_id(payment_id)
    payments.mark_failed(payment, "not-sent", error, here.now())


@huey.job("payments", failed=_push_failed)
def push(payment_id: int) -> None:
    """Send the prompt to the customer's phone: never twice."""
    payment = payments.may_push(payment_id, here.now())
    if payment is None:
        return
    try:
        token = payments.callback_token(here.box.key, payment.ref)
        answer = here.daraja.push(
            payment.phone,
            payment.amount_cents,
            f"HL{payment.id}",
            "WiFi",
            here.callback_url(token),
            here.now(),
        )
    except HotspotError:
        # Raised only where surely nothing was sent.
        payments.not_pushed(payment_id)
        raise
    here.believe_daraja()
    payments.pushed(payment, answer, here.now())


# -- Come: web wrote the callback down and put this job with it --------------------


def _fulfil_failed(error: str, payment_id: int) -> None:
    payments.unfulfilled(Payment.get_by_id(payment_id), error, here.now())


@huey.job("payments", failed=_fulfil_failed)
def fulfil(payment_id: int) -> None:
    """Turn money into time: once, however often this runs."""
    subscriptions.fulfil(payment_id, here.now())


@huey.job("payments", every_seconds=lambda: 5.0, durable=False)
def reconcile() -> None:
    """Ask Daraja where no callback came, one payment at a time: it counts queries."""
    for payment in payments.paid_without_time():
        payments.call_for_time(payment)
    waiting = hearsay.to_query(here.now())
    if not waiting or here.must_not_query_yet():
        return
    payment = waiting[0]
    answer = here.daraja.query(payment.checkout_request_id or "", here.now())
    here.believe_daraja()
    here.heed(answer)
    hearsay.answered_query(
        payment, answer.kind, answer.result_code, answer.result_text, here.now()
    )
