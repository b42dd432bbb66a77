"""Where the things around this box are, as its settings name them."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from hotspot_lite.errors import GiveUp
from hotspot_lite.onboarding import Site
from hotspot_lite.rails import make_rails
from hotspot_lite.settings import Settings
from hotspot_lite.wires.http import Caller
from hotspot_lite.wires.routeros import Router, RouterAddress

if TYPE_CHECKING:
    from hotspot_lite.wires.radius import Address

ROUTER_DEADLINE_SECONDS = 5.0
# On a LAN it answers in milliseconds, or not at all.
COA_SECONDS = 1.0


def router_address(s: Settings) -> RouterAddress:
    """The router that the settings name. Raises GiveUp where none is set."""
    if not s["router.host"]:
        raise GiveUp(
            "No router is set, so it can't be told who has paid.",
            "Set router.host, router.username and router.password.",
        )
    return RouterAddress(
        host=s["router.host"],
        port=s["router.port"],
        username=s["router.username"],
        password=s["router.password"],
        tls=s["router.tls"],
        ca_file=s["router.ca_file"],
        deadline_seconds=ROUTER_DEADLINE_SECONDS,
    )


def radius_address(s: Settings) -> Address:
    """Our own RADIUS server, as this machine reaches it."""
    from hotspot_lite.wires.radius import Address

    host = str(s["radius.host"])
    own = {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "::1"}.get(host, host)
    return Address(own, s["radius.secret"], auth_port=s["radius.auth_port"])


def coa_address(s: Settings) -> Address:
    """The router's ear for RADIUS orders, as the settings name it."""
    from hotspot_lite.wires.radius import Address

    return Address(
        host=s["router.host"],
        secret=s["radius.secret"],
        coa_port=s["radius.coa_port"],
        timeout_seconds=COA_SECONDS,
        tries=1,
    )


def site(s: Settings) -> Site:
    """What this box says of itself to its router. Raises GiveUp without a router."""
    box = _own_address(str(router_address(s).host))
    port = "" if s["web.port"] == 80 else f":{s['web.port']}"
    return Site(
        box_address=box,
        portal_url=s["web.public_url"] or f"http://{box}{port}",
        nas_address=s["radius.nas_address"],
        secret=s["radius.secret"],
        api_user=s["router.username"],
        api_password=s["router.password"],
        server=s["router.hotspot_server"],
        interface=s["router.interface"],
        auth_port=s["radius.auth_port"],
        acct_port=s["radius.acct_port"],
        coa_port=s["radius.coa_port"],
        is_tls=s["router.tls"],
        wakes=s["access.planes"] == "both",
        garden=hosts_to_pay(s),
    )


def hosts_to_pay(s: Settings) -> tuple[str, ...]:
    """What customers must reach to pay, of every rail that is set up."""
    rails = make_rails(s, Caller()).values()
    return tuple(host for rail in rails if rail.is_set_up() for host in rail.hosts)


def signs_in(s: Settings) -> Callable[[], None]:
    """Sees whether this box's own user can sign in: raises TryAgain or GiveUp."""

    def sign_in() -> None:
        with Router(router_address(s)) as router:
            router.resource()

    return sign_in


def _own_address(router_host: str) -> str:
    """The address from which this box reaches the router; nothing is sent."""
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.connect((router_host, 9))
            return str(probe.getsockname()[0])
    except OSError:
        raise GiveUp(
            f"This box has no way to {router_host}.", "Check router.host."
        ) from None


def is_loopback(url: str) -> bool:
    """Whether an address is this machine itself."""
    host = urlsplit(url).hostname or ""
    return host == "localhost" or host.startswith("127.") or host == "::1"
