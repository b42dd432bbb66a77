"""Messages that write themselves: in whose words, to whom, when, and once."""

from __future__ import annotations

import pytest
from test_payments import MAC, NOW

from hotspot_lite.box import Box
from hotspot_lite.errors import BadInput
from hotspot_lite.jobs import rows, sight
from hotspot_lite.trade.goods import catalogue
from hotspot_lite.trade.grants import owed, vouchers
from hotspot_lite.trade.house import conditions
from hotspot_lite.trade.messaging import campaigns, letters, optout
from hotspot_lite.trade.messaging.drafts import House, stop_token
from hotspot_lite.trade.messaging.letters import Wanted
from hotspot_lite.trade.models import Message, Plan, Subscription, Voucher
from hotspot_lite.trade.money import payments
from hotspot_lite.trade.service import subscriptions

HOUSE = House("Kona", "http://kona.lan", b"k" * 32)
HOUR, DAY = 3600, 86_400


@pytest.fixture
def plan(box: Box) -> Plan:
    return catalogue.add("1 Hour", "20", "1h", NOW)


def buy(
    plan: Plan, box: Box, now: int = NOW, phone: str = "254700000001", lang: str = ""
) -> Subscription:
    wish = payments.Ask(plan, phone, MAC, lang=lang)
    payment = payments.ask(wish, box.key, now)
    payments.mark_paid(payment, "callback", None, f"SGR{payment.id}ABCDEF", now)
    made = subscriptions.fulfil(payment.id, now)
    assert made is not None
    return made


def turn_on(name: str, amount: int | None = None, **texts: str) -> None:
    wanted = Wanted(True, amount or letters.KINDS[name].amount, texts)
    letters.change(name, wanted, True, "jane", NOW)


def told(kind: str) -> list[str]:
    query = Message.select().where(Message.kind == kind).order_by(Message.id)
    return [message.text for message in query]


# -- Words -------------------------------------------------------------------------


def test_the_login_is_told_in_the_language_of_the_portal(plan: Plan, box: Box) -> None:
    buy(plan, box)
    buy(plan, box, phone="254700000002", lang="sw")
    english, swahili = told("credentials")
    assert english.startswith("1 Hour is paid.") and "hs_700000001" in english
    assert swahili.startswith("1 Hour imelipwa.") and "hs_700000002" in swahili


def test_the_owner_words_a_message_anew_and_takes_ours_back(
    plan: Plan, box: Box
) -> None:
    turn_on("credentials", en="Karibu! {login} / {password}")
    sale = buy(plan, box)
    customer = sale.customer
    assert told("credentials") == [f"Karibu! {customer.username} / {customer.secret}"]
    turn_on("credentials", en="")
    assert letters.standing(letters.CREDENTIALS).texts == {}


def test_a_kind_that_is_off_is_not_written(plan: Plan, box: Box) -> None:
    letters.change("credentials", Wanted(False, 0, {}), True, "jane", NOW)
    buy(plan, box)
    assert not Message.select().exists()


@pytest.mark.parametrize(
    ("name", "amount", "text", "says"),
    [
        ("credentials", 0, "Welcome {login}", "Without {password}"),
        ("expired", 0, "Hi {password}", "Nothing can be filled in for {password}"),
        ("expired", 0, "Hi {}", "Nothing can be filled in"),
        ("expired", 0, "x" * 460, "At most 459"),
        ("expiring", 4, "", "5 to 10080 minutes"),
        ("expiring", 99999, "", "5 to 10080 minutes"),
        ("birthday", 0, "", "no such message"),
    ],
)
def test_what_can_not_be_sent_is_refused(
    box: Box, name: str, amount: int, text: str, says: str
) -> None:
    with pytest.raises(BadInput, match=says):
        letters.change(name, Wanted(True, amount, {"en": text}), True, "jane", NOW)
    assert all(one.texts == {} for one in letters.standings(*letters.KINDS.values()))


def test_a_stop_link_that_leads_nowhere_is_refused(box: Box) -> None:
    with pytest.raises(BadInput, match=r"web\.public_url"):
        wanted = Wanted(True, 0, {"sw": "Kwisha. {stop}"})
        letters.change("expired", wanted, False, "jane", NOW)


def test_our_own_texts_are_in_order_and_short(box: Box) -> None:
    for kind in letters.KINDS.values():
        wanted = Wanted(False, kind.amount, {k: f"{v} " for k, v in kind.texts.items()})
        letters.change(kind.name, wanted, True, "jane", NOW)
        assert set(kind.texts) == set(letters.LANGUAGES)
        assert all(len(text) <= 160 for text in kind.texts.values())


# -- With a sale -------------------------------------------------------------------


def test_a_receipt_says_what_was_paid_once(plan: Plan, box: Box) -> None:
    turn_on("receipt")
    sale = buy(plan, box)
    names = [name for name, _ in sight.waiting_jobs(rows)]
    assert names.count("default.write_of_sale") == 1
    assert owed.write_of_sale(sale.id, "KES", HOUSE, NOW) == 1
    assert owed.write_of_sale(sale.id, "KES", HOUSE, NOW) == 0
    assert told("receipt") == [
        f"Kona: KES 20 received for 1 Hour. Receipt {sale.payment.receipt}."
    ]


def test_who_was_away_is_welcomed_and_who_is_new_or_was_here_is_not(
    plan: Plan, box: Box
) -> None:
    turn_on("welcome", 30)
    for day, count in ((0, 0), (29, 0), (60, 1)):
        sale = buy(plan, box, NOW + day * DAY)
        found = owed.write_of_sale(sale.id, "KES", HOUSE, NOW + day * DAY)
        assert found == count, day


def test_every_third_purchase_brings_a_voucher_once(plan: Plan, box: Box) -> None:
    turn_on("thanks", 3)
    for number, count in enumerate((0, 0, 1, 0, 0, 1)):
        now = NOW + number * DAY
        sale = buy(plan, box, now)
        assert owed.write_of_sale(sale.id, "KES", HOUSE, now) == count
        assert owed.write_of_sale(sale.id, "KES", HOUSE, now) == 0
    codes = [one.code for one in Voucher.select()]
    assert [text.rpartition(" ")[2] for text in told("thanks")] == codes
    assert len(codes) == 2
    free = vouchers.redeem(codes[0], "02:00:00:00:00:09", "", NOW + 9 * DAY)
    assert free.plan_name == plan.name


def test_a_voucher_that_was_given_away_is_no_purchase(plan: Plan, box: Box) -> None:
    turn_on("thanks", 2)
    first = buy(plan, box)
    code = vouchers.codes(vouchers.make(plan, 1, "jane", NOW))[0]
    vouchers.redeem(code, MAC, "", NOW + 1)
    assert owed.write_of_sale(first.id, "KES", HOUSE, NOW) == 0
    second = buy(plan, box, NOW + DAY)
    assert owed.write_of_sale(second.id, "KES", HOUSE, NOW + DAY) == 1


# -- By the clock ------------------------------------------------------------------


def test_soon_over_is_told_once_and_only_when_it_is_soon(plan: Plan, box: Box) -> None:
    turn_on("expiring", 20)
    buy(plan, box)
    assert owed.write_due(HOUSE, NOW + 30 * 60) == 0
    assert owed.write_due(HOUSE, NOW + 45 * 60) == 1
    assert owed.write_due(HOUSE, NOW + 46 * 60) == 0
    assert told("expiring") == [
        "Kona: 15 min of 1 Hour left. Buy more now and lose nothing: it begins when"
        " this ends."
    ]


def test_a_short_package_is_not_soon_over_from_its_beginning(
    plan: Plan, box: Box
) -> None:
    turn_on("expiring", 40)
    buy(plan, box)
    assert owed.write_due(HOUSE, NOW + 30 * 60) == 0


def test_who_bought_more_is_not_told_that_it_is_soon_over(plan: Plan, box: Box) -> None:
    turn_on("expiring", 20)
    turn_on("expired")
    first, second = buy(plan, box), buy(plan, box, NOW + 180)
    assert second.starts_at == first.expires_at
    assert owed.write_due(HOUSE, NOW + 50 * 60) == 0
    subscriptions.end_those_over(NOW + HOUR + 1)
    assert owed.write_due(HOUSE, NOW + HOUR + 10) == 0
    assert owed.write_due(HOUSE, NOW + 2 * HOUR - 600) == 1


def test_little_data_left_is_soon_over_too(box: Box) -> None:
    turn_on("expiring", 20)
    sale = buy(catalogue.add("1 GB", "50", "30d", NOW, data="1G"), box)
    limit = sale.data_bytes or 0
    for used, count in ((0.8, 0), (0.95, 1)):
        change = Subscription.update(data_used_bytes=int(limit * used))
        change.where(Subscription.id == sale.id).execute()
        assert owed.write_due(HOUSE, NOW + HOUR) == count
    assert " MB of 1 GB left" in told("expiring")[0]


def test_over_is_told_while_it_is_news(plan: Plan, box: Box) -> None:
    turn_on("expired")
    buy(plan, box)
    buy(plan, box, phone="254700000002")
    subscriptions.end_those_over(NOW + HOUR + 1)
    assert owed.write_due(HOUSE, NOW + HOUR + 1000) == 0
    assert owed.write_due(HOUSE, NOW + HOUR + 60) == 2
    assert owed.write_due(HOUSE, NOW + HOUR + 61) == 0


def test_an_outage_is_told_to_whose_time_runs_out(plan: Plan, box: Box) -> None:
    turn_on("outage", 15)
    buy(plan, box)
    conditions.observe("router-away", True, "It is away.", NOW + 60)
    assert owed.write_due(HOUSE, NOW + 600) == 0
    assert owed.write_due(HOUSE, NOW + 60 + 900) == 1
    assert owed.write_due(HOUSE, NOW + 60 + 960) == 0
    conditions.observe("router-away", False, "It is back.", NOW + 1200)
    buy(plan, box, NOW + 1200, phone="254700000002")
    assert owed.write_due(HOUSE, NOW + 3000) == 0


def test_who_opted_out_gets_what_belongs_to_a_sale_only(plan: Plan, box: Box) -> None:
    turn_on("expired", en="Over. {stop}")
    turn_on("receipt")
    sale = buy(plan, box)
    subscriptions.end_those_over(NOW + HOUR + 1)
    owed.write_due(HOUSE, NOW + HOUR + 1)
    phone = sale.customer.phone
    token = stop_token(HOUSE.key, phone)
    assert told("expired") == [f"Over. http://kona.lan/stop/{token}"]
    assert optout.address_of(token, HOUSE.key) == phone
    optout.opt_out(phone, "link", NOW)
    later = buy(plan, box, NOW + DAY)
    assert owed.write_of_sale(later.id, "KES", HOUSE, NOW + DAY) == 1
    subscriptions.end_those_over(NOW + DAY + HOUR + 1)
    assert owed.write_due(HOUSE, NOW + DAY + HOUR + 1) == 0


def test_no_letter_is_part_of_a_message_to_many(plan: Plan, box: Box) -> None:
    turn_on("expired")
    buy(plan, box)
    subscriptions.end_those_over(NOW + HOUR + 1)
    owed.write_due(HOUSE, NOW + HOUR + 1)
    assert not campaigns.newest()
    assert Message.get(Message.kind == "expired").campaign is None
