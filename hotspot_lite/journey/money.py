"""Money: asked for by a rail, come by callback or when asked, turned into time."""

from __future__ import annotations

from hotspot_lite.errors import HotspotError, TryAgain
from hotspot_lite.journey.hall import here, huey
from hotspot_lite.trade.models import Payment
from hotspot_lite.trade.money import payments, prompts, transfers
from hotspot_lite.trade.service import subscriptions
from hotspot_lite.trade.takings import confirming, hearsay, inbox, inquiries
from hotspot_lite.wires.rail import Rail, Wanted

# Of years of payments all are looked at so seldom, the fresh ones each 5 seconds.
LOOK_SECONDS = 3600
TOO_LATE = "It could not be asked for within the hour; nobody's phone rings that late."

# -- Asked for ---------------------------------------------------------------------


def _push_failed(error: str, payment_id: int) -> None:
    payment = Payment.get_by_id(payment_id)
    payments.mark_failed(payment, "not-sent", error, here.now())


@huey.job("payments", failed=_push_failed)
def push(payment_id: int) -> None:
    """Ask for the money by the payment's rail: a phone is never prompted twice."""
    payment = Payment.get_by_id(payment_id)
    if prompts.is_too_late(payment, here.now()):
        payments.mark_failed(payment, "not-sent", TOO_LATE, here.now())
        return
    rail = here.rail(payment.provider)
    if payments.may_push(payment_id, here.now(), rail.repeatable) is None:
        return
    try:
        answer = rail.begin(_wanted(payment, rail), here.now())
    except HotspotError:
        # Raised only where surely nothing was sent.
        payments.not_pushed(payment_id)
        raise
    here.believe(rail)
    if answer.kind == "uncertain" and rail.repeatable:
        raise TryAgain(answer.says, answer.todo)
    payments.pushed(payment, answer, here.now())


def _wanted(payment: Payment, rail: Rail) -> Wanted:
    token = payments.callback_token(here.box.key, payment.ref)
    return Wanted(
        payment.id,
        token,
        payment.amount_cents,
        payment.phone,
        here.callback_url(token) if rail.needs_public_url else "",
        here.return_url(payment.ref) if rail.kind == "redirect" else "",
    )


# -- Come: web wrote the callback down and put this job with it --------------------


@huey.job("payments", every_seconds=lambda: 2.0, durable=False)
def take_in() -> None:
    """Read what came while the database was busy, as if it had come now."""
    confirm = confirming.policy(here.settings)
    readers = {
        "callback": lambda m: hearsay.hear_kept(m, confirm),
        "result": inquiries.keep_kept,
        "transfer": lambda m: transfers.keep_body(m.raw, m.peer, m.received_at),
    }
    inbox.take_in(here.settings.data_dir, readers)


def _fulfil_failed(error: str, payment_id: int) -> None:
    payments.unfulfilled(Payment.get_by_id(payment_id), error, here.now())


@huey.job("payments", failed=_fulfil_failed)
def fulfil(payment_id: int) -> None:
    """Turn money into time: once, however often this runs."""
    subscriptions.fulfil(payment_id, here.now())


@huey.job("payments", every_seconds=lambda: 5.0, durable=False)
def reconcile() -> None:
    """Ask where no callback came, one payment of a rail at a time: they count it."""
    _look_for_owed(here.now())
    for rail in here.rails.values():
        if rail.supports_poll and not here.must_not_ask_yet(rail):
            _ask_about_one(rail)


def _look_for_owed(now: int) -> None:
    """Call for the time of what is paid and has none: of the last LOOK_SECONDS, and of
    all when we begin and then as seldom, for what a wrong clock dated otherwise."""
    is_fresh = 0 <= now - here.all_looked_at < LOOK_SECONDS
    for payment in payments.paid_without_time(now - LOOK_SECONDS if is_fresh else 0):
        payments.call_for_time(payment)
    if not is_fresh:
        here.all_looked_at = now


@huey.job("payments", durable=False)
def look(payment_id: int) -> None:
    """Somebody waits for this payment before our eyes: ask about it now, if we may."""
    here.watch(payment_id)
    rail = here.rail(Payment.get_by_id(payment_id).provider)
    if rail.supports_poll and not here.must_not_ask_yet(rail):
        _ask_about_one(rail)


def _ask_about_one(rail: Rail) -> None:
    waiting = hearsay.to_query(here.now(), rail.name, here.watched())
    if not waiting:
        return
    payment = waiting[0]
    known_as = payment.checkout_request_id or ""
    answer = rail.poll(known_as, prompts.begun_at(payment), here.now())
    here.believe(rail)
    here.heed(rail, answer)
    if answer.heard is not None:
        hearsay.learned(payment, answer.heard, here.now())
        return
    hearsay.answered_query(
        payment,
        answer.kind,
        answer.result_code,
        answer.result_text,
        here.now(),
        here.settings["mpesa.trust_query_seconds"],
        confirming.policy(here.settings),
    )
