"""Whatever is lost, repeated or late: money goes back once, and the ledger knows."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)
from test_payments import KEY
from test_refunds import OURS, Answer, Result

from hotspot_lite import box as boxes
from hotspot_lite import settings as box_settings
from hotspot_lite import store
from hotspot_lite.errors import BadInput
from hotspot_lite.trade.goods import catalogue
from hotspot_lite.trade.models import (
    Inquiry,
    InquiryBody,
    MoneyFact,
    Payment,
    Refund,
    Subscription,
)
from hotspot_lite.trade.money import payments, undecided
from hotspot_lite.trade.reckoning import overdue, resolving
from hotspot_lite.trade.reckoning.resolving import Decision
from hotspot_lite.trade.service import subscriptions
from hotspot_lite.trade.takings import inquiries, refunds, results
from hotspot_lite.trade.takings.refunds import Wish

NOW = 1_800_000_000
SALES = st.integers(1, 3)


class GivingBack(RuleBasedStateMachine):
    """The owner, the worker, Safaricom and somebody who reads the statement."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.now = NOW
        self.left: Counter[int] = Counter()  # orders that left the box, by inquiry
        self.taken: dict[int, str] = {}  # what Safaricom made of them, by inquiry
        self.reversed: set[str] = set()  # receipts that really went back

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
        plan = catalogue.add("1 Hour", "20", "1h", NOW)
        for one in (1, 2, 3):
            wish = payments.Ask(plan, f"25470000000{one}", f"02:00:00:00:00:0{one}")
            asked = payments.ask(wish, KEY, NOW)
            payments.mark_paid(asked, "callback", f"ws_{one}", f"UKR{one}", NOW)

    def teardown(self) -> None:
        store.close()
        self.folder.cleanup()

    def orders(self) -> list[int]:
        if store.database.is_closed():
            return []
        return [row.id for row in Inquiry.select(Inquiry.id).order_by(Inquiry.id)]

    # -- the owner

    @rule(sale=SALES, by_hand=st.sampled_from([0, 0, 1000, 2000]))
    def wants(self, sale: int, by_hand: int) -> None:
        wish = Wish("jane", "Too slow.", Payment.get_by_id(sale), None, by_hand or None)
        try:
            if by_hand:
                refunds.by_hand(wish, self.now)
            else:
                refunds.by_mpesa(wish, KEY, self.now)
        except BadInput:
            return

    @rule()
    def reads_the_statement(self) -> None:
        for row in undecided.waiting("uncertain-refund"):
            assert row.payment is not None
            is_there = row.payment.receipt in self.reversed
            way = "arrived" if is_there else "not-arrived"
            read = Decision(way, "jane", "Read in the statement.")
            resolving.resolve(row.id, read, self.now)

    # -- the worker

    @precondition(lambda self: self.orders())
    @rule(
        data=st.data(),
        fate=st.sampled_from(["taken", "refused", "lost", "no answer", "not sent"]),
        dies=st.booleans(),
    )
    def sends(self, data: st.DataObject, fate: str, dies: bool) -> None:
        inquiry_id = data.draw(st.sampled_from(self.orders()))
        inquiry = inquiries.may_send(inquiry_id, self.now)
        if inquiry is None:
            return
        if fate == "not sent":
            if not dies:  # a worker that dies here leaves it uncertain
                inquiries.not_sent(inquiry)
            return
        self.left[inquiry_id] += 1
        if fate in ("taken", "no answer"):
            is_new = inquiry.receipt not in self.reversed
            self.taken[inquiry_id] = "0" if is_new else "R000001"
            self.reversed.add(inquiry.receipt)
        answers = {"taken": Answer(), "refused": Answer("refused", "", "21", "No.")}
        if not dies:
            answer = answers.get(fate, Answer("uncertain", ""))
            results.sent(inquiry, answer, self.now)

    @precondition(lambda self: self.taken)
    @rule(data=st.data(), is_late=st.booleans())
    def tells(self, data: st.DataObject, is_late: bool) -> None:
        inquiry_id = data.draw(st.sampled_from(sorted(self.taken)))
        result = Result(self.taken[inquiry_id], f"BACK{inquiry_id}")
        raw = f"{inquiry_id} {result} {self.now // 3600}".encode()
        inquiries.keep_body(inquiry_id, raw, is_late, "x", self.now)
        for body in InquiryBody.select().where(InquiryBody.verdict == "new"):
            results.hear(body.id, None if is_late else result, OURS, self.now)

    @rule(sale=SALES)
    def gives_time(self, sale: int) -> None:
        subscriptions.fulfil(sale, self.now)

    @rule(seconds=st.sampled_from([60, 700, 3600]))
    def time_passes(self, seconds: int) -> None:
        self.now += seconds
        overdue.look(self.now)

    # -- what holds

    @invariant()
    def an_order_leaves_once(self) -> None:
        assert all(count == 1 for count in self.left.values())

    @invariant()
    def the_ledger_knows_what_went_back(self) -> None:
        if store.database.is_closed():
            return
        facts: Counter[int] = Counter()
        for fact in MoneyFact.select().where(MoneyFact.kind == "refunded"):
            assert fact.payment is not None
            facts[fact.payment.id] += fact.amount_cents
        done: Counter[int] = Counter()
        for refund in Refund.select().where(Refund.state == "done"):
            done[refund.payment.id] += refund.amount_cents
            is_told = refund.way != "mpesa" or refund.payment.receipt in self.reversed
            assert is_told, "it says done, and nothing went back"
        assert facts == done
        assert all(cents <= 2000 for cents in facts.values())

    @invariant()
    def what_goes_back_gives_no_time_after_it(self) -> None:
        if store.database.is_closed():
            return
        for refund in Refund.select().where(Refund.is_whole, Refund.state != "failed"):
            times = Subscription.select().where(
                (Subscription.payment == refund.payment)
                & (Subscription.made_at > refund.asked_at)
            )
            assert not times.exists()


TestGivingBack = GivingBack.TestCase
TestGivingBack.settings = settings(
    max_examples=40,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
