"""Devices without a browser are found at the router, and let in when they are there."""

from __future__ import annotations

from hotspot_lite.errors import GiveUp
from hotspot_lite.journey.hall import here, huey
from hotspot_lite.trade.grants import pairing
from hotspot_lite.trade.models import Device


def _failed(error: str, pairing_id: int) -> None:
    pairing.fail(pairing_id)


@huey.job("provisioning", failed=_failed)
def pair(pairing_id: int) -> None:
    """Find the device that a customer named, and let it in."""
    hosts = here.router().hosts()
    seen = {host.mac_address: host.address for host in hosts if not host.is_bypassed}
    device = pairing.settle(pairing_id, seen, here.now())
    if device is not None:
        _let_in(device, device.ip)


@huey.job("provisioning", every_seconds=lambda: 30.0, durable=False)
def let_in_bare() -> None:
    """Let those in again that were away: switched off, or put out for being idle."""
    outside = pairing.outside(here.now()) if here.has_router() else []
    if not outside:
        return
    hosts = {host.mac_address: host for host in here.router().hosts()}
    for device in outside:
        host = hosts.get(device.mac)
        if host is not None and not host.is_authorized:
            try:
                _let_in(device, host.address)
            except GiveUp:
                continue  # refused, as RADIUS has noted; the others have their turn


def _let_in(device: Device, ip: str) -> None:
    customer = device.customer
    here.router().log_in(customer.username, customer.secret, device.mac, ip)
