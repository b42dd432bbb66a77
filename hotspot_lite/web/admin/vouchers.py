"""Vouchers: made in batches, listed by what became of them, printed, taken back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode

from bottle import Bottle, HTTPError, HTTPResponse

from hotspot_lite.errors import BadInput
from hotspot_lite.trade.goods import batches, catalogue
from hotspot_lite.trade.goods.batches import Slip, Tally
from hotspot_lite.trade.grants import vouchers
from hotspot_lite.trade.house import room
from hotspot_lite.trade.models import VoucherBatch
from hotspot_lite.trade.people.staff import Person
from hotspot_lite.web import pages, qr
from hotspot_lite.web.admin.desk import Desk, number
from hotspot_lite.web.admin.login import admits
from hotspot_lite.web.portal.sheet import login_host
from hotspot_lite.web.portal.waiting import clock_text
from hotspot_lite.web.rows import one

BATCHES_ON_A_PAGE = 20
CODES_ON_A_PAGE = 100
# Papers by the name in the address; a roll has one slip to a page, cut after each.
PAPERS = {"a4": "A4", "80": "80 mm roll", "58": "58 mm roll"}
ALL, NONE = 0, -1
PRINTED = (batches.UNUSED, batches.SOLD)
# The quiet zone in modules: the paper around it is white too.
QR_BORDER = 2


class Vouchers(Desk):
    """The vouchers' pages; taking back is the manager's."""

    def add_to(self, app: Bottle) -> None:
        """Put its pages on `app`, behind the door."""
        here = "/admin/vouchers/<batch_id:int>"
        for path, method, view in (
            ("/admin/vouchers", "GET", self.newest),
            ("/admin/vouchers", "POST", self.make),
            (here, "GET", self.codes),
            (here, "POST", self.take_back),
            (f"{here}/print", "GET", self.printed),
            (f"{here}/codes.csv", "GET", self.as_csv),
        ):
            app.route(path, method, self.door.guarded(view))

    @admits("cashier")
    def newest(self, person: Person) -> HTTPResponse:
        """GET /admin/vouchers?before=: make some, and the batches made lately."""
        return self._newest(person)

    @admits("cashier")
    def make(self, person: Person) -> HTTPResponse:
        """POST /admin/vouchers {plan, count}: a batch, then its codes."""
        try:
            plan = catalogue.for_sale(number("plan", 0))
            count = number("count", vouchers.MOST_AT_ONCE + 1)
            room.refuse_sales()
            batch = vouchers.make(plan, count, person.name, self.now())
        except BadInput as exc:
            return self._newest(person, 422, exc)
        return pages.go_to(f"/admin/vouchers/{batch.id}")

    @admits("cashier")
    def codes(self, person: Person, batch_id: int) -> HTTPResponse:
        """GET /admin/vouchers/<batch>?state=&after=: its codes and their state."""
        return self._codes(person, one(VoucherBatch, batch_id))

    @admits("manager")
    def take_back(self, person: Person, batch_id: int) -> HTTPResponse:
        """POST /admin/vouchers/<batch> {voucher} or {all}: unused ones are void."""
        batch = one(VoucherBatch, batch_id)
        which = ALL if pages.form("all", 1) else number("voucher", NONE) or NONE
        try:
            batches.take_back(batch, which, person.name, self.now())
        except BadInput as exc:
            return self._codes(person, batch, 422, exc)
        return pages.go_to(f"/admin/vouchers/{batch.id}")

    @admits("cashier")
    def printed(self, person: Person, batch_id: int) -> HTTPResponse:
        """GET /admin/vouchers/<batch>/print?paper=&voucher=&after=: to cut out.

        What is used or taken back is left out; `voucher` prints that one only.
        """
        batch = one(VoucherBatch, batch_id)
        paper = pages.query("paper") or "a4"
        if paper not in PAPERS:
            raise HTTPError(404)
        found, more = self._to_print(batch)
        portal = pages.own_url(self.box.settings)
        router = login_host(self.box.settings)
        drawn = [(slip.code, scanned(slip.code, portal, router)) for slip in found]
        return self.page(
            "print",
            person,
            batch=batch,
            paper=paper,
            papers=PAPERS,
            slips=[(code, qr.svg(link, QR_BORDER)) for code, link in drawn],
            more=more,
            only=pages.whole("voucher") or 0,
            portal=portal,
            **self._kind(batches.tally(batch)),
        )

    @admits("cashier")
    def as_csv(self, person: Person, batch_id: int) -> HTTPResponse:
        """GET /admin/vouchers/<batch>/codes.csv: all its codes and their state."""
        batch = one(VoucherBatch, batch_id)
        # Codes, states and MACs: nothing here needs a quote, nor is a formula.
        lines = [f"{one.code},{one.state},{one.device}\r\n" for one in _all(batch)]
        answer = pages.text_page("code,state,device\r\n" + "".join(lines))
        answer.set_header("Content-Type", "text/csv; charset=utf-8")
        name = f'attachment; filename="vouchers-{batch.id}.csv"'
        answer.set_header("Content-Disposition", name)
        answer.set_header("Cache-Control", "no-store")
        return answer

    # --- how they are made

    def _newest(
        self, person: Person, status: int = 200, problem: BadInput | None = None
    ) -> HTTPResponse:
        found = batches.newest(BATCHES_ON_A_PAGE + 1, pages.whole("before"))
        shown = found[:BATCHES_ON_A_PAGE]
        return self.page(
            "vouchers",
            person,
            status,
            problem,
            batches=[(one, self._when(one.batch.made_at)) for one in shown],
            older=shown[-1].batch.id if len(found) > len(shown) else 0,
            plans=catalogue.on_sale(),
            values={name: pages.form(name, 60) for name in ("plan", "count")},
        )

    def _codes(
        self,
        person: Person,
        batch: VoucherBatch,
        status: int = 200,
        problem: BadInput | None = None,
    ) -> HTTPResponse:
        state = pages.query("state")
        if state not in batches.STATES:
            state = ""
        found, more = batches.slips(
            batch, [state] if state else (), CODES_ON_A_PAGE, pages.whole("after") or 0
        )
        tally = batches.tally(batch)
        return self.page(
            "codes",
            person,
            status,
            problem,
            batch=batch,
            tally=tally,
            states=batches.STATES,
            state=state,
            rows=[self._row(slip) for slip in found],
            more=urlencode({"state": state, "after": more}) if more else "",
            papers=PAPERS,
            prints=sum(tally.counts[name] for name in PRINTED),
            may_take_back=person.may("manager"),
            made=self._when(batch.made_at),
            **self._kind(tally),
        )

    def _kind(self, tally: Tally) -> dict[str, Any]:
        terms = tally.terms
        time = self.words().span(terms.duration_seconds, terms.uptime_seconds)
        return {"terms": terms, "time": time}

    def _row(self, slip: Slip) -> dict[str, Any]:
        return {
            "id": slip.id,
            "code": slip.code,
            "state": slip.state,
            "used": self._when(slip.used_at),
            "device": slip.device,
            "is_unused": slip.state == batches.UNUSED,
            "prints": slip.state in PRINTED,
        }

    def _to_print(self, batch: VoucherBatch) -> tuple[list[Slip], int]:
        only = pages.whole("voucher")
        if only:
            slip = batches.slip(batch, only)
            return ([slip] if slip and slip.state in PRINTED else []), 0
        after = pages.whole("after") or 0
        return batches.slips(batch, PRINTED, CODES_ON_A_PAGE, after)

    def _when(self, at: int | None) -> str:
        return clock_text(at, self.zone(), self.now())


def _all(batch: VoucherBatch) -> Iterator[Slip]:
    """Every voucher of a batch: one that was read in has no limit."""
    after = 0
    while True:
        found, after = batches.slips(batch, (), vouchers.MOST_AT_ONCE, after)
        yield from found
        if not after:
            return


def scanned(code: str, portal: str, router: str) -> str:
    """What a voucher's QR code says: the portal, through the router's login page.

    That tells the portal whose phone it is: RouterOS takes `dst` as the page that was
    wanted, and hands it on as link-orig. `router` is a name or an address.
    """
    wanted = quote(f"{portal}/?voucher={code}", safe="")
    return f"http://{router}/login?dst={wanted}"
