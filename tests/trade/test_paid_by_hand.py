"""Paid by hand: whose money it is, what it buys, and what is never guessed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_payments import KEY, MAC, NOW, PHONE, Heard, Pushed

from hotspot_lite import jobs
from hotspot_lite.box import Box
from hotspot_lite.errors import BadInput
from hotspot_lite.jobs import sight
from hotspot_lite.trade.goods import catalogue
from hotspot_lite.trade.models import MoneyFact, Payment, Plan, Subscription, Transfer
from hotspot_lite.trade.money import payments, transfers, undecided
from hotspot_lite.trade.people import customers
from hotspot_lite.trade.people.customers import ALPHABET
from hotspot_lite.trade.reckoning import resolving
from hotspot_lite.trade.service import subscriptions
from hotspot_lite.trade.takings import accounts, hearsay, matching

HASH = hashlib.sha256(PHONE.encode()).hexdigest()


@dataclass
class Told:
    """What a confirmation says."""

    receipt: str = "SJK3ABCD12"
    amount_cents: int = 2000
    account: str = "0700000001"
    shortcode: str = "600966"
    phone: str = ""
    phone_hash: str = ""
    phone_hint: str = "2547*****001"
    payer: str = "NICHOLAS"


@pytest.fixture
def plan(box: Box) -> Plan:
    catalogue.add("Day", "100", "1d", NOW)
    return catalogue.add("1 Hour", "20", "1h", NOW)


def give_time() -> list[Subscription]:
    for payment in payments.paid_without_time():
        subscriptions.fulfil(payment.id, NOW + 1)
    return list(Subscription.select().order_by(Subscription.id))


def kinds() -> list[str]:
    return [row.kind for row in undecided.waiting()]


# --- what people type


@pytest.mark.parametrize(
    "typed",
    ["0700000001", "254700000001", "+254 700 000 001", " 0700-000 001 ", "700000001"],
)
def test_a_phone_typed_in_any_way_gets_the_time(plan: Plan, typed: str) -> None:
    assert matching.note(Told(account=typed), NOW) == "matched"
    (time,) = give_time()
    assert (time.customer.phone, time.plan_name) == (PHONE, "1 Hour")
    payment = Payment.get()
    assert (payment.settled_by, payment.receipt) == ("c2b", "SJK3ABCD12")
    assert [f.kind for f in MoneyFact.select()] == ["taken", "given"]


def test_the_code_that_the_portal_shows_gives_time_to_its_device(plan: Plan) -> None:
    code = accounts.code_for(MAC, "10.5.50.9", "", NOW)
    assert accounts.code_for(MAC, "10.5.50.9", "", NOW) == code
    typed = f" {code[:2].lower()} {code[2:]} "
    assert matching.note(Told(account=typed), NOW) == "matched"
    (time,) = give_time()
    assert (time.mac, time.access, time.customer.phone) == (MAC, "waiting", None)
    assert sight.counts(jobs.rows)["hotspot-sms"]["waiting"] == 0


@given(st.text(ALPHABET, min_size=4, max_size=4), st.integers(0, 4), st.data())
def test_one_letter_wrong_in_a_code_is_no_other_code(
    letters: str, at: int, data: st.DataObject
) -> None:
    code = letters + accounts._check_letter(letters)
    other = data.draw(st.sampled_from(sorted(set(ALPHABET) - {code[at]})))
    assert accounts.is_code(code)
    assert not accounts.is_code(code[:at] + other + code[at + 1 :])


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("1 hour", "plan"),
        ("1HOUR", "plan"),
        ("20", "plan"),
        ("Ksh 20", "plan"),
        ("WiFi", "wifi"),
        ("", "nothing"),
        ("  ", "nothing"),
        ("RENT 12", "unknown"),
        ("HL17", "push"),
        ("ｗifi", "unknown"),
    ],
)
def test_other_words_are_understood_or_not(plan: Plan, typed: str, kind: str) -> None:
    assert accounts.read(typed).kind == kind


# --- who paid


def test_a_known_payer_by_hash_gets_what_the_account_names(plan: Plan) -> None:
    customers.of_phone(PHONE, NOW)
    customers.remember_device(MAC, "10.5.50.9", customers.of_phone(PHONE, NOW)[0], NOW)
    assert matching.note(Told(account="wifi", phone_hash=HASH), NOW) == "matched"
    (time,) = give_time()
    assert (time.customer.phone, time.mac) == (PHONE, MAC)


def test_a_masked_number_grants_nothing(plan: Plan) -> None:
    customers.of_phone(PHONE, NOW)
    assert matching.note(Told(account="wifi"), NOW) == "unmatched"
    assert give_time() == []
    (row,) = undecided.waiting()
    assert "NICHOLAS" in row.says
    assert row.amount_cents == 2000


def test_money_for_something_else_is_left_alone(plan: Plan) -> None:
    customers.of_phone(PHONE, NOW)
    assert matching.note(Told(account="RENT 12", phone_hash=HASH), NOW) == "waits"
    transfer = Transfer.get()
    assert matching.look_again(transfer.id, NOW + 120) == "unmatched"
    assert kinds() == ["unmatched-transfer"]


def test_a_till_without_account_is_matched_by_payer_and_exact_price(plan: Plan) -> None:
    customers.of_phone(PHONE, NOW)
    fits = Told(account="", phone_hash=HASH)
    odd = Told("SJK3ABCD13", 6000, "", phone_hash=HASH)
    for told in (fits, odd):
        assert matching.note(told, NOW) == "waits"
    found = [matching.look_again(t.id, NOW + 120) for t in Transfer.select()]
    assert found == ["matched", "unmatched"]
    assert len(give_time()) == 1


# --- how much


def test_too_much_buys_the_best_package_and_says_so(plan: Plan) -> None:
    assert matching.note(Told(amount_cents=15000), NOW) == "matched"
    (time,) = give_time()
    assert time.plan_name == "Day"
    (row,) = undecided.waiting()
    assert (row.kind, row.amount_cents) == ("overpaid", 5000)


def test_too_little_never_grants(plan: Plan) -> None:
    assert matching.note(Told(amount_cents=1900), NOW) == "underpaid"
    assert matching.note(Told("SJK3ABCD13", 9000, "day"), NOW) == "underpaid"
    assert give_time() == []
    assert kinds() == ["underpaid-transfer"] * 2
    assert MoneyFact.select().count() == 0


# --- once


def test_a_receipt_counts_once_however_often_it_is_told(plan: Plan) -> None:
    assert matching.note(Told(), NOW) == "matched"
    assert matching.note(Told(), NOW + 1) == "known"
    assert matching.note(Told(amount_cents=10000), NOW + 2) == "known"
    assert len(give_time()) == 1
    assert kinds() == ["late-transfer"]


def sent(plan: Plan) -> Payment:
    asked = payments.ask(payments.Ask(plan, PHONE, MAC), KEY, NOW)
    found = payments.may_push(asked.id, NOW)
    assert found is not None
    payments.pushed(found, Pushed(), NOW)
    return Payment.get_by_id(asked.id)


def test_a_prompt_told_a_second_way_is_the_same_money(plan: Plan) -> None:
    payment = sent(plan)
    told = Told(account=f"HL{payment.id}", phone_hash=HASH)
    assert matching.note(told, NOW + 10) == "matched"
    heard = Heard(receipt="SJK3ABCD12")
    assert hearsay.hear(payment, b"{}", heard, "x", NOW + 11) == "already"
    assert len(give_time()) == 1
    assert kinds() == []
    assert [f.kind for f in MoneyFact.select()] == ["taken", "given"]


def test_a_confirmation_before_its_callback_waits_for_it(plan: Plan) -> None:
    payment = sent(plan)
    assert matching.note(Told(account=""), NOW + 10) == "waits"
    heard = Heard(receipt="SJK3ABCD12")
    assert hearsay.hear(payment, b"{}", heard, "x", NOW + 11) == "paid"
    transfer = Transfer.get()
    assert (transfer.state, transfer.payment) == ("matched", payment)
    assert matching.look_again(transfer.id, NOW + 130) == "known"
    assert len(give_time()) == 1
    assert kinds() == []


def test_a_late_callback_takes_its_money_off_the_list(plan: Plan) -> None:
    payment = sent(plan)
    matching.note(Told(account=""), NOW + 10)
    matching.look_again(Transfer.get().id, NOW + 130)
    assert kinds() == ["unmatched-transfer"]
    hearsay.hear(payment, b"{}", Heard(receipt="SJK3ABCD12"), "x", NOW + 3000)
    assert kinds() == []
    assert len(give_time()) == 1


def test_a_stranger_typing_our_reference_settles_no_other_phones_prompt(
    plan: Plan,
) -> None:
    payment = sent(plan)
    other = hashlib.sha256(b"254700000009").hexdigest()
    told = Told(account=f"HL{payment.id}", phone_hash=other)
    assert matching.note(told, NOW + 10) == "waits"
    assert Payment.get_by_id(payment.id).state == "sent"


# --- a person


def unmatched(plan: Plan, cents: int = 2000) -> int:
    matching.note(Told(account="wifi", amount_cents=cents), NOW)
    (row,) = undecided.waiting()
    return int(row.id)


def test_a_person_matches_money_to_a_phone_once(plan: Plan) -> None:
    row = unmatched(plan)
    decision = resolving.Decision("match", "mary", phone="0700 000 001")
    resolving.resolve(row, decision, NOW + 60)
    assert [t.customer.phone for t in give_time()] == [PHONE]
    assert kinds() == []
    with pytest.raises(BadInput):
        resolving.resolve(row, decision, NOW + 61)


def test_too_little_may_be_granted_by_the_owner(plan: Plan) -> None:
    row = unmatched(plan, 1500)
    told = {"who": "jane", "reason": "A good customer.", "phone": "0700000001"}
    with pytest.raises(BadInput, match="Choose the package"):
        resolving.resolve(row, resolving.Decision("grant", **told), NOW)
    resolving.resolve(row, resolving.Decision("grant", plan=plan, **told), NOW)
    (time,) = give_time()
    assert time.payment is not None and time.payment.amount_cents == 1500


def test_money_sent_back_is_in_the_ledger(plan: Plan) -> None:
    row = unmatched(plan)
    decision = resolving.Decision("refund", "jane", "Sent back by M-Pesa.")
    resolving.resolve(row, decision, NOW)
    facts = [(f.kind, f.amount_cents) for f in MoneyFact.select()][:2]
    assert facts == [("taken", 2000), ("refunded", 2000)]
    assert Transfer.get().state == "refunded"
    with pytest.raises(BadInput):
        matching.settle(Transfer.get(), matching.of_phone(PHONE), plan, NOW)
    assert transfers.UNSETTLED == ("new", "open")
    assert Payment.select().count() == 0


def test_wrong_accounts_are_refused_only_by_what_is_on_sale(plan: Plan) -> None:
    assert matching.refuses("RENT", 2000) == "account"
    assert matching.refuses("0700000001", 2000) == ""
    assert matching.refuses("0700000001", 1000) == "amount"
    assert matching.refuses("wifi", None) == ""
