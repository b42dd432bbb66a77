"""What a box does all day, as calls: its jobs, the portal, a sale, the staff's pages.

`aged.py` measures them on a box of years, `test_no_scans.py` reads their statements.
"""

from __future__ import annotations

import io
import json
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

sys.path.insert(0, str(Path(__file__).parents[1] / "journey"))
from road import Shifted, responder_in_thread
from village import work
from years import fill

from hotspot_lite import box as boxes
from hotspot_lite import jobs, journey, settings, store
from hotspot_lite.box import Box
from hotspot_lite.radius import policy, spool
from hotspot_lite.town.whole import Town
from hotspot_lite.trade.models import Login, Payment, Staff, Subscription, Voucher
from hotspot_lite.trade.money import payments
from hotspot_lite.trade.people import staff
from hotspot_lite.web import make_app
from hotspot_lite.web.board import COOKIE
from hotspot_lite.web.portal import visitor
from hotspot_lite.web.portal.visitor import Visitor

PEER, TOKEN = "127.0.0.1", "session-of-the-owner"
# Run by hand below, or seldom: a full look at the money at night.
SELDOM = {"audit_nightly", "backup", "tidy"}
PAGES = {
    "home": "/admin/",
    "live numbers": "/admin/numbers.json",
    "payments": "/admin/payments",
    "customers": "/admin/customers",
    "sessions": "/admin/sessions",
    "vouchers": "/admin/vouchers",
    "reports": "/admin/reports",
    "money audit": "/admin/money-audit",
    "exceptions": "/admin/exceptions",
}
Things = dict[str, Callable[[], object]]


class OldBox:
    """A box in the pretend town that has sold so often; open it as a context."""

    def __init__(self, folder: Path, sales: int) -> None:
        self.sales, self.town = sales, Town(scale=0.01)
        self.own = {
            "HOTSPOT_CONFIG": "/nonexistent",
            "HOTSPOT_BOX_DATA_DIR": str(folder / "data"),
            "HOTSPOT_BOX_RUN_DIR": str(folder / "run"),
            "HOTSPOT_RADIUS_SERVER": "embedded",
            "HOTSPOT_MPESA_PROMPTS_IN_10_MINUTES": "100000",
        }

    def __enter__(self) -> OldBox:
        self.town.start()
        environment = self.town.settings() | self.own
        found = settings.load(environment)
        boxes.make(found)
        fill(found.database_file, self.sales, int(time.time()))
        opened = boxes.open_box(environment)
        self.box = Box(opened.settings, Shifted(trusted=True), opened.key)
        journey.here.use(self.box)
        self.radius = responder_in_thread(self.box)
        self.radius.__enter__()
        self.app = make_app(self.box, journey.here.rails)
        self._sign_in()
        self.work()
        return self

    def __exit__(self, *_: object) -> None:
        self.radius.__exit__()
        self.town.stop()
        store.close()
        jobs.rows.run.close()

    def work(self) -> None:
        """Run every job that is due."""
        work()

    def now(self) -> int:
        return self.box.clock.now().at

    # -- people --------------------------------------------------------------------

    def _sign_in(self) -> None:
        now = self.now()
        owner = Staff.create(name="olive", password="-", role="owner", made_at=now)
        Login.create(
            token_hash=staff._digest(TOKEN),
            staff=owner,
            csrf="mark",
            made_at=now,
            expires_at=now + 86_400,
        )

    def ask(self, method: str, path: str, fields: Mapping[str, str] | bytes = b"") -> str:
        """What the web answers; where to, if it sends elsewhere. Raises if it fails."""
        body = fields if isinstance(fields, bytes) else urlencode(fields).encode()
        path, _, query = path.partition("?")
        told: list[Any] = []
        environ = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "REMOTE_ADDR": PEER,
            "HTTP_HOST": "box",
            "HTTP_COOKIE": f"{COOKIE}={TOKEN}" if path.startswith("/admin") else "",
            "SERVER_NAME": "box",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "CONTENT_TYPE": "application/x-www-form-urlencoded",
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": io.StringIO(),
            "wsgi.url_scheme": "http",
        }
        text = b"".join(self.app(environ, lambda *answer: told.extend(answer)))
        if told[0][:3] not in ("200", "303", "204"):
            raise RuntimeError(f"{method} {path}: {told[0]}\n{text.decode()[:3000]}")
        return dict(told[1]).get("Location") or text.decode(errors="replace")

    def new_device(self) -> Visitor:
        """A device that the router sees and the box does not know yet."""
        comes = self.town.visitor()
        return Visitor(comes.mac, comes.ip, "", "")

    def state(self, who: Visitor) -> str:
        return visitor.sign(who, self.box.key, PEER, self.now())

    # -- a sale --------------------------------------------------------------------

    def order(self) -> Payment:
        """Somebody orders in the portal."""
        # A new device of an old customer.
        who, phone = self.new_device(), "0700000007"
        self.ask("POST", "/buy", {"plan": "1", "phone": phone, "state": self.state(who)})
        return Payment.select().order_by(Payment.id.desc()).get()

    def callback(self, payment: Payment) -> None:
        """M-Pesa calls it paid."""
        known = f"ws_CO_new{payment.id}"
        Payment.update(state="sent", checkout_request_id=known).where(
            Payment.id == payment.id
        ).execute()
        token = payments.callback_token(self.box.key, payment.ref)
        items = {"Amount": 20, "MpesaReceiptNumber": f"NEW{payment.id:07}"}
        said = {
            "MerchantRequestID": "1",
            "CheckoutRequestID": known,
            "ResultCode": 0,
            "ResultDesc": "said",
            "CallbackMetadata": {
                "Item": [{"Name": name, "Value": told} for name, told in items.items()]
            },
        }
        body = json.dumps({"Body": {"stkCallback": said}}).encode()
        self.ask("POST", f"/cb/{token}", body)

    def redeem(self) -> None:
        """Somebody types the code of a voucher."""
        voucher = (
            Voucher.select()
            .where(Voucher.redeemed_at.is_null())
            .order_by(Voucher.id.desc())
            .get()
        )
        state = self.state(self.new_device())
        self.ask("POST", "/voucher", {"code": voucher.code, "state": state})

    def account(self) -> None:
        """The router tells of traffic, and the box takes it in."""
        time_now = self.running()
        klass = "0x" + str(time_now.id).encode().hex()
        head = (str(self.now()), "Interim-Update", f"{time_now.id:032x}", "1")
        whose = (time_now.customer.username, time_now.mac, "10.5.50.9", "60")
        rest = ("0", "900", "0", "900", "", klass, "10.5.50.1", "0")
        file = self.box.settings.data_dir / "spool" / "acct.tsv"
        file.parent.mkdir(exist_ok=True)
        spool.append(file, (*head, *whose, *rest))
        journey.drain()

    def running(self) -> Subscription:
        return (
            Subscription.select()
            .where(Subscription.ended_at.is_null())
            .order_by(Subscription.id)
            .get()
        )

    def log_in(self) -> None:
        """A device logs in: the one SELECT of FreeRADIUS."""
        customer = self.running().customer
        asked = policy.Request(customer.username, "02:00:00:00:00:07", b"wrong")
        with closing(sqlite3.connect(self.box.settings.database_file)) as connection:
            policy.decide(connection, asked)

    # -- all of it -----------------------------------------------------------------

    def things(self) -> Things:
        """Everything by its name, in the order of a customer's way."""
        return {
            **{f"job {name}": job for name, job in self._jobs()},
            **self._portal(),
            **self._sale(),
            **{
                f"admin: {name}": lambda path=path: self.ask("GET", path)
                for name, path in PAGES.items()
            },
        }

    def _jobs(self) -> Iterator[tuple[str, Callable[[], object]]]:
        for kind in journey.huey.kinds.values():
            name = kind.job_periodic.name.partition(".")[2] if kind.job_periodic else ""
            if name and name not in SELDOM:
                yield name, getattr(journey, name)

    def _portal(self) -> Things:
        who = Visitor("02:00:00:00:00:07", PEER, "", "")
        seen = urlencode({"mac": who.mac, "ip": PEER})
        newest = Payment.select().order_by(Payment.id.desc()).limit(9)
        waits = next(p.ref for p in newest if p.state == "sent")
        paid = next(p.ref for p in newest if p.state == "paid")
        return {
            "portal: front page": lambda: self.ask("GET", f"/?{seen}"),
            "portal: front page of nobody": lambda: self.ask("GET", "/"),
            "portal: wait page": lambda: self.ask("GET", f"/wait/{waits}?{seen}"),
            "portal: wait page, paid": lambda: self.ask("GET", f"/wait/{paid}?{seen}"),
            "portal: wait, asked anew": lambda: self.ask("GET", f"/wait/{waits}.json"),
            "portal: my time": lambda: self.ask("GET", f"/status?{seen}"),
            "portal: voucher": self.redeem,
            "captive API": lambda: self.ask("GET", f"/captive-portal/api?{seen}"),
            "health": lambda: self.ask("GET", "/healthz"),
        }

    def _sale(self) -> Things:
        held: list[Payment] = []
        return {
            "asking for a payment": lambda: held.append(self.order()),
            "callback": lambda: self.callback(held[-1]),
            "fulfil": lambda: journey.fulfil(payment_id=held[-1].id),
            "the jobs of a sale": self.work,
            "login (FreeRADIUS's query)": self.log_in,
            "accounting drain": self.account,
        }
