"""The audit finds what doesn't agree, tells it once, and never makes it worse."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest
from test_ledger import unlock
from test_payments import KEY, MAC, NOW, PHONE, Heard, Pushed

from hotspot_lite import store
from hotspot_lite.box import Box
from hotspot_lite.errors import BadInput
from hotspot_lite.trade.goods import amounts, catalogue
from hotspot_lite.trade.grants import vouchers
from hotspot_lite.trade.house import conditions, events
from hotspot_lite.trade.models import (
    MoneyAudit,
    MoneyFact,
    Payment,
    Plan,
    Refund,
    Subscription,
    Transfer,
    Voucher,
)
from hotspot_lite.trade.money import ledger, payments, undecided
from hotspot_lite.trade.money.ledger import Anchor
from hotspot_lite.trade.reckoning import money_audit, resolving
from hotspot_lite.trade.reckoning.money_audit import Asked, Found
from hotspot_lite.trade.reckoning.resolving import Decision
from hotspot_lite.trade.reckoning.statement import Row, Statement
from hotspot_lite.trade.service import subscriptions, trial
from hotspot_lite.trade.takings import cash, hearsay, matching, refunds

ZONE = "Africa/Nairobi"
LATER = NOW + 600


@pytest.fixture
def plan(box: Box) -> Plan:
    return catalogue.add("1 Hour", "20", "1h", NOW)


@dataclass
class ByHand:
    """Money by hand, as M-Pesa tells of it."""

    receipt: str
    amount_cents: int
    account: str
    phone: str
    shortcode: str = "600000"
    phone_hash: str = ""
    phone_hint: str = ""
    payer: str = "JANE"


def sold(plan: Plan, n: int = 1, by: str = "callback", at: int = NOW) -> Payment:
    """A sale from the prompt to the time."""
    wish = payments.Ask(plan, f"25470000000{n}", f"02:00:00:00:00:0{n}")
    payment = payments.ask(wish, KEY, at)
    pushed = payments.may_push(payment.id, at)
    assert pushed is not None
    payments.pushed(pushed, Pushed(checkout_request_id=f"ws_CO_{n}"), at)
    receipt = f"SAF1PAID0{n}" if by == "callback" else None
    with store.atomic():
        payments.mark_paid(Payment.get_by_id(payment.id), by, None, receipt, at + 12)
    subscriptions.fulfil(payment.id, at + 12)
    found: Payment = Payment.get_by_id(payment.id)
    return found


def audit(now: int = LATER, **more: object) -> Found:
    asked = Asked("cli", **more)  # type: ignore[arg-type]
    return money_audit.run(asked, now, ZONE)


def kinds(found: Found) -> list[str]:
    return [one.kind for one in found.wrongs]


def harm(sql: str) -> None:
    """What somebody with the file and no scruples would do."""
    store.database.execute_sql("PRAGMA foreign_keys = OFF")
    store.database.execute_sql(sql)
    store.database.execute_sql("PRAGMA foreign_keys = ON")


# -- Our own books -----------------------------------------------------------------


def test_a_box_in_order_agrees_and_says_so_in_one_line(plan: Plan) -> None:
    sold(plan, 1)
    sold(plan, 2)
    batch = vouchers.make(plan, 2, "cli", NOW)
    vouchers.redeem(vouchers.codes(batch)[0], MAC, "", NOW)
    found = audit()
    assert found.wrongs == []
    end = ledger.newest()
    assert found.says == f"2 payments, 40.00: all of it agrees. Ledger to {end}."
    (day,) = found.days
    assert (day.count, day.taken, day.given) == (2, 4000, 4000)
    assert (day.day, day.provider) == ("2027-01-15", "mpesa")


def test_vouchers_of_the_till_agree_before_and_after_they_are_used(plan: Plan) -> None:
    shift = cash.open_shift("jane", 0, NOW)
    batch = cash.sell_vouchers(shift, plan, 2, NOW)
    assert audit().wrongs == []
    vouchers.redeem(vouchers.codes(batch)[0], MAC, "", NOW)
    assert audit().wrongs == []


def test_an_empty_box_agrees(box: Box) -> None:
    assert audit().says == "0 payments, 0.00: all of it agrees. Ledger to 0:."


@pytest.mark.parametrize(
    ("sql", "kind"),
    [
        ("DELETE FROM subscription", "nothing-for-money"),
        ("UPDATE payment SET state = 'failed'", "time-unpaid"),
        ("UPDATE subscription SET payment_id = NULL", "time-for-nothing"),
        ("UPDATE subscription SET duration_seconds = 7200", "terms"),
        ("UPDATE payment SET amount_cents = 1000", "terms"),
        ("UPDATE payment SET amount_cents = 1000", "no-fact"),
        ("UPDATE payment SET paid_at = paid_at + 86400 * 2", "day"),
    ],
)
def test_each_thing_that_does_not_agree_is_found(
    plan: Plan, sql: str, kind: str
) -> None:
    sold(plan, 3, at=NOW - 5 * 86_400)
    sold(plan, 1)
    harm("PRAGMA foreign_keys = OFF")
    harm(sql + (" WHERE id = 2" if sql.startswith("UPDATE") else ""))
    found = audit(NOW + 3 * 86_400)
    assert kind in kinds(found) and kind in json.dumps(money_audit.as_json(found))


def test_paid_a_moment_ago_is_no_finding(plan: Plan) -> None:
    sold(plan)
    harm("DELETE FROM subscription")
    assert "nothing-for-money" not in kinds(audit(NOW + 20))
    assert "nothing-for-money" in kinds(audit(NOW + 120))


def test_what_waits_for_a_person_is_no_finding(plan: Plan) -> None:
    payment = payments.ask(payments.Ask(plan, PHONE, MAC), KEY, NOW)
    payments.mark_paid(payment, "callback", "ws_CO_1", "SAF1PAID01", NOW)
    undecided.leave("paid-without-time", "It failed.", NOW, payment)
    found = audit()
    assert found.wrongs == [] and found.says.endswith("1 exception open.")


def test_what_a_person_decided_agrees(plan: Plan) -> None:
    payment = payments.ask(payments.Ask(plan, PHONE, MAC), KEY, NOW)
    heard = Heard(amount_cents=1500, amount_text="15")
    hearsay.hear(payment, b"{}", heard, "x", NOW)
    (row,) = undecided.waiting()
    resolving.resolve(row.id, Decision("grant", "jane", "he is known here"), NOW)
    assert Subscription.select().count() == 1
    other = payments.ask(payments.Ask(plan, "254700000002", ""), KEY, NOW)
    hearsay.hear(other, b"{ }", heard, "x", NOW)
    (row,) = undecided.waiting()
    resolving.resolve(row.id, Decision("refund", "jane", "given back in cash"), NOW)
    assert audit().wrongs == []


def test_a_voucher_used_without_time_or_time_without_use_is_found(plan: Plan) -> None:
    batch = vouchers.make(plan, 2, "cli", NOW)
    one, two = Voucher.select().where(Voucher.batch == batch)
    Voucher.update(redeemed_at=NOW).where(Voucher.id == one.id).execute()
    vouchers.redeem(two.code, MAC, "", NOW)
    Voucher.update(redeemed_at=None).where(Voucher.id == two.id).execute()
    assert kinds(audit()) == ["voucher", "voucher"]


def test_more_given_back_than_came_is_found(plan: Plan) -> None:
    payment = sold(plan)
    ledger.write("refunded", 2000, NOW + 30, payment, who="jane")
    found = audit()
    assert kinds(found) == ["refunded-online"] and found.alarms == []
    ledger.write("refunded", 100, NOW + 40, payment, who="jane")
    assert "refund" in kinds(audit())


def test_money_that_only_the_ledger_knows_is_found(plan: Plan) -> None:
    sold(plan)
    ledger.write("taken", 500, NOW + 20, None, "from nowhere")
    assert kinds(audit()) == ["taken-unpaid"]


def test_sales_from_before_the_ledger_are_not_held_against_it(plan: Plan) -> None:
    sold(plan, 1, at=NOW - 30 * 86_400)
    unlock()
    harm("DELETE FROM money_fact")
    sold(plan, 2)
    assert audit().wrongs == []


def test_only_the_days_asked_for_are_looked_at(plan: Plan) -> None:
    sold(plan, 1, at=NOW - 30 * 86_400)
    sold(plan, 2)
    harm("DELETE FROM subscription")
    found = audit(since=NOW - 86_400)
    assert [one.payment_id for one in found.wrongs][:1] == [2]
    assert sum(day.count for day in found.days) == 1


# -- The chain ---------------------------------------------------------------------


def test_a_cut_off_end_is_found_by_the_next_audit(plan: Plan) -> None:
    sold(plan, 1)
    sold(plan, 2)
    assert audit().wrongs == []
    unlock()
    harm("DELETE FROM money_fact WHERE id > 2")
    found = audit()
    assert kinds(found)[0] == "chain"
    assert "its end was cut off" in found.wrongs[0].says


def test_an_end_noted_on_paper_is_an_anchor(plan: Plan) -> None:
    sold(plan, 1)
    on_paper = str(ledger.newest())
    unlock()
    harm("DELETE FROM money_fact")
    sold(plan, 2)
    assert "chain" not in kinds(audit())
    anchor = money_audit.read_anchor(on_paper)
    assert "chain" in kinds(audit(anchors=(anchor,)))


@pytest.mark.parametrize("text", ["", "12", "12:xyz", "x:0123456789", "12:0123"])
def test_what_is_no_anchor_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="no end of the ledger"):
        money_audit.read_anchor(text)


# -- Kept and told -----------------------------------------------------------------


def test_it_is_kept_and_a_change_is_told_once(plan: Plan) -> None:
    sold(plan)
    audit()
    harm("DELETE FROM message")
    harm("DELETE FROM subscription")
    audit()
    audit()
    changes = [e for e in events.last(20) if e["type"].startswith("condition")]
    assert [event["type"] for event in changes] == ["condition_began"]
    assert "Paid, and nothing was given (1)" in changes[0]["says"]
    subscriptions.fulfil(1, NOW + 700)
    assert "given 2 times" in audit(NOW + 800).wrongs[0].says  # the ledger forgets not
    assert [row.wrong for row in money_audit.kept(9)] == [1, 2, 2, 0]
    assert conditions.wrong()[0].name == money_audit.CONDITION


def test_the_nightly_one_tells_the_owner_in_one_line(plan: Plan) -> None:
    sold(plan)
    money_audit.run(Asked(money_audit.NIGHTLY), LATER, ZONE)
    (told,) = [e for e in events.last(20) if e["type"] == "money_audited"]
    assert told["says"].startswith("1 payment, 20.00: all of it agrees.")
    assert told["is_good"]


def test_old_audits_are_forgotten_but_never_the_first(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(money_audit, "MOST_KEPT", 3)
    for n in range(6):
        audit(NOW + n)
    kept = [row.at - NOW for row in MoneyAudit.select().order_by(MoneyAudit.id)]
    assert kept == [0, 3, 4, 5]


def test_many_findings_of_one_kind_are_counted_and_some_are_kept(plan: Plan) -> None:
    sold(plan)
    for _ in range(49):
        harm(
            "INSERT INTO subscription (customer_id, plan_name, price_cents,"
            " duration_seconds, rate, devices, mac, ip, access, access_says, made_at,"
            " data_used_bytes) SELECT customer_id, plan_name, price_cents,"
            " duration_seconds, rate, devices, mac, ip, access, access_says, made_at,"
            " data_used_bytes FROM subscription LIMIT 1"
        )
    body = json.loads(money_audit.kept(1)[0].body) if audit() else {}
    assert body["counts"]["time-for-nothing"] == 49
    shown = [one for one in body["wrongs"] if one["kind"] == "time-for-nothing"]
    assert len(shown) == money_audit.MOST_OF_A_KIND


# -- Against a statement -----------------------------------------------------------


def row(receipt: str, at: int = NOW + 11, cents: int = 2000, **more: object) -> Row:
    told = {"line": 1, "kind": "in", "out_cents": 0} | more
    return Row(receipt=receipt, at=at, in_cents=cents, **told)  # type: ignore[arg-type]


EARLY, LATE = row("SAF1EARLY1", NOW - 7200, 100), row("SAF1LATE01", NOW + 7200, 100)
EDGES = {"kind": "other"}
FRAME = (
    row("SAF1EARLY1", NOW - 7200, 100, **EDGES),
    row("SAF1LATE01", NOW + 7200, 100, **EDGES),
)


def against(*rows: Row, take: bool = False) -> Found:
    early, late = FRAME
    return audit(statement=Statement((early, *rows, late), 0, ()), take=take)


def test_a_statement_that_has_the_same_agrees(plan: Plan) -> None:
    sold(plan)
    found = against(row("SAF1PAID01"))
    assert found.wrongs == []
    assert found.statement is not None and found.statement.known == 1


def test_what_mpesa_has_and_we_have_not_is_found_and_taken_in(plan: Plan) -> None:
    stranger = row("SAF1HAND01", payer="Jane", phone_hint="2547•••• 001")
    found = against(stranger)
    assert kinds(found) == ["unknown-money"]
    assert found.wrongs[0].says == "SAF1HAND01: 20.00 from Jane 2547•••• 001."
    assert Transfer.select().count() == 0  # only looked
    found = against(stranger, take=True)
    assert found.wrongs == [] and found.waiting == 1
    (waiting,) = undecided.waiting()
    assert waiting.kind == "unmatched-transfer" and waiting.amount_cents == 2000
    found = against(stranger, take=True)
    assert found.statement is not None and found.statement.left == 0
    assert Transfer.select().count() == 1


def test_a_prompt_that_was_paid_without_our_knowing_is_paid_by_the_statement(
    plan: Plan,
) -> None:
    payment = payments.ask(payments.Ask(plan, PHONE, MAC), KEY, NOW)
    payments.may_push(payment.id, NOW)
    line = row("SAF1PAID01", account=f"HL{payment.id}", phone=PHONE)
    assert kinds(against(line)) == ["unknown-money"]
    assert against(line, take=True).wrongs == []
    payment = Payment.get_by_id(payment.id)
    told = (payment.state, payment.settled_by, payment.receipt)
    assert told == ("paid", "statement", "SAF1PAID01")
    subscriptions.fulfil(payment.id, LATER)
    assert against(line, take=True).wrongs == []


@pytest.mark.parametrize(
    "more",
    [
        {"cents": 1900},
        {"at": NOW + 3000},
        {"phone": "254700000009"},
        {"phone_hint": "2547•••• 009"},
    ],
)
def test_a_row_that_may_be_another_boxes_prompt_pays_nothing(
    plan: Plan, more: dict[str, object]
) -> None:
    payment = payments.ask(payments.Ask(plan, PHONE, MAC), KEY, NOW)
    payments.may_push(payment.id, NOW)
    line = row("SAF1PAID01", account=f"HL{payment.id}", **more)  # type: ignore[arg-type]
    against(line, take=True)
    assert Payment.get_by_id(payment.id).state == "uncertain"
    assert Transfer.select().count() == 1


def test_a_missing_receipt_is_filled_in(plan: Plan) -> None:
    payment = sold(plan, by="query")
    undecided.leave("receipt-missing", "Never told.", NOW, payment)
    line = row("SAF1PAID01", phone_hint="2547•••• 001")
    assert against(line).wrongs == []
    assert Payment.get_by_id(payment.id).receipt is None
    against(line, take=True)
    assert Payment.get_by_id(payment.id).receipt == "SAF1PAID01"
    assert undecided.waiting() == []


def test_two_payments_that_fit_one_row_are_left_alone(plan: Plan) -> None:
    one, two = sold(plan, 1, by="query"), sold(plan, 2, by="query")
    found = against(row("SAF1PAID01"), take=True)
    assert [Payment.get_by_id(p.id).receipt for p in (one, two)] == [None, None]
    assert Transfer.select().count() == 1
    assert "no-receipt" not in kinds(found)  # a row that fits is there


def test_what_we_have_and_mpesa_has_not_is_found(plan: Plan) -> None:
    sold(plan, 1)
    sold(plan, 2, by="query")
    assert sorted(kinds(against())) == ["no-receipt", "not-in-statement"]


def test_another_amount_is_found(plan: Plan) -> None:
    sold(plan)
    found = against(row("SAF1PAID01", cents=1000))
    assert kinds(found) == ["amount"]
    assert found.wrongs[0].says == "SAF1PAID01: M-Pesa has 10.00, we have 20.00."


def test_a_statement_ends_a_refund_that_nobody_knew_the_end_of(plan: Plan) -> None:
    payment = sold(plan)
    wish = refunds.Wish("jane", "Too slow.", payment)
    refund = refunds.by_mpesa(wish, KEY, NOW)
    Refund.update(state="uncertain").where(Refund.id == refund.id).execute()
    back = row("SAF1REVERS", NOW + 60, 0, kind="reversal", out_cents=2000)
    back = Row(**{**back.__dict__, "linked": "SAF1PAID01"})
    for _ in range(2):
        against(row("SAF1PAID01"), back, take=True)
    ended = Refund.get()
    assert (ended.state, ended.receipt) == ("done", "SAF1REVERS")
    assert MoneyFact.select().where(MoneyFact.kind == "refunded").count() == 1
    assert undecided.count() == 0


def test_a_reversal_made_outside_is_found_and_taken_in(plan: Plan) -> None:
    payment = sold(plan)
    back = row("SAF1REVERS", NOW + 60, 0, kind="reversal", out_cents=2000)
    back = Row(**{**back.__dict__, "linked": "SAF1PAID01"})
    paid = row("SAF1PAID01")
    assert kinds(against(paid, back)) == ["reversed-outside"]
    found = against(paid, back, take=True)
    assert found.alarms == [] and kinds(found) == ["refunded-online"]
    assert undecided.waiting()[0].kind == "reversed"
    against(paid, back, take=True)
    reversed_ = MoneyFact.select().where(MoneyFact.kind == "reversed")
    assert [fact.payment.id for fact in reversed_] == [payment.id]


def test_no_whole_phone_number_is_kept(plan: Plan) -> None:
    line = row("SAF1HAND01", account="0712 345 678", phone="254712345678")
    against(line)
    against(line, take=True)
    kept = " ".join(row.body + row.says for row in MoneyAudit.select())
    kept += " ".join(row.says for row in undecided.waiting())
    assert "712345678" not in kept.replace(" ", "")


@pytest.mark.parametrize("text", ["yesterday", "2027-13-01", "1/2/2027"])
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="no day"):
        amounts.read_day(text, ZONE)


def test_a_day_begins_at_the_places_midnight(box: Box) -> None:
    begins = amounts.read_day("2027-01-15", ZONE)
    assert amounts.read_day("2027-01-15", ZONE, is_last=True) == begins + 86_400
    assert begins % 86_400 == 21 * 3600
    assert Anchor(3, "abc")


def test_a_test_of_the_router_is_no_time_for_nothing(plan: Plan) -> None:
    with trial.lent(NOW):
        assert audit().wrongs == []


@pytest.mark.parametrize("way", ["refund", "write-off"])
def test_a_wrong_amount_that_was_dealt_with_makes_no_day_differ(
    plan: Plan, way: str
) -> None:
    sold(plan)  # the ledger's first day is not looked at
    at = NOW + 2 * 86_400
    payment = payments.ask(payments.Ask(plan, PHONE, MAC), KEY, at)
    told = Heard(amount_cents=1500, amount_text="15.0")
    hearsay.hear(payment, b"{}", told, "127.0.0.1", at)
    (row,) = undecided.waiting()
    resolving.resolve(row.id, Decision(way, "jane", "He was told"), at + 60)
    assert audit(at + 600).wrongs == []


def test_time_that_the_owner_gave_for_too_little_by_hand_is_decided(
    plan: Plan,
) -> None:
    told = ByHand("UKH1", 500, PHONE, PHONE)
    assert matching.note(told, NOW) == "underpaid"
    (row,) = undecided.waiting()
    wish = Decision("grant", "jane", "A neighbour", plan, PHONE)
    resolving.resolve(row.id, wish, NOW)
    subscriptions.fulfil(Payment.get().id, NOW)
    assert Payment.get().amount_cents == 500
    assert audit().wrongs == []
