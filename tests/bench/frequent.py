"""What a box does all day, as calls: its jobs, the portal, a sale, the staff's pages.

`aged.py` measures them on a box of years, `test_no_scans.py` reads their statements.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import urlencode

from old_box import PEER, OldBox

from hotspot_lite import journey
from hotspot_lite.journey.keeping import places
from hotspot_lite.journey.lettering import house
from hotspot_lite.trade.goods import catalogue
from hotspot_lite.trade.grants import owed
from hotspot_lite.trade.house import events
from hotspot_lite.trade.keeping import backups
from hotspot_lite.trade.models import Payment, Subscription
from hotspot_lite.trade.money import payments
from hotspot_lite.trade.office import hooks, syncing
from hotspot_lite.web.portal.visitor import Visitor

# At night, or each hour: a full look at the money, at the disk, at what is old.
SELDOM = ("tidy", "backup", "audit_nightly")
# Seen all day; and what the staff opens now and then.
LIVE = {"home": "/admin/", "live numbers": "/admin/numbers.json"}
PAGES = {
    "payments": "/admin/payments",
    "customers": "/admin/customers",
    "sessions": "/admin/sessions",
    "vouchers": "/admin/vouchers",
    "reports": "/admin/reports",
    "money audit": "/admin/money-audit",
    "exceptions": "/admin/exceptions",
    "a customer": "/admin/customers/7",
    "a payment": "/admin/payments/7",
    "a batch of vouchers": "/admin/vouchers/7",
}
Things = dict[str, Callable[[], object]]


def things(box: OldBox) -> Things:
    """Everything by its name, in the order of a customer's way."""
    return jobs_of(box) | portal_of(box) | sale_of(box) | pages_of(box, LIVE)


def jobs_of(box: OldBox) -> Things:
    """Each periodic job; and what some do only by day, or where it is set up."""
    hooks.add("http://127.0.0.1:9/", (), "olive", box.now())
    syncing.keep(syncing.Standing(collected=box.sales))
    found = {f"job {name}": getattr(journey, name) for name in _periodic()}
    return found | {
        "letters": lambda: _letters(box.now()),
        "accounting system": lambda: syncing.collect(box.now()),
    }


def _periodic() -> Iterator[str]:
    for kind in journey.huey.kinds.values():
        name = kind.job_periodic.name.partition(".")[2] if kind.job_periodic else ""
        if name and name not in SELDOM:
            yield name


def _letters(now: int) -> None:
    owed.write_due(house(), now)
    for due in (owed.expiring, owed.expired, owed.in_outage):
        list(due(15, now))


def portal_of(box: OldBox) -> Things:
    """The customers' pages."""
    who = Visitor("0A:00:00:00:00:07", PEER, "", "")
    seen = urlencode({"mac": who.mac, "ip": PEER})
    newest = Payment.select().order_by(Payment.id.desc()).limit(9)
    waits = next(p.ref for p in newest if p.state == "sent")
    paid = next(p.ref for p in newest if p.state == "paid")
    free = catalogue.add("Free", "0", "10m", box.now())
    return {
        "portal: front page": lambda: box.ask("GET", f"/?{seen}"),
        "portal: wait page": lambda: box.ask("GET", f"/wait/{waits}?{seen}"),
        "portal: wait page, paid": lambda: box.ask("GET", f"/wait/{paid}?{seen}"),
        "portal: wait, asked anew": lambda: box.ask("GET", f"/wait/{waits}.json"),
        "portal: my time": lambda: box.ask("GET", f"/status?{seen}"),
        "portal: voucher redeemed": box.redeem,
        "portal: free time": lambda: box.form(
            "/free", box.new_device(), plan=str(free.id)
        ),
        "portal: a code to come back": lambda: box.form(
            "/back", box.new_device(), phone="0700000007"
        ),
        "captive API": lambda: box.ask("GET", f"/captive-portal/api?{seen}"),
    }


def sale_of(box: OldBox) -> Things:
    """A sale by prompt, one by hand, and what the router and the provider tell."""
    held: list[Payment] = []
    return {
        "asking for a payment": lambda: held.append(box.order()),
        "callback": lambda: box.callback(held[-1]),
        "fulfil": lambda: journey.fulfil(payment_id=held[-1].id),
        "receipt and thanks": lambda: _write_of_sale(held[-1]),
        "the other jobs of a sale": box.work,
        "login (FreeRADIUS's query)": box.log_in,
        "accounting drain": box.account,
        "accounting without a Class": lambda: box.account(knows_class=False),
        "paid by hand": box.by_hand,
        "claimed by its receipt": box.claim,
        "delivery report": box.delivered,
        "events for the live page": lambda: events.newer(events.last(5)[0]["seq"]),
    }


def _write_of_sale(payment: Payment) -> None:
    sale = Subscription.get(Subscription.payment == payment)
    journey.write_of_sale(subscription_id=sale.id)


def pages_of(box: OldBox, pages: dict[str, str]) -> Things:
    """Pages of the staff's."""
    return {
        f"admin: {name}": lambda path=path: box.ask("GET", path)
        for name, path in pages.items()
    }


def seldom(box: OldBox) -> Things:
    """What runs each hour or at night."""
    return {
        "all payments looked at for their time": payments.paid_without_time,
        "is a backup due?": lambda: backups.is_due(places(), box.now()),
        **{f"job {name}": getattr(journey, name) for name in SELDOM},
    }
