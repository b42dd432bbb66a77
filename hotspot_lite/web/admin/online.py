"""The sessions page: who is online just now, and the button that puts a device out."""

from __future__ import annotations

from typing import Any

from bottle import Bottle, HTTPError, HTTPResponse

from hotspot_lite import samples
from hotspot_lite.clock import as_text, length_text
from hotspot_lite.errors import BadInput
from hotspot_lite.trade.models import Customer
from hotspot_lite.trade.people import customers
from hotspot_lite.trade.people.phones import mask
from hotspot_lite.trade.people.staff import Person
from hotspot_lite.trade.service import online
from hotspot_lite.trade.service.online import Online
from hotspot_lite.web import pages
from hotspot_lite.web.admin.desk import Desk
from hotspot_lite.web.admin.login import EVERYBODY, admits
from hotspot_lite.web.language import data_text
from hotspot_lite.web.portal.waiting import clock_text

MEGABIT = 1_000_000


class Sessions(Desk):
    """The page of who is online."""

    def add_to(self, app: Bottle) -> None:
        """Put its pages on `app`, each behind the door."""
        app.route("/admin/sessions", "GET", self.door.guarded(self.listed))
        app.route("/admin/sessions/kick", "POST", self.door.guarded(self.kick))

    @admits(*EVERYBODY)
    def listed(self, person: Person) -> HTTPResponse:
        """GET /admin/sessions: who is online, the newest session first."""
        self.box.mark_watched()
        now = self.now()
        shown = online.newest(samples.newest(self.box.settings.run_dir, "online"), now)
        found = online.listed(shown.rows, now)
        return self.page(
            "sessions",
            person,
            rows=[self._row(row, person, now) for row in found],
            down=speed_text(_total(row.at.down_bits for row in found)),
            up=speed_text(_total(row.at.up_bits for row in found)),
            as_of=self.at(as_text(shown.at)),
            has_router=bool(self.box.settings["router.host"]),
            put_out=_mac(pages.query("out")),
        )

    @admits("cashier")
    def kick(self, person: Person) -> HTTPResponse:
        """POST /admin/sessions/kick {mac}: have the router put the device out."""
        mac = _mac(pages.form("mac", 40))
        if not mac:
            raise HTTPError(400)
        online.call_out(mac, person.name, self.now())
        return pages.go_to(f"/admin/sessions?out={mac}")

    def _row(self, row: Online, person: Person, now: int) -> dict[str, Any]:
        time = row.subscription
        return {
            "who": who_text(row.customer, row.at.user, person.may("cashier")),
            "is_ours": row.customer is not None,
            "mac": row.at.mac_address,
            "ip": row.at.ip,
            "package": time.plan_name if time else "",
            "since": clock_text(row.began_at, self.zone(), now),
            "used": data_text(row.used_bytes),
            "left": "" if row.seconds_left is None else length_text(row.seconds_left),
            "data_left": ""
            if row.data_left_bytes is None
            else data_text(row.data_left_bytes),
            "down": speed_text(row.at.down_bits),
            "up": speed_text(row.at.up_bits),
            "is_local": not row.at.is_radius,
        }


def who_text(customer: Customer | None, user: str, may_see_all: bool) -> str:
    """Whose session it is. A voucher's name is its code: not for those who look on."""
    if customer is not None and customer.phone:
        return f"+{customer.phone}" if may_see_all else mask(customer.phone)
    if customer is None or may_see_all:
        return user
    return f"{user[:2]}…"


def speed_text(bits: int | None) -> str:
    """A speed in Mbit/s; "" where it isn't known yet."""
    return "" if bits is None else f"{bits / MEGABIT:.1f} Mbit/s"


def _mac(text: str) -> str:
    try:
        return customers.normal_mac(text)
    except BadInput:
        return ""


def _total(speeds: Any) -> int:
    return sum(bits or 0 for bits in speeds)
