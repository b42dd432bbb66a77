"""Fair use: slower after so much data, fast again in the next day or month."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from hotspot_lite import store
from hotspot_lite.box import Box
from hotspot_lite.errors import BadInput
from hotspot_lite.jobs import rows, sight
from hotspot_lite.trade.goods import catalogue, fair
from hotspot_lite.trade.models import Subscription, UsageDay
from hotspot_lite.trade.money import payments
from hotspot_lite.trade.reckoning import books
from hotspot_lite.trade.service import speeds, subscriptions

ZONE = "Africa/Nairobi"
NOW = int(datetime(2026, 11, 28, 20, 0, tzinfo=ZoneInfo(ZONE)).timestamp())
DAY, GIB = 86_400, 1024**3
FULL, SLOW = "5M/10M", "512k/1M"


def buy(box: Box, rule: str) -> Subscription:
    plan = catalogue.add("Month", "1000", "30d", NOW, rate=FULL, fair=rule)
    payment = payments.ask(payments.Ask(plan, "254700000001"), box.key, NOW)
    payments.mark_paid(payment, "callback", None, "SGR1ABCDEF", NOW)
    made = subscriptions.fulfil(payment.id, NOW)
    assert made is not None
    return made


def use(sale: Subscription, gib: float, day: str) -> None:
    uniq = f"s{UsageDay.select().count()}"
    store.database.execute_sql(
        "INSERT INTO session (uniq, subscription_id, username, mac, ip, nas,"
        " acct_session_id, started_at, seen_at, seconds, octets_in, octets_out, cause)"
        " VALUES (?, ?, 'u', '', '', '', '', ?, ?, 0, 0, 0, '')",
        (uniq, sale.id, NOW, NOW),
    )
    used = {"octets_in": 0, "octets_out": int(gib * GIB), "seconds": 1}
    UsageDay.create(day=day, session=uniq, **used)


def rate(sale: Subscription) -> tuple[str, str]:
    kept = Subscription.get_by_id(sale.id)
    return kept.rate, kept.full_rate


def jobs_waiting() -> int:
    names = [name for name, _ in sight.waiting_jobs(rows)]
    return names.count("hotspot-sessions.change_rate")


def test_a_days_data_slows_down_and_midnight_speeds_up(box: Box) -> None:
    sale = buy(box, "2G day 512k/1M")
    use(sale, 5, "2026-11-27")
    use(sale, 1.9, "2026-11-28")
    assert speeds.apply_due(NOW, ZONE) == 0
    use(sale, 0.2, "2026-11-28")
    assert speeds.apply_due(NOW, ZONE) == 1
    assert rate(sale) == (SLOW, FULL)
    assert speeds.apply_due(NOW + 20, ZONE) == 0
    assert speeds.apply_due(NOW + 4 * 3600, ZONE) == 1
    assert rate(sale) == (FULL, "")
    assert jobs_waiting() == 1  # for one subscription, whatever its speed is by then


def test_a_months_data_counts_from_the_first(box: Box) -> None:
    sale = buy(box, "10G month 512k/1M")
    use(sale, 9, "2026-11-01")
    use(sale, 9, "2026-10-31")
    assert speeds.apply_due(NOW, ZONE) == 0
    use(sale, 1, "2026-11-28")
    assert speeds.apply_due(NOW, ZONE) == 1
    assert speeds.apply_due(NOW + 3 * DAY, ZONE) == 1
    assert rate(sale) == (FULL, "")


def test_all_that_was_used_slows_down_to_the_end(box: Box) -> None:
    sale = buy(box, "10G all 512k/1M")
    use(sale, 10, "2026-11-28")
    assert speeds.apply_due(NOW, ZONE) == 1
    assert speeds.apply_due(NOW + 20 * DAY, ZONE) == 0
    assert rate(sale) == (SLOW, FULL)


def test_what_is_over_or_has_no_rule_is_left_alone(box: Box) -> None:
    sale = buy(box, "")
    use(sale, 100, "2026-11-28")
    assert speeds.apply_due(NOW, ZONE) == 0
    Subscription.update(fair="1G day 512k/1M", ended_at=NOW).execute()
    assert speeds.apply_due(NOW, ZONE) == 0


def test_a_slower_speed_is_no_wrong_in_the_books(box: Box) -> None:
    sale = buy(box, "1G day 512k/1M")
    use(sale, 2, "2026-11-28")
    speeds.apply_due(NOW, ZONE)
    assert list(books.all_rules(0, NOW + DAY, NOW + DAY)) == []


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("", ""),
        ("  2G   day 512k/1M ", "2G day 512k/1M"),
        ("500M month 1M/2M 2M/4M 1M/2M 10/10", "500M month 1M/2M 2M/4M 1M/2M 10/10"),
    ],
)
def test_a_rule_is_read_in_one_form(text: str, plain: str) -> None:
    assert fair.read_fair(text) == plain
    assert (fair.of(plain) is None) == (plain == "")


@pytest.mark.parametrize(
    "text", ["2G", "2G day", "day 2G 1M/1M", "2G week 1M/1M", "2G day fast", "0G day x"]
)
def test_what_is_no_rule_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(BadInput, match="2G day 512k/1M") as caught:
        fair.read_fair(text)
    assert caught.value.field == "fair"
