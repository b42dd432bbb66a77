"""The device of who paid goes online."""

from __future__ import annotations

from hotspot_lite import samples
from hotspot_lite.errors import TryAgain
from hotspot_lite.journey.hall import here, huey
from hotspot_lite.journey.mirroring import mirror_one
from hotspot_lite.trade.service import access, subscriptions


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
    if here.settings["access.planes"] == "router":
        mirror_one(customer.id)  # it is who lets the device in
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
    known = samples.newest(here.settings.run_dir, "router") or {}
    return {"id": 1, "name": known.get("name") or host, "ip_address": host}
