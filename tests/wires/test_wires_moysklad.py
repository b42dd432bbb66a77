"""MoySklad over real HTTP: what is written, at what pace, and what refusals mean."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from hotspot_lite.errors import TryAgain
from hotspot_lite.town.moysklad import PretendMoySklad
from hotspot_lite.wires.bookkeeper import (
    Call,
    Money,
    Package,
    Refused,
    Sale,
    ShutOut,
    TooMany,
)
from hotspot_lite.wires.http import Caller
from hotspot_lite.wires.moysklad import MoySklad, MoySkladAccount, Throttle, moment

AT = 1_795_770_000  # 2026-11-27 09:00 UTC


@pytest.fixture
def town() -> Iterator[PretendMoySklad]:
    with PretendMoySklad() as made:
        yield made


def books(town: PretendMoySklad, **more: Any) -> MoySklad:
    account = MoySkladAccount(town.base_url, more.pop("token", town.token), 1)
    return MoySklad(account, Caller(deadline_seconds=3), **more)


def package(**more: Any) -> Package:
    told = {"uuid": "u1", "local_id": 1, "name": "1 Hour", "price_cents": 2000}
    return Package(**(told | more))


def a_sale(to: MoySklad) -> str:
    return to.save_sale(Sale("u2", 7, to.save_package(package()), 2000, AT))


class TestWriting:
    def test_a_package_a_sale_and_its_money(self, town: PretendMoySklad) -> None:
        to = books(town)
        sale = a_sale(to)
        to.save_money(Money("u3", 7, sale, 2000, AT, "SGR1ABCDEF", False))
        (service,), (demand,) = town.of("service"), town.of("demand")
        assert (service["name"], service["salePrices"][0]["value"]) == ("1 Hour", 2000)
        assert demand["moment"] == "2026-11-27 12:00:00"
        assert demand["positions"][0]["price"] == 2000
        (money,) = town.of("paymentin")
        assert money["incomingNumber"] == "SGR1ABCDEF"
        assert money["operations"][0]["linkedSum"] == 2000
        assert town.takings_cents() == 2000

    def test_cash_is_cash(self, town: PretendMoySklad) -> None:
        to = books(town)
        to.save_money(Money("u3", 7, a_sale(to), 2000, AT, "", True))
        assert len(town.of("cashin")) == 1
        assert town.of("paymentin") == []

    def test_twice_is_once(self, town: PretendMoySklad) -> None:
        assert a_sale(books(town)) == a_sale(books(town))
        assert len(town.of("demand")) == len(town.of("service")) == 1

    def test_a_package_that_is_known_is_changed(self, town: PretendMoySklad) -> None:
        to = books(town)
        its_id = to.save_package(package())
        to.save_package(package(name="Sixty minutes", known_as=its_id))
        assert [one["name"] for one in town.of("service")] == ["Sixty minutes"]

    def test_there_is_one_customer_for_all_and_no_number_leaves(
        self, town: PretendMoySklad
    ) -> None:
        a_sale(books(town))
        a_sale(books(town))
        assert [one["name"] for one in town.of("counterparty")] == ["Hotspot customers"]


class TestRefusals:
    def test_a_thing_that_is_refused_says_why(self, town: PretendMoySklad) -> None:
        town.refuse_names.add("1 Hour")
        with pytest.raises(Refused, match="3006"):
            books(town).save_package(package())

    def test_a_reference_to_nothing_is_refused(self, town: PretendMoySklad) -> None:
        with pytest.raises(Refused, match="1021"):
            books(town).save_sale(Sale("u2", 7, "no-such-id", 2000, AT))

    @pytest.mark.parametrize("fault", ["down", "lost", "strange"])
    def test_a_fault_that_may_pass_is_tried_again(
        self, town: PretendMoySklad, fault: str
    ) -> None:
        town.fault = fault
        with pytest.raises(TryAgain):
            books(town).save_package(package())

    def test_an_answer_that_was_lost_is_found_again(
        self, town: PretendMoySklad
    ) -> None:
        to = books(town)
        to.save_package(package(uuid="other"))
        town.fault = "lost"
        with pytest.raises(TryAgain):
            to.save_package(package())
        town.fault = ""
        to.save_package(package())
        assert len(town.of("service")) == 2

    def test_a_wrong_token_stops_everything_and_is_not_told(
        self, town: PretendMoySklad
    ) -> None:
        with pytest.raises(ShutOut) as told:
            books(town, token="wrong-secret-token").save_package(package())
        assert "wrong-secret-token" not in str(told.value)

    def test_too_many_says_for_how_long_in_milliseconds(
        self, town: PretendMoySklad
    ) -> None:
        town.weight = 100
        with pytest.raises(TooMany):
            books(town).save_package(package())

    def test_how_long_is_read_as_milliseconds(self, town: PretendMoySklad) -> None:
        to = books(town)
        a_sale(to)
        town.weight = 12
        with pytest.raises(TooMany) as told:
            for number in range(9):
                to.save_package(package(uuid=f"n{number}"))
        assert 0 < (told.value.after_seconds or 0) <= 3.1


class TestPace:
    @pytest.mark.parametrize(("weight", "calls"), [(1, 22), (2, 11), (3, 7), (4, 5)])
    def test_half_of_what_is_allowed_is_used(self, weight: int, calls: int) -> None:
        clock, waited = [0.0], []

        def sleep(seconds: float) -> None:
            waited.append(seconds)
            clock[0] += seconds

        throttle = Throttle(weight, lambda: clock[0], sleep)
        for _ in range(calls):
            throttle.wait()
        assert waited == []
        throttle.wait()
        assert waited == [3.0]

    def test_a_hundred_writes_are_never_too_many(self, town: PretendMoySklad) -> None:
        clock = [0.0]

        def sleep(seconds: float) -> None:
            clock[0] += seconds

        town.weight, town._clock = 4, lambda: clock[0]
        to = books(town, throttle=Throttle(4, lambda: clock[0], sleep))
        for number in range(100):
            to.save_package(package(uuid=f"n{number}"))
        assert {one.status for one in town.journal} == {200}


class TestLog:
    def test_each_call_is_told_without_the_key(self, town: PretendMoySklad) -> None:
        calls: list[Call] = []
        a_sale(books(town, note=calls.append))
        assert {one.status for one in calls} == {200}
        assert any('"1 Hour"' in one.sent for one in calls)
        assert all(town.token not in repr(one) for one in calls)

    def test_a_call_without_an_answer_is_told_too(self, town: PretendMoySklad) -> None:
        calls: list[Call] = []
        town.fault = "lost"
        with pytest.raises(TryAgain):
            books(town, note=calls.append).save_package(package())
        assert calls[-1].status == 0


def test_times_are_moscows() -> None:
    assert moment(AT) == "2026-11-27 12:00:00"
