"""Whatever happens in whatever order, and wherever the box dies: facts/mpesa.md 7.5."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from mortal import LENGTH_SECONDS, PRICE_SHILLINGS, SECRETS, Mortal, phone_of
from pretend import Prompt

from hotspot_lite import store
from hotspot_lite.trade.models import MoneyFact, Payment, Subscription
from hotspot_lite.trade.money import ledger, undecided

WHO = st.integers(0, 3)
PICK = st.integers(0, 10_000)


class Shop(RuleBasedStateMachine):
    """Customers, their phones, Safaricom, the router, time; and deaths of the box."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.box = Mortal(Path(self.folder.name))
        self.paid: set[int] = set()
        self.length: dict[int, int] = {}
        self.lost: set[str] = set()

    @property
    def prompts(self) -> list[Prompt]:
        return self.box.safaricom.prompts

    def ended(self) -> list[Prompt]:
        return [one for one in self.prompts if one.ended]

    # -- deaths ----------------------------------------------------------------------

    @rule(steps=st.integers(1, 60), is_power_cut=st.booleans())
    def will_die(self, steps: int, is_power_cut: bool) -> None:
        self.box.dies.arm(steps, is_power_cut)

    @rule()
    def is_killed_between_two_things(self) -> None:
        self.box.dies.arm(1, False)
        self.box.live(self.box.dies.step)

    # -- people ----------------------------------------------------------------------

    @rule(who=WHO)
    def buy(self, who: int) -> None:
        status = self.box.live(lambda: self.box.buy(who))
        assert status in (None, 303, 422), status

    @precondition(lambda self: any(not one.ended for one in self.prompts))
    @rule(pick=PICK, how=st.sampled_from(["paid", "paid", "paid", "1032", "2001"]))
    def answer_the_prompt(self, pick: int, how: str) -> None:
        self.box.safaricom.end_old()
        asked = [one for one in self.prompts if not one.ended]
        if asked:
            prompt = asked[pick % len(asked)]
            prompt.ended = how
            prompt.receipt = f"UKQ{self.prompts.index(prompt):07}"

    @precondition(lambda self: any(p.ended == "paid" for p in self.prompts))
    @rule(pick=PICK, who=WHO)
    def claim_with_the_receipt(self, pick: int, who: int) -> None:
        paid = [one for one in self.prompts if one.ended == "paid"]
        code = paid[pick % len(paid)].receipt
        self.box.live(lambda: self.box.fill_in("/claim", who, receipt=code))

    # -- Safaricom -------------------------------------------------------------------

    @rule(how=st.sampled_from(["accepted", "unheard", "nameless", "refused"]))
    def answers_pushes(self, how: str) -> None:
        self.box.safaricom.push_as = how

    @rule()
    def is_out_of_reach(self) -> None:
        self.box.safaricom.push_as = "unreachable"

    @rule(how=st.sampled_from(["truth", "rash", "busy"]))
    def answers_queries(self, how: str) -> None:
        self.box.safaricom.query_as = how

    @precondition(lambda self: self.ended())
    @rule(pick=PICK, is_busy=st.booleans())
    def tell(self, pick: int, is_busy: bool) -> None:
        """Once, again, late, or in another order."""
        prompt = self.ended()[pick % len(self.ended())]
        tell = self.box.tell_while_busy if is_busy else self.box.tell
        status = self.box.live(lambda: tell(prompt))
        assert status in (None, 200), status

    @precondition(lambda self: any(p.ended == "paid" for p in self.prompts))
    @rule(pick=PICK, amount=st.sampled_from([1, "19.99", 0, -20, "much", 10**9]))
    def tell_of_another_amount(self, pick: int, amount: object) -> None:
        paid = [one for one in self.prompts if one.ended == "paid"]
        prompt = paid[pick % len(paid)]
        status = self.box.live(lambda: self.box.tell(prompt, amount))
        assert status in (None, 200), status

    @precondition(lambda self: self.ended())
    @rule(pick=PICK, end=st.sampled_from(["", "00", "/x"]))
    def forge(self, pick: int, end: str) -> None:
        """A stranger knows an id and not the address it belongs to."""
        prompt = self.ended()[pick % len(self.ended())]
        path = f"/cb/{prompt.id}{end}"
        status = self.box.live(
            lambda: self.box.post(path, prompt.callback(), "203.0.113.9")
        )
        assert status in (None, 404), status

    # -- the box ---------------------------------------------------------------------

    @rule(most=st.integers(1, 8))
    def work(self, most: int) -> None:
        self.box.live(lambda: self.box.work(most))

    @rule(seconds=st.sampled_from([2, 20, 40, 95, 130, 700, LENGTH_SECONDS + 5]))
    def pass_time(self, seconds: int) -> None:
        self.box.live(lambda: self.box.pass_time(seconds))

    @rule(is_up=st.booleans())
    def router(self, is_up: bool) -> None:
        self.box.door.is_up = is_up

    # -- what always holds -----------------------------------------------------------

    @invariant()
    def holds(self) -> None:
        with self.box.dies.unharmed():
            rows = list(Payment.select())
            self.asked_at_most_once()
            self.paid_stays_paid({row.id for row in rows if row.state == "paid"})
            self.time_is_given_once_and_only_for_money()
            self.length_stays()
        receipts = [row.receipt for row in rows if row.receipt]
        assert len(receipts) == len(set(receipts))

    def asked_at_most_once(self) -> None:
        times = Counter(prompt.reference for prompt in self.prompts)
        assert not times or max(times.values()) == 1, times

    def paid_stays_paid(self, now_paid: set[int]) -> None:
        assert self.paid <= now_paid
        self.paid = now_paid
        assert now_paid <= set(self.truly_paid()), "paid without money"

    def truly_paid(self) -> dict[int, Prompt]:
        """What Safaricom really took, by the payment's id."""
        taken = (one for one in self.prompts if one.ended == "paid")
        return {int(one.reference.removeprefix("HL")): one for one in taken}

    def time_is_given_once_and_only_for_money(self) -> None:
        given = Counter(row.payment_id for row in Subscription.select())
        assert not given or max(given.values()) == 1
        assert set(given) <= self.paid

    def length_stays(self) -> None:
        """Each payment's time has its length, to the second, however often we died."""
        for row in Subscription.select():
            if row.starts_at is not None:
                assert row.expires_at - row.starts_at == LENGTH_SECONDS
                assert self.length.setdefault(row.id, row.expires_at) == row.expires_at

    # -- what holds in the end -------------------------------------------------------

    def teardown(self) -> None:
        try:
            self.settle()
            self.every_shilling_is_where_it_should_be()
            self.nobody_stays_without_time()
            self.nothing_secret_was_written()
        finally:
            self.box.end()
            self.folder.cleanup()

    def settle(self) -> None:
        """The world is kind again, and a day goes by. What was lost stays lost."""
        self.box.dies.left = None
        self.box.door.is_up = True
        self.box.safaricom.push_as, self.box.safaricom.query_as = "accepted", "truth"
        for seconds in [30] * 12 + [700] * 4 + [4000] * 22:
            self.box.pass_time(seconds)
            self.box.work()
        self.holds()

    def every_shilling_is_where_it_should_be(self) -> None:
        waiting = {row.payment_id for row in undecided.waiting()}
        for payment_id, prompt in self.truly_paid().items():
            payment = Payment.get_by_id(payment_id)
            if payment.state == "paid":
                assert Subscription.get(Subscription.payment == payment)
            else:
                assert payment_id in waiting, f"{prompt} is lost: {payment.state}"
        taken = {"cents": 0, "given": 0}
        for row in MoneyFact.select():
            taken["cents"] += row.amount_cents * (row.kind == "taken")
            taken["given"] += row.amount_cents * (row.kind == "given")
        owed = len(self.paid) * PRICE_SHILLINGS * 100
        assert taken == {"cents": owed, "given": owed}
        assert ledger.first_break() is None

    def nobody_stays_without_time(self) -> None:
        assert self.box.door.online == {}

    def nothing_secret_was_written(self) -> None:
        arguments = store.database.execute_sql(
            "SELECT group_concat(args || tags) FROM (SELECT args, tags FROM job"
            " UNION ALL SELECT args, tags || error || traceback FROM failed_job)"
        ).fetchone()[0]
        written = self.box.log.getvalue() + (arguments or "")
        tokens = [p.url.rpartition("/")[2] for p in self.prompts]
        for hidden in [*map(phone_of, range(4)), *SECRETS.values(), *tokens]:
            assert hidden not in written


def run(examples: int, steps: int) -> None:
    run_state_machine_as_test(
        Shop,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_no_shilling_is_lost_wherever_the_box_dies() -> None:
    run(examples=10, steps=40)


@pytest.mark.slow
def test_the_same_very_often() -> None:
    run(examples=400, steps=80)
