"""The whole way into MoySklad: what the box took is what is there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from road import with_settings

from hotspot_lite import journey
from hotspot_lite.box import Box
from hotspot_lite.town.moysklad import PretendMoySklad
from hotspot_lite.trade.goods import catalogue
from hotspot_lite.trade.house import conditions
from hotspot_lite.trade.models import SyncCall, SyncItem
from hotspot_lite.trade.money import payments
from hotspot_lite.trade.office import syncing


@pytest.fixture
def books() -> Iterator[PretendMoySklad]:
    with PretendMoySklad() as made:
        yield made


@pytest.fixture
def at(box: Box, books: PretendMoySklad, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The time, which the test sets; three payments were made."""
    with_settings(
        monkeypatch,
        moysklad__base_url=books.base_url,
        moysklad__token=books.token,
        moysklad__weight=1,
    )
    clock = [journey.here.now()]
    monkeypatch.setattr(journey.here, "now", lambda: clock[0])
    monkeypatch.setattr(journey.here, "_books", None)
    plan = catalogue.add("1 Hour", "20", "1h", clock[0])
    for number in range(3):
        wish = payments.Ask(plan, f"25470000000{number}")
        payment = payments.ask(wish, b"k" * 32, clock[0])
        payments.mark_paid(payment, "callback", None, f"R{number}", clock[0])
    return clock


def states() -> set[str]:
    return {one.state for one in SyncItem.select()}


def run(at: list[int], times: int = 1) -> None:
    for _ in range(times):
        journey.sync_books()
        at[0] += 60


class TestSync:
    def test_all_of_it_is_there_and_nothing_twice(
        self, at: list[int], books: PretendMoySklad
    ) -> None:
        run(at, 3)
        assert states() == {"completed"}
        assert (len(books.of("service")), len(books.of("demand"))) == (1, 3)
        assert books.takings_cents() == 6000
        assert SyncCall.select().count() == len(books.journal)

    def test_without_a_token_nothing_goes_anywhere(
        self, at: list[int], books: PretendMoySklad, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with_settings(monkeypatch, moysklad__token="")
        run(at)
        assert books.journal == []
        assert not SyncItem.select().exists()

    def test_an_outage_is_waited_out_and_told(
        self, at: list[int], books: PretendMoySklad
    ) -> None:
        books.fault = "down"
        run(at, 8)
        assert [one.name for one in conditions.wrong()] == ["books"]
        assert states() == {"pending"}
        books.fault = ""
        run(at, 3)
        assert states() == {"completed"}
        assert conditions.wrong() == []

    def test_answers_that_are_lost_make_nothing_twice(
        self, at: list[int], books: PretendMoySklad
    ) -> None:
        for fault in ("lost", "", "lost", "", "lost", ""):
            books.fault = fault
            run(at, 2)
            at[0] += 600
        assert states() == {"completed"}
        assert (len(books.of("service")), len(books.of("demand"))) == (1, 3)
        assert books.takings_cents() == 6000

    def test_a_wrong_token_stops_it_until_somebody_has_looked(
        self, at: list[int], books: PretendMoySklad
    ) -> None:
        books.fault = "shut"
        run(at, 5)
        assert len(books.journal) == 1
        assert syncing.standing().is_shut
        books.fault = ""
        run(at)
        assert len(books.journal) == 1
        syncing.resume("jane", at[0])
        run(at)
        assert states() == {"completed"}

    def test_what_is_refused_does_not_stop_the_others(
        self, at: list[int], books: PretendMoySklad
    ) -> None:
        books.refuse_names.add("Bad")
        catalogue.add("Bad", "50", "1d", at[0])
        run(at, 2)
        assert [one.kind for one in syncing.failed()] == ["package"]
        assert books.takings_cents() == 6000

    def test_a_changed_price_goes_there_by_itself(
        self, at: list[int], books: PretendMoySklad
    ) -> None:
        run(at)
        from hotspot_lite.trade.models import Plan

        Plan.update(price_cents=2500).execute()
        run(at)
        (service,) = books.of("service")
        assert service["salePrices"][0]["value"] == 2500
