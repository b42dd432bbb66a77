"""Every job, in the order a shilling travels; where the wires meet the trade.

No rule and no protocol is here: a job asks the trade what is to do, does it through
a wire with no transaction open, and tells the trade what came of it. Run it with
`huey_consumer hotspot_lite.journey.huey -k thread -w 18 -g TERM -t 30`.
"""

from __future__ import annotations

from hotspot_lite import jobs
from hotspot_lite.errors import GiveUp, HotspotError, TryAgain
from hotspot_lite.jobs import sight
from hotspot_lite.jobs.queue import LaneHuey
from hotspot_lite.outside import Outside, put_sample, read_sample
from hotspot_lite.radius import spool
from hotspot_lite.trade import (
    access,
    hearsay,
    messages,
    payments,
    sessions,
    subscriptions,
)
from hotspot_lite.trade.models import Payment
from hotspot_lite.wires import sms

here = Outside()
huey = LaneHuey("hotspot-lite", jobs.rows)
huey.opened = here.open


# -- Money is asked for ------------------------------------------------------------


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


# -- Money has come: web wrote the callback down and put this job with it ----------


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


# -- Its device goes online --------------------------------------------------------


def _admit_failed(error: str, subscription_id: int) -> None:
    access.failed(subscription_id, error, here.now())


@huey.job("provisioning", failed=_admit_failed)
def admit(subscription_id: int) -> None:
    """Log the device in at the router, and see that it is: online without a click.

    FreeRADIUS admits the customer already; this only saves the click.
    """
    subscription = access.to_admit(subscription_id, here.now())
    if subscription is None:
        return
    router, customer = here.router(), subscription.customer
    router.log_in(customer.username, customer.secret, subscription.mac, subscription.ip)
    if not router.active(mac=subscription.mac, user=customer.username):
        raise TryAgain("The router took the login but doesn't show the device online.")
    access.admitted(subscription, _router_for_event(), here.now())


@huey.job("provisioning", every_seconds=lambda: 30.0, durable=False)
def catch_up() -> None:
    """Put online who has paid and came back after the router or the phone was away."""
    for subscription in (
        access.not_yet_admitted(here.now()) if here.has_router() else []
    ):
        if here.router().hosts(mac=subscription.mac):
            subscriptions.call_for_access(subscription)


def _router_for_event() -> dict[str, object]:
    host = here.settings["router.host"]
    known = read_sample(here.settings.run_dir, "router") or {}
    return {"id": 1, "name": known.get("name") or host, "ip_address": host}


# -- The customer is told ----------------------------------------------------------


def _tell_failed(error: str, message_id: int) -> None:
    messages.not_sent(message_id, error, final=True)


@huey.job("hotspot-sms", failed=_tell_failed)
def tell(message_id: int) -> None:
    """Send the SMS; where nobody knows whether it left, leave it at that."""
    message = messages.claim(message_id)
    if message is None:
        return
    try:
        done = sms.send(
            here.sms_account(),
            message.phone,
            message.text,
            f"hl{message.id}",
            here.caller,
        )
    except (TryAgain, GiveUp) as exc:
        messages.not_sent(message_id, exc.says, final=False)
        raise
    messages.sent(message, done.message_id or "", done.uncertain, here.now())


# -- Time runs out -----------------------------------------------------------------


@huey.job("hotspot-sessions", every_seconds=lambda: 15.0, durable=False)
def expire() -> None:
    """Close what is used up. The router ends its sessions by itself: it was told the
    seconds that are left. An unbelievable clock ends nothing."""
    reading = here.clock()
    if reading.believed:
        subscriptions.end_those_over(reading.at)


@huey.job("hotspot-accounting", every_seconds=lambda: 2.0, durable=False)
def drain() -> None:
    """Take FreeRADIUS's accounting into the ledger, and note wrong tries."""
    folder = here.settings.data_dir / "spool"
    spool.drain(
        folder / "acct.tsv", lambda found: _recorded(sessions.record(found, here.now()))
    )
    spool.drain_rejects(
        folder / "auth.tsv", lambda found: sessions.note_rejects(found, here.now())
    )


@huey.job("hotspot-accounting", every_seconds=lambda: 60.0, durable=False)
def close_stale() -> None:
    """Close sessions that have been silent for long, if the clock can be believed."""
    reading = here.clock()
    if reading.believed:
        sessions.end_stale(reading.at)


def _recorded(touched: set[int]) -> None:
    access.call_again(touched, here.now())
    jobs.ring("live")


# -- The owner looks on ------------------------------------------------------------


@huey.job("router-data", every_seconds=lambda: here.settings["router.sample_seconds"])
def sample() -> None:
    """Read the router's load and who is online there, into /run."""
    if not here.has_router():
        return
    router = here.router()
    load, online = router.resource(), router.active()
    found = {
        "at": here.now(),
        "version": load.version,
        "uptime_seconds": load.uptime_seconds,
        "cpu_load_percent": load.cpu_load_percent,
        "free_memory_bytes": load.free_memory_bytes,
        "total_memory_bytes": load.total_memory_bytes,
        "online": len(online),
    }
    put_sample(here.settings.run_dir, "router", found)


@huey.job("dashboard", every_seconds=lambda: 5.0)
def show() -> None:
    """Put together what the live page shows besides the ledger, into /run."""
    router = read_sample(here.settings.run_dir, "router")
    lanes = sight.counts(jobs.rows)
    found = {"at": here.now(), "router": router, "lanes": lanes}
    put_sample(here.settings.run_dir, "samples", found)
    jobs.ring("live")
