"""The captive portal API of RFC 8908: a phone asks how long it may stay online.

Phones learn its address by DHCP option 114 (RFC 8910) and ask it by https only. The
device is known by its address on the WiFi, as the RFC has it.
"""

from __future__ import annotations

import json

from bottle import Bottle, HTTPResponse

from hotspot_lite.box import Box
from hotspot_lite.trade.models import Subscription
from hotspot_lite.trade.service import presence, subscriptions
from hotspot_lite.web import pages

PATH = "/captive-portal/api"
KIND = "application/captive+json"
# When accounting has told of a new login at the latest.
ACCOUNTING_SECONDS = 60


class Captive:
    """The API of one box."""

    def __init__(self, box: Box) -> None:
        self.box = box

    def add_to(self, app: Bottle) -> None:
        """Put it on `app`."""
        app.route(PATH, "GET", self.state)

    def state(self) -> HTTPResponse:
        """GET /captive-portal/api: {captive, seconds-remaining, bytes-remaining, …}."""
        now = self.box.clock.now().at
        found = _at_address(pages.client_address(), now)
        told: dict[str, object] = {"captive": found is None, "can-extend-session": True}
        url = str(self.box.settings["web.public_url"])
        if url.startswith("https://"):  # the RFC wants TLS
            told["user-portal-url"] = f"{url}/"
        if found is not None:
            told |= _remaining(found, now)
        headers = {"Content-Type": KIND, "Cache-Control": "no-store"}
        return HTTPResponse(json.dumps(told), 200, headers)


def _at_address(ip: str, now: int) -> Subscription | None:
    """The time that is used at an address: by accounting, or put online just now."""
    session = presence.at_address(ip, now)
    if session is not None:
        used: Subscription | None = session.subscription
        return used
    since = now - ACCOUNTING_SECONDS
    query = Subscription.select().where(
        (Subscription.ip == ip)
        & (Subscription.access == "admitted")
        & (Subscription.admitted_at > since)
        & Subscription.ended_at.is_null()  # of years of them these are few
    )
    return max(query, key=lambda one: int(one.id), default=None)


def _remaining(found: Subscription, now: int) -> dict[str, object]:
    told: dict[str, object] = {
        "seconds-remaining": subscriptions.seconds_left(found, now)
    }
    if found.data_bytes is not None:
        left = found.data_bytes - found.data_used_bytes
        told["bytes-remaining"] = max(0, left)
    return told
