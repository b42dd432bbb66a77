"""Whatever comes in whatever order: money and time stay one to one."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
)
from test_payments import CANCELLED, KEY, Heard, Pushed

from hotspot_lite import box as boxes
from hotspot_lite import settings as box_settings
from hotspot_lite import store
from hotspot_lite.errors import BadInput
from hotspot_lite.trade.goods import catalogue
from hotspot_lite.trade.models import Payment, Subscription
from hotspot_lite.trade.money import payments
from hotspot_lite.trade.service import subscriptions
from hotspot_lite.trade.takings import hearsay

NOW = 1_800_000_000


class Money(RuleBasedStateMachine):
    """Customers, Daraja and workers, doing what they do at any moment."""

    sales = Bundle("sales")

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.now = NOW
        self.truth: dict[int, str] = {}  # what Safaricom really took, by payment
        self.once_paid: set[int] = set()
        self.first_time: dict[int, int] = {}

    @initialize()
    def open_a_box(self) -> None:
        folder = Path(self.folder.name)
        environment = {
            "HOTSPOT_CONFIG": str(folder / "none"),
            "HOTSPOT_BOX_DATA_DIR": str(folder / "data"),
            "HOTSPOT_BOX_RUN_DIR": str(folder / "run"),
        }
        boxes.make(box_settings.load(environment))
        boxes.open_box(environment)
        self.plan = catalogue.add("1 Hour", "20", "1h", NOW)

    def teardown(self) -> None:
        store.close()
        self.folder.cleanup()

    @rule(target=sales, phone=st.integers(1, 4))
    def ask(self, phone: int) -> int:
        self.now += 30
        wish = payments.Ask(
            self.plan, f"25470000000{phone}", f"02:00:00:00:00:0{phone}"
        )
        try:
            return int(payments.ask(wish, KEY, self.now).id)
        except BadInput:
            return 0

    @rule(sale=sales, kind=st.sampled_from(["accepted", "refused", "uncertain"]))
    def push(self, sale: int, kind: str) -> None:
        payment = payments.may_push(sale, self.now)
        if payment is None:
            return
        has_id = kind == "accepted"
        answer = Pushed(kind, None, f"ws_{sale}" if has_id else None)
        payments.pushed(payment, answer, self.now)

    @rule(sale=sales, odd=st.sampled_from(["", "amount", "id", "unreadable"]))
    def success(self, sale: int, odd: str) -> None:
        if not sale:
            return
        heard: Heard | None = Heard(
            checkout_request_id=f"ws_{sale}", receipt=f"R{sale}"
        )
        assert heard is not None
        if odd == "amount":
            heard.amount_cents, heard.amount_text = 1900, "19"
        elif odd == "id":
            heard.checkout_request_id = "ws_other"
            # Only where the true id is known can a wrong one be told from it.
            if Payment.get_by_id(sale).checkout_request_id is None:
                return
        elif odd == "unreadable":
            heard = None
        else:
            self.truth[sale] = f"R{sale}"
        raw = f"{sale} {odd} {self.now // 60}".encode()
        hearsay.hear(Payment.get_by_id(sale), raw, heard, "x", self.now)

    @rule(sale=sales)
    def failure(self, sale: int) -> None:
        if sale:
            heard = replace(CANCELLED, checkout_request_id=f"ws_{sale}")
            raw = f"no {sale} {self.now}".encode()
            hearsay.hear(Payment.get_by_id(sale), raw, heard, "x", self.now)

    @rule(sale=sales)
    def fulfil(self, sale: int) -> None:
        if sale:
            subscriptions.fulfil(sale, self.now)

    @rule()
    def sweep(self) -> None:
        for payment in payments.paid_without_time():
            subscriptions.fulfil(payment.id, self.now)
        assert payments.paid_without_time() == []
        paid = Payment.select().where(Payment.state == "paid").count()
        assert Subscription.select().count() == paid

    @rule(seconds=st.sampled_from([-3600, 60, 3600, 86_400]))
    def the_clock_steps(self, seconds: int) -> None:
        self.now += seconds

    @invariant()
    def paid_is_what_safaricom_took(self) -> None:
        if not hasattr(self, "plan"):
            return
        paid = {p.id for p in Payment.select().where(Payment.state == "paid")}
        assert paid == set(self.truth)

    @invariant()
    def paid_never_regresses(self) -> None:
        if not hasattr(self, "plan"):
            return
        paid = {p.id for p in Payment.select().where(Payment.state == "paid")}
        assert self.once_paid <= paid
        self.once_paid |= paid

    @invariant()
    def time_is_given_once_and_never_shrinks(self) -> None:
        if not hasattr(self, "plan"):
            return
        for time in Subscription.select():
            assert time.payment is not None and time.payment.state == "paid"
            first = self.first_time.setdefault(time.payment.id, time.id)
            assert first == time.id
            assert time.expires_at - time.starts_at == 3600


TestMoney = Money.TestCase
TestMoney.settings = settings(
    max_examples=40,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
