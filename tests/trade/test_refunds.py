"""Money that goes back: written before it is sent, sent once, its end not guessed."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from test_exceptions import decide, facts, kinds, paid, payment, plan, underpaid
from test_payments import KEY, MAC, NOW, PHONE, waiting

from hotspot_lite.errors import BadInput
from hotspot_lite.trade.models import (
    Inquiry,
    InquiryBody,
    Payment,
    Plan,
    Refund,
    Subscription,
    Transfer,
)
from hotspot_lite.trade.money import payments, transfers, undecided
from hotspot_lite.trade.reckoning import overdue
from hotspot_lite.trade.service import subscriptions
from hotspot_lite.trade.takings import inquiries, refunds, results
from hotspot_lite.trade.takings.refunds import Wish

__all__ = ["payment", "plan"]
OURS = ("174379",)


@dataclass
class Result:
    code: str = "0"
    receipt: str = "UKR1"
    amount_cents: int | None = 2000
    values: dict[str, str] = field(default_factory=dict)
    says: str = "No."
    finalised_at: int | None = NOW

    @property
    def ok(self) -> bool:
        return self.code == "0"

    def value(self, name: str) -> str:
        return self.values.get(name, "")


@dataclass
class Answer:
    kind: str = "accepted"
    conversation: str = "AG_1"
    code: str = "0"
    says: str = ""


def order(payment: Payment) -> Refund:
    return refunds.by_mpesa(Wish("jane", "Paid twice.", payment), KEY, NOW + 60)


def sent(refund: Refund, answer: Answer | None = None) -> Inquiry:
    inquiry = inquiries.may_send(Inquiry.get(Inquiry.refund == refund).id, NOW + 61)
    assert inquiry is not None
    results.sent(inquiry, answer or Answer(), NOW + 62)
    return inquiry


def told(inquiry: Inquiry, result: Result | None, late: bool = False) -> str:
    raw = str(result).encode()
    inquiries.keep_body(inquiry.id, raw, late, "196.201.214.200", NOW + 65)
    body = InquiryBody.select().order_by(InquiryBody.id.desc()).get()
    return results.hear(body.id, result, OURS, NOW + 65)


def state(refund: Refund) -> str:
    return str(Refund.get_by_id(refund.id).state)


def sold(payment: Payment) -> Subscription:
    subscriptions.fulfil(paid(payment).id, NOW)
    return Subscription.get(Subscription.payment == payment)


def test_a_refund_is_written_before_it_is_sent(payment: Payment) -> None:
    refund = order(paid(payment))
    assert (refund.state, refund.way, refund.amount_cents) == ("asked", "mpesa", 2000)
    assert waiting("payments.inquire") == 1
    assert ("refunded", 2000) not in facts()


def test_a_refund_is_done_once_its_result_says_so(payment: Payment) -> None:
    refund = order(paid(payment))
    inquiry = sent(refund)
    assert state(refund) == "sent"
    assert told(inquiry, Result()) == "done"
    assert state(refund) == "done"
    assert facts()[-1] == ("refunded", 2000)
    assert told(inquiry, Result(receipt="UKR2")) == "again"
    assert facts().count(("refunded", 2000)) == 1


def test_what_was_sent_is_not_sent_again(payment: Payment) -> None:
    refund = order(paid(payment))
    inquiry = sent(refund, Answer("uncertain", ""))
    assert state(refund) == "uncertain"
    assert inquiries.may_send(inquiry.id, NOW + 500) is None
    with pytest.raises(BadInput, match="already"):
        order(Payment.get())


def test_what_surely_was_not_sent_is_sent_again(payment: Payment) -> None:
    order(paid(payment))
    inquiry = inquiries.may_send(1, NOW)
    assert inquiry is not None
    inquiries.not_sent(inquiry)
    assert Refund.get().state == "asked"
    assert inquiries.may_send(1, NOW) is not None


def test_an_unknown_end_is_left_to_a_person_who_looks(payment: Payment) -> None:
    refund = order(paid(payment))
    sent(refund, Answer("uncertain", ""))
    overdue.look(NOW + 120)
    assert "uncertain-refund" not in kinds()
    overdue.look(NOW + 700)
    row = next(r for r in undecided.waiting() if r.kind == "uncertain-refund")
    decide(row, "arrived")
    assert state(refund) == "done"
    assert facts().count(("refunded", 2000)) == 1


def test_a_person_who_sees_no_reversal_may_order_it_anew(payment: Payment) -> None:
    inquiry = sent(order(paid(payment)), Answer("uncertain", ""))
    told(inquiry, None, late=True)
    row = next(r for r in undecided.waiting() if r.kind == "uncertain-refund")
    decide(row, "not-arrived")
    again = order(Payment.get())
    assert (again.id, again.state) == (2, "asked")


def test_a_late_yes_to_what_was_noted_as_no_is_told(payment: Payment) -> None:
    inquiry = sent(order(paid(payment)), Answer("uncertain", ""))
    told(inquiry, None, late=True)
    row = next(r for r in undecided.waiting() if r.kind == "uncertain-refund")
    decide(row, "not-arrived")
    assert told(inquiry, Result()) == "denied"
    assert "contradicted" in kinds()


def test_a_refusal_is_told_and_noting_another_way_settles_it(payment: Payment) -> None:
    refund = order(paid(payment))
    sent(refund, Answer("refused", "", "2001", "The initiator is wrong."))
    assert state(refund) == "failed"
    row = next(r for r in undecided.waiting() if r.kind == "refund-failed")
    assert "initiator" in row.says
    decide(row, "refund")
    assert "refund-failed" not in kinds()
    assert facts()[-2:] == [("refunded", 2000), ("decided", 2000)]


def test_the_body_of_a_timeout_is_not_kept(payment: Payment) -> None:
    inquiry = sent(order(paid(payment)))
    secret = b'{"SecurityCredential": "abc"}'
    inquiries.keep_body(inquiry.id, secret, True, "196.201.214.200", NOW)
    assert bytes(InquiryBody.get().body) == b""


def test_reversed_already_is_given_back(payment: Payment) -> None:
    refund = order(paid(payment))
    assert told(sent(refund), Result("R000001", "")) == "done"
    assert state(refund) == "done"


# --- how much


def test_no_more_goes_back_than_came(payment: Payment) -> None:
    paid(payment)
    now_paid = Payment.get()
    refunds.by_hand(Wish("jane", "Too slow.", now_paid, amount_cents=500), NOW)
    with pytest.raises(BadInput, match=r"15\.00"):
        refunds.by_hand(Wish("jane", "Again.", now_paid, amount_cents=1600), NOW)
    refunds.by_hand(Wish("jane", "The rest.", now_paid), NOW)
    with pytest.raises(BadInput, match="already"):
        refunds.by_hand(Wish("jane", "Again.", now_paid), NOW)
    assert refunds.given_back_cents(now_paid) == 2000


def test_m_pesa_gives_back_a_payment_as_a_whole(payment: Payment) -> None:
    wish = Wish("jane", "Half of it.", paid(payment), amount_cents=1000)
    with pytest.raises(BadInput, match="as a whole"):
        refunds.by_mpesa(wish, KEY, NOW)
    assert Refund.select().count() == 0


def test_without_a_receipt_m_pesa_gives_nothing_back(payment: Payment) -> None:
    with pytest.raises(BadInput, match="no M-Pesa receipt"):
        order(paid(payment, receipt=None))


def test_nothing_goes_back_without_a_reason(payment: Payment) -> None:
    with pytest.raises(BadInput, match="Say why"):
        refunds.by_hand(Wish("jane", " ", paid(payment)), NOW)


def test_money_of_another_amount_is_taken_before_it_goes_back(payment: Payment) -> None:
    decide(underpaid(payment), "refund")
    assert facts() == [("taken", 1500), ("refunded", 1500), ("decided", 1500)]
    assert Refund.get().way == "hand"


# --- and its access


def test_money_given_back_gives_no_time(payment: Payment) -> None:
    order(paid(payment))
    assert subscriptions.fulfil(payment.id, NOW) is None
    assert payments.paid_without_time() == []


def test_money_that_did_not_go_back_gives_its_time(payment: Payment) -> None:
    refund = order(paid(payment))
    sent(refund, Answer("refused", "", "2001", "No."))
    assert [p.id for p in payments.paid_without_time()] == [payment.id]
    assert subscriptions.fulfil(payment.id, NOW) is not None


def test_the_time_ends_and_what_was_bought_after_it_begins(
    payment: Payment, plan: Plan
) -> None:
    first = sold(payment)
    later = payments.ask(payments.Ask(plan, PHONE, MAC), KEY, NOW + 200)
    payments.mark_paid(later, "callback", "ws_CO_9", "UKM9", NOW + 210)
    second = subscriptions.fulfil(later.id, NOW + 210)
    assert second is not None
    assert second.starts_at == first.expires_at
    refund = refunds.by_hand(Wish("jane", "Paid twice.", Payment.get_by_id(1)), NOW)
    assert waiting("hotspot-sessions.after_refund") == 1
    assert refunds.end_access(refund.id, NOW + 300) == [MAC]
    assert Subscription.get_by_id(first.id).ended_at == NOW + 300
    moved = Subscription.get_by_id(second.id)
    assert (moved.starts_at, moved.expires_at) == (NOW + 300, NOW + 3900)
    refunds.end_access(refund.id, NOW + 400)
    assert Subscription.get_by_id(second.id).starts_at == NOW + 300


def test_a_part_given_back_ends_nothing(payment: Payment) -> None:
    sold(payment)
    part = Wish("jane", "Slow.", Payment.get(), amount_cents=500)
    assert refunds.end_access(refunds.by_hand(part, NOW).id, NOW) == []
    assert Subscription.get().ended_at is None


# --- told by Safaricom, and money paid by hand


def test_a_reversal_that_safaricom_tells_is_a_fact_and_is_told(
    payment: Payment,
) -> None:
    sold(payment)
    asked = inquiries.ask_status("UKM1", KEY, NOW + 60)
    assert asked is not None
    gone = Result(values={"TransactionStatus": "Reversed", "ReceiptNo": "UKM1"})
    assert told(asked, gone) == "taken-back"
    assert facts()[-1] == ("reversed", 2000)
    assert "reversed" in kinds()
    assert refunds.told(Payment.get(), "", "Again.", NOW) is None


def test_an_unmatched_transfer_goes_back_and_returns_to_the_list_if_it_can_not(
    payment: Payment,
) -> None:
    row = Transfer.create(
        receipt="UKT1", amount_cents=700, account="", received_at=NOW, state="open"
    )
    wish = Wish("jane", "A mistake.", transfer=row)
    refund = refunds.by_mpesa(wish, KEY, NOW)
    assert not transfers.mark(row, "matched", NOW)
    told(sent(refund), Result("R000002"))
    assert Transfer.get().state == "open"
    assert "refund-failed" in kinds()


def test_the_exceptions_list_has_m_pesa_give_it_back(payment: Payment) -> None:
    row = Transfer.create(
        receipt="UKT1", amount_cents=700, account="", received_at=NOW, state="open"
    )
    undecided.leave("unmatched-transfer", "Nobody's.", NOW, transfer=row)
    (matter,) = undecided.waiting()
    with pytest.raises(BadInput, match="can't be told"):
        decide(matter, "reverse")
    decide(matter, "reverse", key=KEY)
    assert kinds() == []
    inquiry = sent(Refund.get())
    assert inquiry.receipt == "UKT1"
    assert told(inquiry, Result()) == "done"
    assert facts()[-2:] == [("taken", 700), ("refunded", 700)]
