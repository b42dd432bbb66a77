"""After an outage whose time ran meanwhile gets it back: all of it, and once."""

from __future__ import annotations

import pytest
from test_letters import DAY, HOUR, HOUSE, buy, turn_on
from test_payments import NOW

from hotspot_lite.box import Box
from hotspot_lite.errors import BadInput
from hotspot_lite.jobs import rows, sight
from hotspot_lite.trade.goods import catalogue
from hotspot_lite.trade.grants import making_good
from hotspot_lite.trade.grants.making_good import Outage, Sum
from hotspot_lite.trade.house import conditions
from hotspot_lite.trade.models import MadeGood, Message, Plan, Subscription
from hotspot_lite.trade.reckoning import books
from hotspot_lite.trade.service import subscriptions

# Half an hour, of which the first hour's last twenty minutes.
OUTAGE = Outage(NOW + 2400, NOW + 4200)
AFTER = NOW + 4300


@pytest.fixture
def plan(box: Box) -> Plan:
    return catalogue.add("1 Hour", "20", "1h", NOW)


def again(time: Subscription) -> Subscription:
    return Subscription.get_by_id(time.id)


def work(made: MadeGood, now: int = AFTER, most: int = 99) -> MadeGood:
    """Run its jobs as the worker does."""
    for _ in range(most):
        if MadeGood.get_by_id(made.id).done_at is not None:
            break
        making_good.give_some(made.id, HOUSE, now)
    return MadeGood.get_by_id(made.id)


def give(outage: Outage = OUTAGE, now: int = AFTER) -> MadeGood:
    return work(making_good.start(outage, "power cut", "jane", now), now)


def test_what_runs_ends_later_and_what_was_bought_after_it_too(
    box: Box, plan: Plan
) -> None:
    day = catalogue.add("Day", "50", "1d", NOW)
    running, later = buy(day, box), buy(plan, box, NOW + 180)
    give()
    assert again(running).expires_at == NOW + DAY + 1800
    assert again(later).starts_at == NOW + DAY + 1800
    assert subscriptions.live(running.customer, AFTER)


def test_what_ended_meanwhile_runs_once_more(box: Box, plan: Plan) -> None:
    sale = buy(plan, box)
    subscriptions.end_those_over(NOW + HOUR + 2)
    assert not subscriptions.live(sale.customer, AFTER)
    made = give()
    assert again(sale).expires_at == AFTER + 1200
    assert subscriptions.live(sale.customer, AFTER)
    assert (made.people, made.seconds) == (1, 1200)
    assert "provisioning.admit" in [name for name, _ in sight.waiting_jobs(rows)]


def test_who_lost_nothing_gets_nothing(box: Box, plan: Plan) -> None:
    before = buy(plan, box, NOW - DAY)
    after = buy(plan, box, AFTER - 50, phone="254700000002")
    data = buy(plan, box, NOW, phone="254700000003")
    subscriptions.end_early(data, NOW + 300)
    assert making_good.look(OUTAGE, AFTER) == Sum(0, 0)
    made = give()
    assert (made.people, made.done_at) == (0, AFTER)
    assert [again(one).expires_at for one in (before, after)] == [
        before.expires_at,
        after.expires_at,
    ]


def test_two_purchases_in_one_outage_are_one_gift(box: Box, plan: Plan) -> None:
    buy(plan, box)
    second = buy(plan, box, NOW + 180)
    subscriptions.end_those_over(NOW + HOUR + 2)
    assert making_good.look(OUTAGE, AFTER) == Sum(1, 1800)
    give()
    assert again(second).expires_at == NOW + 2 * HOUR + 1800


def test_many_are_given_theirs_a_few_at_a_time_and_none_twice(
    box: Box, plan: Plan
) -> None:
    count = making_good.CUSTOMERS_AT_ONCE + 7
    sales = [buy(plan, box, phone=f"2547000010{number:02}") for number in range(count)]
    made = making_good.start(OUTAGE, "power cut", "jane", NOW + 4200)
    work(made, NOW + 4210, most=1)
    assert MadeGood.get_by_id(made.id).people == making_good.CUSTOMERS_AT_ONCE
    done = work(made, NOW + 4220)
    assert (done.people, done.seconds) == (count, count * 1200)
    making_good.give_some(made.id, HOUSE, NOW + 4230)
    ends = {again(sale).expires_at for sale in sales}
    assert ends == {NOW + 4210 + 1200, NOW + 4220 + 1200}
    assert not list(books.all_rules(0, NOW + DAY, NOW + DAY))


def test_they_are_told_where_the_owner_wants_it(box: Box, plan: Plan) -> None:
    buy(plan, box)
    turn_on("made-good")
    give()
    told = [one.text for one in Message.select().where(Message.kind == "made-good")]
    assert told == ["Kona: the WiFi works again. 20 minutes were added to 1 Hour."]


@pytest.mark.parametrize(
    ("outage", "says"),
    [
        (Outage(NOW + 10, NOW), "begin before it ends"),
        (Outage(NOW, AFTER + 1), "be over"),
        (Outage(AFTER - 8 * DAY, AFTER), "At most 7 days"),
        (Outage(AFTER - 31 * DAY, AFTER - 30 * DAY), "30 days ago"),
    ],
)
def test_what_is_no_outage_is_refused(box: Box, outage: Outage, says: str) -> None:
    with pytest.raises(BadInput, match=says):
        making_good.start(outage, "power cut", "jane", AFTER)
    assert not MadeGood.select().exists()


def test_the_same_time_is_made_good_once(box: Box, plan: Plan) -> None:
    give()
    with pytest.raises(BadInput, match="jane made some of that time good already"):
        give(Outage(NOW + 4000, NOW + 4300), AFTER)
    give(Outage(NOW + 4200, NOW + 4300), AFTER)


def test_a_reason_is_wanted(box: Box) -> None:
    with pytest.raises(BadInput, match="Say why"):
        making_good.start(OUTAGE, " ", "jane", AFTER)


def test_outages_that_the_box_noticed_are_offered(box: Box) -> None:
    for name, began, ended in (
        ("router-away", 100, 700),
        ("backup-copy", 200, 300),
        ("radius-silent", 900, 950),
    ):
        conditions.observe(name, True, "It is away.", NOW + began)
        conditions.observe(name, False, "It is back.", NOW + ended)
    conditions.observe("router-away", True, "It is away.", NOW + 1000)
    assert making_good.noticed(NOW + 2000) == [
        Outage(NOW + 900, NOW + 950),
        Outage(NOW + 100, NOW + 700),
    ]
