"""The whole town on loopback, and the settings with which a box lives in it."""

from __future__ import annotations

import random
import secrets
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Self

from hotspot_lite.town import daraja_safe
from hotspot_lite.town.daraja import PretendDaraja
from hotspot_lite.town.inhabitant import Inhabitant
from hotspot_lite.town.paystack import PretendPaystack
from hotspot_lite.town.routeros import PretendRouter, RadiusAddress
from hotspot_lite.town.sms import PretendSmsGateway
from hotspot_lite.town.visitor import Visitor

API_PASSWORD = "pretend-api-password"
OUR_PORTS = (20000, 32000)


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    """A port of loopback that nobody has just now.

    Below the ports that Linux hands to whoever asks for any (32768 and up, ip(7)):
    one of those could be gone before it is used.
    """
    while True:
        port = random.randrange(*OUR_PORTS)
        with socket.socket(socket.AF_INET, kind) as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


@dataclass(frozen=True)
class Ports:
    """The ports that the box is to use; any free ones unless given."""

    web: int = field(default_factory=free_port)
    live: int = field(default_factory=free_port)
    auth: int = field(default_factory=lambda: free_port(socket.SOCK_DGRAM))
    acct: int = field(default_factory=lambda: free_port(socket.SOCK_DGRAM))


class Town(Inhabitant):
    """Daraja, Paystack, a router, an SMS gateway and people, for one box here.

    `scale` shortens the seconds that people take (0.01: a minute is 0.6 s); `now` is
    the clock of M-Pesa.
    """

    def __init__(
        self,
        scale: float = 1.0,
        ports: Ports | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.ports = ports or Ports()
        self.secret = secrets.token_hex(16)
        self.daraja = PretendDaraja(scale=scale, now=now)
        self.paystack = PretendPaystack(scale=scale)
        self.paystack.webhooks.url = f"{self.portal_url}/cb/paystack"
        self.sms = PretendSmsGateway(scale=scale)
        self.router = PretendRouter(
            identity="Town Router",
            api_users={"hotspot-lite": API_PASSWORD},
            radius=RadiusAddress(
                "127.0.0.1", self.ports.auth, self.ports.acct, self.secret, 3.0
            ),
            portal_url=f"{self.portal_url}/",
            tick_every_seconds=1.0,
        )
        self._visitors = 0

    @property
    def portal_url(self) -> str:
        """Where the box's portal is."""
        return f"http://127.0.0.1:{self.ports.web}"

    def start(self) -> Self:
        """Open all doors."""
        self.daraja.start()
        self.paystack.start()
        self.sms.start()
        self.router.start()
        return self

    def stop(self) -> None:
        """Close all doors."""
        self.router.stop()
        self.sms.stop()
        self.paystack.stop()
        self.daraja.stop()

    def visitor(self) -> Visitor:
        """Somebody new with a phone, whose device has joined the WiFi."""
        self._visitors += 1
        number = self._visitors
        mac = f"02:00:00:00:{number >> 8:02X}:{number & 255:02X}"
        ip = f"127.5.{50 + (number >> 8)}.{number & 255}"
        self.router.join(mac, ip)
        return Visitor(mac, ip, f"254700{number:06d}", self.router.http_port)

    def settings(self, paystack: bool = False) -> dict[str, str]:
        """The environment of a box that lives in this town: M-Pesa alone, or both."""
        shop, ports = self.daraja.shop, self.ports
        named = {
            "box.name": "Town WiFi",
            "web.host": "127.0.0.1",
            "web.port": ports.web,
            "live.host": "127.0.0.1",
            "live.port": ports.live,
            "mpesa.base_url": self.daraja.base_url,
            "mpesa.consumer_key": shop.consumer_key,
            "mpesa.consumer_secret": shop.consumer_secret,
            "mpesa.passkey": shop.passkey,
            "mpesa.shortcode": shop.shortcode,
            "mpesa.callback_url": self.portal_url,
            "mpesa.initiator": shop.initiator,
            "mpesa.security_credential": daraja_safe.seal(shop.initiator_password),
            "mpesa.callback_check": "off",
            "mpesa.queries_per_minute": 0,  # the town is in a hurry
            "router.host": "127.0.0.1",
            "router.port": self.router.api_port,
            "router.password": API_PASSWORD,
            "radius.host": "127.0.0.1",
            "radius.secret": self.secret,
            "radius.auth_port": ports.auth,
            "radius.acct_port": ports.acct,
            "radius.coa_port": self.router.coa_port or 3799,
            "sms.provider": "textsms",
            "sms.url": self.sms.base_url,
            "sms.api_key": self.sms.api_key,
        }
        if paystack:
            named |= {
                "paystack.secret_key": self.paystack.secret_key,
                "paystack.base_url": self.paystack.base_url,
                "paystack.email": "owner@kona.example",
                "web.public_url": self.portal_url,
            }
        return {
            "HOTSPOT_" + name.replace(".", "_").upper(): str(value)
            for name, value in named.items()
        }
