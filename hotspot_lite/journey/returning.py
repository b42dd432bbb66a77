"""Somebody comes back: the router says which device it is, and the old one goes."""

from __future__ import annotations

from hotspot_lite.errors import TryAgain
from hotspot_lite.journey.hall import here, huey
from hotspot_lite.trade.grants import returning
from hotspot_lite.wires.routeros_words import Host


@huey.job("provisioning")
def welcome(customer_id: int, mac: str, ip: str, how: str) -> None:
    """Give a customer's time to the device at an address, as the router knows it."""
    host = _host_at(ip) if here.has_router() else None
    found = host.mac_address if host else mac
    if host is None and here.has_router():
        raise TryAgain("The router doesn't see a device at that address.")
    if how == "mac" and found != mac:
        return  # somebody else sits at that address: nothing was proved
    if how == "mac" and host is not None and host.is_authorized:
        return  # it was let in since it asked, as right after it has paid
    returning.settle(customer_id, found, ip, how, here.now())


def _host_at(ip: str) -> Host | None:
    return next((h for h in here.router().hosts() if h.address == ip), None)


@huey.job("hotspot-sessions")
def displace(customer_id: int, mac: str) -> None:
    """Put out the device that gave its place to another, and call for that one."""
    if here.has_router() and _is_in(
        mac, returning.names_of_displaced(customer_id, mac)
    ):
        here.router().log_out(mac)
    returning.put_out(customer_id, here.now())


def _is_in(mac: str, names: set[str]) -> bool:
    return any(active.user in names for active in here.router().active(mac=mac))
