"""For machines: is the box well, what are its counts, is this device captive."""

from __future__ import annotations

from bottle import Bottle, HTTPError, HTTPResponse, request

from hotspot_lite import store
from hotspot_lite.box import Box
from hotspot_lite.trade import subscriptions
from hotspot_lite.trade.models import Device
from hotspot_lite.web import board, pages
from hotspot_lite.web.login import Door

CAPTIVE_JSON = "application/captive+json"


class Api:
    """The machines' addresses of one box."""

    def __init__(self, box: Box, door: Door) -> None:
        self.box = box
        self.door = door

    def add_to(self, app: Bottle) -> None:
        """Put its addresses on `app`."""
        app.route("/healthz", "GET", self.health)
        app.route("/metrics", "GET", self.metrics)
        app.route("/captive-portal/api", "GET", self.captive)

    def health(self) -> HTTPResponse:
        """GET /healthz: 200 where the database answers."""
        store.database.execute_sql("SELECT 1").fetchone()
        reading = self.box.clock.now()
        return pages.json_page({"ok": True, "clock_believed": reading.believed})

    def metrics(self) -> HTTPResponse:
        """GET /metrics for Prometheus: for this machine and staff, it tells takings."""
        if not pages.is_this_machine() and self.door.person() is None:
            raise HTTPError(403)
        now = self.box.clock.now().at
        told = board.snapshot(now, self.box.settings["box.timezone"])
        lines = [
            f"hotspot_{name} {value}"
            for name, value in told["numbers"].items()
            if name != "at"
        ]
        for lane, counts in told["lanes"].items():
            lines += [
                f'hotspot_jobs{{lane="{lane}",state="{state}"}} {count}'
                for state, count in counts.items()
            ]
        return pages.text_page("\n".join(lines) + "\n")

    def captive(self) -> HTTPResponse:
        """GET /captive-portal/api: RFC 8908, for the device at the asking address."""
        now = self.box.clock.now().at
        base = self.box.settings["web.public_url"] or _own_url()
        told: dict[str, object] = {
            "captive": True,
            "user-portal-url": f"{base}/",
            "can-extend-session": True,
        }
        left = _seconds_left(pages.client_address(), now)
        if left:
            told |= {"captive": False, "seconds-remaining": left}
        return pages.json_page(told, kind=CAPTIVE_JSON)


def _own_url() -> str:
    scheme = "https" if pages.is_https() else "http"
    host = request.get_header("Host", "") if pages.host_name() else ""
    return f"{scheme}://{host}" if host else ""


def _seconds_left(address: str, now: int) -> int:
    """The time left of the device last seen at `address`, if it was put online."""
    device = (
        Device.select()
        .where(Device.ip == address)
        .order_by(Device.seen_at.desc())
        .first()
    )
    if device is None:
        return 0
    live = subscriptions.live(device.customer, now)
    admitted = [s for s in live if s.access == "admitted"]
    return sum(subscriptions.seconds_left(s, now) for s in admitted)
