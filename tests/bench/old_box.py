"""A box that has sold for years, in the pretend town and in one process; its people."""

from __future__ import annotations

import hashlib
import io
import itertools
import json
import sqlite3
import sys
import time
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from wsgiref.util import setup_testing_defaults

sys.path.insert(0, str(Path(__file__).parents[1] / "journey"))
from road import Shifted, responder_in_thread
from village import work
from years import fill

from hotspot_lite import box as boxes
from hotspot_lite import jobs, journey, settings, store
from hotspot_lite.box import Box
from hotspot_lite.radius import policy, spool
from hotspot_lite.town.whole import Town
from hotspot_lite.trade.messaging import deliveries
from hotspot_lite.trade.models import (
    Login,
    Message,
    Payment,
    Staff,
    Subscription,
    Transfer,
    Voucher,
)
from hotspot_lite.trade.money import payments
from hotspot_lite.trade.people import staff
from hotspot_lite.trade.takings import paybill
from hotspot_lite.web import make_app
from hotspot_lite.web.board import COOKIE
from hotspot_lite.web.portal import visitor
from hotspot_lite.web.portal.visitor import Visitor

SHORTCODE = "600966"
PEER, TOKEN = "127.0.0.1", "session-of-the-owner"


class OldBox:
    """A box in the pretend town that has sold so often; open it as a context."""

    def __init__(self, folder: Path, sales: int, as_if_times: int = 1) -> None:
        self.sales, self.redeemed, self.as_if_times = sales, 0, as_if_times
        self.town, self.customers = Town(scale=0.01), itertools.count(7)
        self.own = {
            "HOTSPOT_CONFIG": "/nonexistent",
            "HOTSPOT_BOX_DATA_DIR": str(folder / "data"),
            "HOTSPOT_BOX_RUN_DIR": str(folder / "run"),
            "HOTSPOT_RADIUS_SERVER": "embedded",
            "HOTSPOT_MPESA_PROMPTS_IN_10_MINUTES": "100000",
            "HOTSPOT_MPESA_SHORTCODE": SHORTCODE,
        }

    def __enter__(self) -> OldBox:
        self.town.start()
        environment = self.town.settings() | self.own
        found = settings.load(environment)
        boxes.make(found)
        fill(found.database_file, self.sales, int(time.time()), self.as_if_times)
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

    def ask(
        self,
        method: str,
        path: str,
        fields: Mapping[str, str] | bytes = b"",
        peer: str = PEER,
    ) -> str:
        """What the web answers; where to, if it sends elsewhere. Raises if it fails."""
        body = fields if isinstance(fields, bytes) else urlencode(fields).encode()
        path, _, query = path.partition("?")
        told: list[Any] = []
        environ: dict[str, Any] = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "REMOTE_ADDR": peer,
            "HTTP_HOST": "box",
            "HTTP_COOKIE": f"{COOKIE}={TOKEN}" if path.startswith("/admin") else "",
            "CONTENT_TYPE": "application/x-www-form-urlencoded",
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": io.BytesIO(body),
        }
        setup_testing_defaults(environ)
        text = b"".join(self.app(environ, lambda *answer: told.extend(answer)))
        if told[0][:3] not in ("200", "303", "204"):
            raise RuntimeError(f"{method} {path}: {told[0]}\n{text.decode()[-2000:]}")
        return dict(told[1]).get("Location") or text.decode(errors="replace")

    def new_device(self) -> Visitor:
        """A device that the router sees and the box does not know yet."""
        comes = self.town.visitor()
        return Visitor(comes.mac, comes.ip, "", "")

    def state(self, who: Visitor) -> str:
        return visitor.sign(who, self.box.key, who.ip, self.now())

    def form(self, path: str, who: Visitor, **fields: str) -> str:
        """Send a form of the portal from a device."""
        return self.ask("POST", path, fields | {"state": self.state(who)}, who.ip)

    # -- a sale --------------------------------------------------------------------

    def order(self) -> Payment:
        """Somebody orders in the portal."""
        # A new device of an old customer; each another, as nobody may pay so soon again
        who, phone = self.new_device(), f"07{next(self.customers):08}"
        self.form("/buy", who, plan="1", phone=phone)
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
        # Each fifth is unused (years.sql).
        newest = self.sales // 2 // 5 * 5 - 5 * self.redeemed
        self.redeemed += 1
        code = Voucher.get_by_id(newest).code
        self.form("/voucher", self.new_device(), code=code)

    def by_hand(self) -> None:
        """M-Pesa tells of money that somebody sent by its own menu; it becomes time."""
        path = paybill.path(self.box.key, paybill.turn(), "confirm")
        told = {
            "TransID": f"H{time.time_ns() % 10**9:09}",
            "TransAmount": "20.00",
            "BusinessShortCode": SHORTCODE,
            "BillRefNumber": "0700 000 007",
            "MSISDN": hashlib.sha256(b"254700000007").hexdigest(),
            "FirstName": "NICHOLAS",
        }
        self.ask("POST", path, json.dumps(told).encode())
        self.work()

    def claim(self) -> None:
        """Somebody types the receipt of what was sent by hand just now."""
        newest = Transfer.select().order_by(Transfer.id.desc()).get()
        self.form("/claim", self.new_device(), receipt=newest.receipt)

    def delivered(self) -> None:
        """The SMS provider tells that a message arrived."""
        newest = Message.select().order_by(Message.id.desc()).get()
        report = {"id": newest.provider_id or "p1", "status": "Success"}
        token = deliveries.token(self.box.key)
        self.ask("POST", f"/cb/sms/{token}", report)

    def account(self, knows_class: bool = True) -> None:
        """The router tells of traffic, and the box takes it in."""
        time_now = self.running()
        klass = "0x" + str(time_now.id).encode().hex() if knows_class else ""
        uniq = f"{time_now.id:032x}" if knows_class else f"{time.time_ns():032x}"
        head = (str(self.now()), "Interim-Update", uniq, "1")
        whose = (time_now.customer.username, time_now.mac, "10.5.50.9", "60")
        rest = ("0", "900", "0", "900", "", klass, "10.5.50.1", "0")
        file = self.box.settings.data_dir / "spool" / "acct.tsv"
        file.parent.mkdir(exist_ok=True)
        spool.append(file, (*head, *whose, *rest))
        journey.drain()

    def running(self) -> Subscription:
        newest = range(self.sales, self.sales - 20, -1)
        found = (store.find(Subscription, id=number) for number in newest)
        return next(one for one in found if one and one.ended_at is None)

    def log_in(self) -> None:
        """A device logs in: the one SELECT of FreeRADIUS."""
        customer = self.running().customer
        asked = policy.Request(customer.username, "0A:00:00:00:00:07", b"wrong")
        with closing(sqlite3.connect(self.box.settings.database_file)) as connection:
            policy.decide(connection, asked)
