"""The customer's pages: what is on sale, buying, waiting for the PIN, being online.

No JavaScript and no cookie is needed, and nobody has to keep a page open to get what
was paid for. How a purchase stands is worded in `waiting`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from bottle import Bottle, HTTPResponse

from hotspot_lite.box import Box
from hotspot_lite.errors import BadInput
from hotspot_lite.trade.goods import catalogue
from hotspot_lite.trade.grants import returning, vouchers
from hotspot_lite.trade.models import Device, Payment, Plan, Subscription
from hotspot_lite.trade.money import debts, payments
from hotspot_lite.trade.people.phones import normalise_phone
from hotspot_lite.trade.service import pausing
from hotspot_lite.trade.takings import accounts
from hotspot_lite.web import pages
from hotspot_lite.web.language import Words
from hotspot_lite.web.portal import promo, waiting
from hotspot_lite.web.portal.given import Given, chosen_plan
from hotspot_lite.web.portal.own import (
    in_own_language,
    live_of,
    own_device,
    paused_of,
    remembered_phone,
)
from hotspot_lite.web.portal.returning import Welcome
from hotspot_lite.web.portal.sheet import Sheet
from hotspot_lite.web.portal.visitor import Visitor
from hotspot_lite.web.rails import Rails, WebRail, offered
from hotspot_lite.web.tries import Tries

WRONG_CODES, WRONG_CODES_SECONDS = 10, 600
MOST_ERROR = 160
NO_VALUES: Mapping[str, str] = {}


class Portal(Sheet):
    """The portal of one box."""

    def __init__(self, box: Box, rails: Rails) -> None:
        super().__init__(box)
        self.rails = offered(rails)
        self.wrong_codes = Tries(WRONG_CODES, WRONG_CODES_SECONDS)
        self.given = Given(box, self._home)
        self.welcome = Welcome(box)

    def add_to(self, app: Bottle) -> None:
        """Put its pages on `app`."""
        app.route("/", "GET", self.home)
        app.route("/buy", "POST", self.buy)
        self.given.add_to(app)
        app.route("/voucher", "POST", self.redeem)

    # --- the pages

    def home(self) -> HTTPResponse:
        """GET /: what is on sale, and what this device has left."""
        error = pages.query("error").strip()[:MOST_ERROR]
        told = pages.query("promo")[: promo.MOST_LETTERS]
        values = {"code": _scanned_code(), "promo": told}
        return self._home(self.asking(), values=values, router_error=error)

    def buy(self) -> HTTPResponse:
        """POST /buy {plan, phone, state} or {again, state}: to the waiting page.

        `rail` says how to pay, where there is a choice.
        """
        who, is_fresh = self.posting()
        most = {"phone": 64, "plan": 12, "promo": promo.MOST_LETTERS}
        values = {name: pages.form(name, letters) for name, letters in most.items()}
        keys = self._guesser(who)
        if not is_fresh:
            return self._home(who, 422, values, notice="home.stale")
        if values["promo"] and self.wrong_codes.must_wait(*keys):
            return self._home(who, 429, values, notice="voucher.wait")
        try:
            payment = self._ask(who, values)
        except BadInput as exc:
            if exc.field == "promo":
                self.wrong_codes.wrong(*keys)
            return self._home(who, 422, values, problem=exc)
        path = self.with_lang(f"/wait/{payment.ref}", who)
        if payment.kind == "redirect":
            # Who comes back from the provider's page has no `go`, and stays here.
            path += "&go=1" if "?" in path else "?go=1"
        return pages.go_to(path)

    def redeem(self) -> HTTPResponse:
        """POST /voucher {code, state}: to the page that says how it stands."""
        who, is_fresh = self.posting()
        values = {"code": pages.form("code", 64)}
        keys = self._guesser(who)
        if not is_fresh:
            return self._home(who, 422, values, notice="home.stale")
        if self.wrong_codes.must_wait(*keys):
            return self._home(who, 429, values, notice="voucher.wait")
        try:
            found = self._redeem(values["code"], who)
        except BadInput as exc:
            self.wrong_codes.wrong(*keys)
            return self._home(who, 422, values, problem=exc)
        ref = waiting.voucher_ref(found, self.box.key)
        return pages.go_to(f"/wait/{ref}?{self.as_query(who)}")

    def _guesser(self, who: Visitor) -> tuple[str, str]:
        """Whose wrong codes are counted."""
        return f"mac {who.mac}" if who.mac else "", pages.client_address()

    def _redeem(self, code: str, who: Visitor) -> Subscription:
        """A used code brings what is left of it to the device in the hand."""
        now = self.now()
        try:
            return vouchers.redeem(code, who.mac, who.ip, now)
        except BadInput:
            customer = returning.by_voucher(code, now)
            if customer is None:
                raise
            peer = pages.client_address()
            return returning.begin(customer, peer, "voucher", now, who.mac)

    # --- how they are made

    def _home(
        self,
        who: Visitor,
        status: int = 200,
        values: Mapping[str, str] = NO_VALUES,
        problem: BadInput | None = None,
        notice: str = "",
        router_error: str = "",
    ) -> HTTPResponse:
        device = own_device(who)
        who = in_own_language(who, device)
        t, now = self.words(who), self.now()
        live, plans = live_of(who, now), catalogue.on_sale()
        return pages.portal_page(
            "home",
            t,
            status,
            who.login_origin,
            plans=[self._card(plan, t) for plan in plans if plan.price_cents],
            free=[self._card(plan, t) for plan in plans if not plan.price_cents]
            if self.given.may_have_free(who) and not live
            else [],
            **self._credit(device, t, now),
            ways=[(rail.name, self._button(rail, t)) for rail in self.rails],
            left=waiting.left_of(live[0], now, self.zone()) if live else None,
            paused_seconds=0 if live else _paused_seconds(who, now),
            login=self._own_login(who, device if live else None),
            who=who,
            state=self.state(who),
            values=values,
            phone=values.get("phone") or remembered_phone(device),
            asks_promo=promo.is_asked_for(now),
            problem_field=problem.field if problem else "",
            problem=t.said(problem) if problem else "",
            notice=t(notice) if notice else "",
            router_error=router_error,
            hand=self._by_hand(who),
            claim_link=self.link("/claim", who, who.lang),
            back_link=self.link("/back", who, who.lang),
            welcome_seconds=self._welcome(who, status, values),
            **self.frame(who, "/"),
        )

    def _credit(self, device: Device | None, t: Words, now: int) -> dict[str, Any]:
        """What may be had on credit, and what is owed."""
        plan = self.given.on_credit(device)
        debt = debts.of(device.customer) if device else None
        day = waiting.clock_text(debt.at, self.zone(), now) if debt else ""
        return {
            "credit": self._card(plan, t) if plan else None,
            "owed": self.price(debt.amount_cents) if debt else "",
            "owed_since": day,
        }

    def _welcome(self, who: Visitor, status: int, values: Mapping[str, str]) -> int:
        """A page with somebody's typing on it doesn't go away by itself."""
        if status != 200 or any(values.values()):
            return 0
        return self.welcome.refresh_seconds(who, self.now())

    def _by_hand(self, who: Visitor) -> dict[str, str] | None:
        """What to type into M-Pesa's own menu; None where the owner offers it not."""
        found = self.box.settings
        if not found["mpesa.by_hand"] or not found["mpesa.shortcode"]:
            return None
        if found["mpesa.till"]:
            return {"way": "till", "number": found["mpesa.till"], "account": ""}
        where = (who.mac, who.ip, who.login_url)
        code = accounts.code_for(*where, self.now()) if who.mac else ""
        return {"way": "paybill", "number": found["mpesa.shortcode"], "account": code}

    def _card(self, plan: Plan, t: Words) -> dict[str, Any]:
        return {
            "id": str(plan.id),
            "name": plan.name,
            "price": self.price(plan.price_cents),
            "time": t.span(plan.duration_seconds, plan.uptime_seconds),
            "speed": t.speed(plan.rate),
            "data": waiting.data_words(plan.data_bytes, t),
            "devices": t.count("devices", plan.devices),
            "more": [
                text
                for text in (
                    t.fair(plan.fair),
                    t.happy(plan.happy),
                    t("plan.pauses") if plan.pauses else "",
                )
                if text
            ],
        }

    def _button(self, rail: WebRail, t: Words) -> str:
        key = f"pay.{rail.name}"
        return t(key) if t.has(key) else t("pay.other", way=rail.label)

    # --- what they have

    def _own_login(self, who: Visitor, device: Device | None) -> tuple[str, str] | None:
        """Name and password, for the device itself only.

        A MAC in the address proves nothing: the password is shown only to the address
        that this device had when it bought.
        """
        if device is None or not who.login_url:
            return None
        return device.customer.username, device.customer.secret

    def _ask(self, who: Visitor, values: Mapping[str, str]) -> Payment:
        reading = self.box.clock.now()
        plan_id, phone = values["plan"], values["phone"]
        chosen = pages.form("rail", 20)
        earlier = payments.by_ref(pages.form("again", 64))
        if earlier is not None:
            plan_id, phone = str(payments.terms(earlier).plan_id), earlier.phone
            chosen = earlier.provider
        known = {rail.name: rail for rail in self.rails}
        rail = known.get(chosen, self.rails[0])
        plan, phone = chosen_plan(plan_id, self.words(who)), normalise_phone(phone)
        if earlier is not None:
            cut = promo.again(earlier, plan, who.mac, reading.at)
        else:
            typed = values["promo"]
            cut = promo.cut(typed, self.box.key, plan, phone, who.mac, reading.at)
        wish = payments.Ask(
            plan,
            phone,
            who.mac,
            who.ip,
            who.login_url,
            rail.name,
            rail.kind,
            self.lang(who),
            cut,
        )
        most = self.box.settings["mpesa.prompts_in_10_minutes"]
        return payments.ask(wish, self.box.key, reading.at, reading.believed, most)


def _paused_seconds(who: Visitor, now: int) -> int:
    paused = paused_of(who, now)
    return pausing.seconds_left(paused) if paused else 0


def _scanned_code() -> str:
    """The code of a voucher whose QR code was opened, by its shape only; else "".

    The router hands on what was wanted before it asked to log in.
    """
    wanted = pages.query("link-orig")[:MOST_ERROR].partition("?")[2]
    told = pages.query("voucher") or parse_qs(wanted).get("voucher", [""])[0]
    try:
        return vouchers.read_code(told)
    except BadInput:
        return ""
