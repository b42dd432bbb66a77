"""Time: vouchers that buy once, time that adds up, access apart from money."""

from __future__ import annotations

import threading

import pytest

from hotspot_lite import jobs, store
from hotspot_lite.box import Box
from hotspot_lite.errors import BadInput
from hotspot_lite.jobs import sight
from hotspot_lite.trade.goods import catalogue
from hotspot_lite.trade.grants import vouchers
from hotspot_lite.trade.house import events
from hotspot_lite.trade.messaging import letters, messages
from hotspot_lite.trade.models import (
    Customer,
    Message,
    Plan,
    Subscription,
    Voucher,
)
from hotspot_lite.trade.office import numbers
from hotspot_lite.trade.people import customers
from hotspot_lite.trade.service import access, subscriptions

NOW = 1_800_000_000
MAC = "02:00:00:00:00:01"


@pytest.fixture
def plan(box: Box) -> Plan:
    return catalogue.add("1 Hour", "20", "1h", NOW, data="500M", rate="2M/4M")


@pytest.fixture
def code(plan: Plan) -> str:
    return vouchers.codes(vouchers.make(plan, 1, "cli", NOW))[0]


@pytest.fixture
def time(code: str) -> Subscription:
    return vouchers.redeem(code, MAC, "10.5.50.9", NOW)


def give(customer: Customer, plan: Plan, now: int) -> Subscription:
    terms = catalogue.terms_of(plan)
    with store.atomic():
        wish = subscriptions.Wish(customer, terms, MAC, "10.5.50.9")
        return subscriptions.give(wish, now)


# -- vouchers ----------------------------------------------------------------------


def test_codes_are_unique_readable_and_never_all_digits(plan: Plan) -> None:
    codes = vouchers.codes(vouchers.make(plan, 500, "cli", NOW))
    assert len(set(codes)) == 500
    for code in codes:
        assert set(code) <= set(customers.ALPHABET) | {"-"}
        assert not code.replace("-", "").isdigit()
    assert not set("01ilo") & set(customers.ALPHABET)


@pytest.mark.parametrize(
    "typed",
    ["{0}", " {0} ", "{1}", "{2}", "{3}"],
    ids=["as-is", "spaced", "caps", "bare", "split"],
)
def test_a_code_is_read_as_people_type_it(code: str, typed: str) -> None:
    forms = (code, code.upper(), code.replace("-", ""), " ".join(code))
    assert vouchers.read_code(typed.format(*forms)) == code


@pytest.mark.parametrize("typed", ["", "abc", "abcde-2345o", "' OR 1=1 --", "é" * 10])
def test_what_can_t_be_a_code_is_refused_before_looking(typed: str) -> None:
    with pytest.raises(BadInput, match="not a voucher code"):
        vouchers.read_code(typed)


def test_a_voucher_buys_once(code: str, time: Subscription) -> None:
    with pytest.raises(BadInput, match="has been used"):
        vouchers.redeem(code, "02:00:00:00:00:02", "10.5.50.8", NOW + 5)
    assert Subscription.select().count() == 1


def test_the_same_device_typing_it_again_gets_the_same_time(
    code: str, time: Subscription
) -> None:
    assert vouchers.redeem(code, MAC, "10.5.50.9", NOW + 5).id == time.id


def test_many_phones_at_the_same_instant_buy_once(code: str) -> None:
    start, bought, refused = threading.Barrier(8), [], []

    def redeem(number: int) -> None:
        start.wait()
        try:
            bought.append(vouchers.redeem(code, f"02:00:00:00:00:{number:02}", "", NOW))
        except BadInput as exc:
            refused.append(exc)
        finally:
            store.close()

    threads = [threading.Thread(target=redeem, args=(n,)) for n in range(10, 18)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(bought), len(refused)) == (1, 7)
    assert Subscription.select().count() == 1


def test_a_batch_is_made_whole_or_not_at_all(
    plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = ["abcde23456", "bcdef34567"]
    monkeypatch.setattr(customers, "random_code", lambda letters: made.pop())
    with pytest.raises(IndexError):
        vouchers.make(plan, 3, "cli", NOW)
    assert Voucher.select().count() == 0


@pytest.mark.parametrize("count", [0, -1, 5001])
def test_an_impossible_count_is_refused(plan: Plan, count: int) -> None:
    with pytest.raises(BadInput, match="1 to 5000"):
        vouchers.make(plan, count, "cli", NOW)


def test_a_redeemed_voucher_is_a_login_and_calls_for_access(
    code: str, time: Subscription
) -> None:
    assert time.customer.username == code
    assert time.customer.secret == code
    assert sight.waiting_jobs(jobs.rows) == [
        ("provisioning.admit", {"subscription_id": time.id})
    ]


# -- time --------------------------------------------------------------------------


def test_time_bought_early_begins_when_the_earlier_ends(plan: Plan, box: Box) -> None:
    customer, _ = customers.of_phone("254700000001", NOW)
    first, second = give(customer, plan, NOW), give(customer, plan, NOW + 600)
    assert second.starts_at == first.expires_at
    assert second.expires_at == NOW + 7200
    assert [s.id for s in subscriptions.live(customer, NOW + 700)] == [
        first.id,
        second.id,
    ]


def test_later_time_is_put_online_once_the_router_has_ended_the_earlier(
    plan: Plan,
) -> None:
    customer, _ = customers.of_phone("254700000001", NOW)
    give(customer, plan, NOW)
    later = give(customer, plan, NOW + 600)
    delays = store.database.execute_sql(
        "SELECT due_at - made_at FROM job WHERE args LIKE ?",
        (f'%"subscription_id":{later.id}%',),
    ).fetchall()
    assert delays == [(3000 + subscriptions.SETTLE_SECONDS,)]


def test_time_after_used_up_data_is_still_there(plan: Plan) -> None:
    customer, _ = customers.of_phone("254700000001", NOW)
    first, second = give(customer, plan, NOW), give(customer, plan, NOW + 1)
    Subscription.update(data_used_bytes=first.data_bytes).where(
        Subscription.id == first.id
    ).execute()
    assert [s.id for s in subscriptions.live(customer, NOW + 10)] == [second.id]


def test_first_use_time_has_not_begun(box: Box) -> None:
    plan = catalogue.add("Night", "50", "8h", NOW, starts="first-use")
    customer, _ = customers.of_phone("254700000001", NOW)
    time = give(customer, plan, NOW)
    assert (time.starts_at, time.expires_at) == (None, None)
    assert subscriptions.seconds_left(time, NOW + 86_400) == 8 * 3600


def test_what_is_over_is_closed_and_nothing_else(plan: Plan) -> None:
    customer, _ = customers.of_phone("254700000001", NOW)
    time = give(customer, plan, NOW)
    assert subscriptions.end_those_over(NOW + 3599) == 0
    assert subscriptions.end_those_over(NOW + 3600) == 1
    assert subscriptions.live(customer, NOW + 3600) == []
    assert Subscription.get_by_id(time.id).ended_at == NOW + 3600


def radius_row(username: str) -> dict[str, object]:
    cursor = store.database.execute_sql(
        "SELECT * FROM radius_access WHERE username = ?", (username,)
    )
    names = [part[0] for part in cursor.description]
    return dict(zip(names, cursor.fetchone(), strict=True))


def test_radius_sees_the_time_from_the_moment_it_commits(box: Box) -> None:
    import time as clocks

    now = int(clocks.time())
    plan = catalogue.add("1 Hour", "20", "1h", now, data="5G", rate="2M/4M")
    customer, _ = customers.of_phone("254700000001", now)
    assert radius_row("hs_700000001")["verdict"] == "expired"
    give(customer, plan, now)
    row = radius_row("hs_700000001")
    assert (row["verdict"], row["rate"]) == ("ok", "2M/4M")
    assert 3590 <= int(str(row["seconds_left"])) <= 3600
    assert (row["data_low"], row["data_high"]) == (str(1024**3), "1")


# -- access ------------------------------------------------------------------------


def test_access_is_asked_for_until_the_device_is_online(time: Subscription) -> None:
    assert access.to_admit(time.id, NOW) is not None
    access.admitted(time, {"id": 1, "name": "r", "ip_address": "x"}, NOW)
    assert access.to_admit(time.id, NOW) is None
    (event,) = events.newer(0)
    assert event["type"] == "user_provisioned"
    assert event["subscription"]["username"] == time.customer.username


def test_time_that_is_over_is_not_put_online(time: Subscription) -> None:
    assert access.to_admit(time.id, NOW + 3600) is None


def test_a_router_that_can_t_be_brought_to_it_is_told_and_tried_later(
    time: Subscription,
) -> None:
    access.failed(time.id, "The router doesn't answer.", NOW)
    (event,) = events.newer(0)
    assert event["type"] == "provisioning_failed"
    assert event["router_id"] == 1 and "end_time" not in event["subscription"]
    assert [s.id for s in access.not_yet_admitted(NOW)] == [time.id]
    assert access.not_yet_admitted(NOW + 3600) == []


# -- messages ----------------------------------------------------------------------


@pytest.fixture
def message(box: Box, plan: Plan) -> Message:
    customer, _ = customers.of_phone("254700000001", NOW)
    with store.atomic():
        login = letters.standing(letters.CREDENTIALS)
        return messages.credentials(give(customer, plan, NOW), login, NOW)


def test_a_message_is_claimed_once(message: Message) -> None:
    assert messages.claim(message.id) is not None
    assert messages.claim(message.id) is None


def test_a_message_cut_off_in_the_middle_is_uncertain_not_sent_twice(
    message: Message,
) -> None:
    messages.claim(message.id)
    messages.claim(message.id)  # the job of the dead worker, run again
    assert Message.get().state == "uncertain"


def test_a_message_that_surely_did_not_leave_is_tried_again(message: Message) -> None:
    messages.claim(message.id)
    messages.not_sent(message.id, "Gateway down.", final=False)
    assert messages.claim(message.id) is not None


def test_a_message_that_failed_for_good_is_sent_when_its_job_is_put_again(
    message: Message,
) -> None:
    messages.claim(message.id)
    messages.not_sent(message.id, "Wrong key.", final=True)
    assert Message.get().state == "failed"
    assert messages.claim(message.id) is not None


def test_the_text_fits_one_sms_and_holds_the_login(message: Message) -> None:
    assert len(message.text) <= 160
    assert "hs_700000001" in message.text


# -- the rest ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "change", "says"),
    [
        ("price", {"price": "20,00"}, "not a price"),
        ("price", {"price": "-1"}, "not a price"),
        ("duration", {"duration": "1 hour"}, "not a duration"),
        ("duration", {"duration": "0m"}, "lasts 1 minute"),
        ("data", {"data": "500"}, "not an amount of data"),
        ("data", {"data": "0M"}, "not an amount of data"),
        ("rate", {"rate": "2M"}, "not a rate"),
        ("rate", {"rate": "2M/4M; drop"}, "not a rate"),
        ("devices", {"devices": 0}, "1 to 100"),
        ("starts", {"starts": "never"}, "sale or first-use"),
        ("name", {"name": " "}, "needs a name"),
    ],
)
def test_a_package_that_makes_no_sense_is_refused_by_field(
    box: Box, field: str, change: dict[str, object], says: str
) -> None:
    good = {"name": "1 Hour", "price": "20", "duration": "1h"}
    with pytest.raises(BadInput, match=says) as caught:
        catalogue.add(now=NOW, **(good | change))  # type: ignore[arg-type]
    assert caught.value.field == field
    assert Plan.select().count() == 0


def test_a_second_package_of_a_name_is_refused(plan: Plan) -> None:
    with pytest.raises(BadInput, match="already"):
        catalogue.add("1 Hour", "30", "1h", NOW)


@pytest.mark.parametrize(
    ("typed", "mac"),
    [
        ("aa:bb:cc:dd:ee:ff", "AA:BB:CC:DD:EE:FF"),
        ("AA-BB-CC-DD-EE-FF", "AA:BB:CC:DD:EE:FF"),
        ("aabb.ccdd.eeff", "AA:BB:CC:DD:EE:FF"),
        ("", ""),
    ],
)
def test_a_mac_address_is_kept_as_routeros_writes_it(typed: str, mac: str) -> None:
    assert customers.normal_mac(typed) == mac


@pytest.mark.parametrize("typed", ["aa:bb", "zz:bb:cc:dd:ee:ff", "' --"])
def test_what_is_no_mac_address_is_refused(typed: str) -> None:
    with pytest.raises(BadInput, match="MAC"):
        customers.normal_mac(typed)


def test_the_day_begins_at_the_places_midnight() -> None:
    # 2027-01-15 08:00 UTC is 11:00 in Nairobi.
    assert numbers.midnight(NOW, "Africa/Nairobi") == NOW - 11 * 3600
    assert numbers.midnight(NOW, "UTC") == NOW - 8 * 3600


def test_the_numbers_come_from_the_ledger(time: Subscription) -> None:
    found = numbers.now_at(NOW + 1, "Africa/Nairobi")
    assert (found.sold_today, found.waiting_for_access, found.online) == (1, 1, 0)
    assert numbers.now_at(NOW + 86_400, "Africa/Nairobi").sold_today == 0
