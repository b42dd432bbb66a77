"""The ways to pay, made from the settings: all that the web process needs of the wires.

The rest (`outside`) speaks to the router, for 10 MiB of asyncio and librouteros.
"""

from __future__ import annotations

from collections.abc import Callable

from hotspot_lite.settings import Settings
from hotspot_lite.wires import paystack
from hotspot_lite.wires.daraja import Daraja, DarajaAccount
from hotspot_lite.wires.daraja_rail import MpesaRail
from hotspot_lite.wires.http import Caller
from hotspot_lite.wires.rail import Rail

DARAJA = {
    "sandbox": "https://sandbox.safaricom.co.ke",
    "production": "https://api.safaricom.co.ke",
}


def _mpesa(s: Settings, caller: Caller) -> Rail:
    return MpesaRail(Daraja(daraja_account(s), caller))


# Another way to pay is a module of `wires` and a line here; the order is the portal's.
RAILS: dict[str, Callable[[Settings, Caller], Rail]] = {
    "mpesa": _mpesa,
    "paystack": paystack.from_settings,
}


def make_rails(s: Settings, caller: Caller) -> dict[str, Rail]:
    """Every rail there is by its name, for one process; nothing is connected yet."""
    return {name: make(s, caller) for name, make in RAILS.items()}


def daraja_account(s: Settings) -> DarajaAccount:
    """The M-Pesa account that the settings name."""
    return DarajaAccount(
        base_url=s["mpesa.base_url"] or DARAJA[s["mpesa.environment"]],
        consumer_key=s["mpesa.consumer_key"],
        consumer_secret=s["mpesa.consumer_secret"],
        passkey=s["mpesa.passkey"],
        shortcode=s["mpesa.shortcode"],
        till=s["mpesa.till"],
    )
