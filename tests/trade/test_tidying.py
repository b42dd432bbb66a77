"""What nobody needs is cleared away; money, and what is still open, never."""

from __future__ import annotations

import itertools

import pytest
from busy_day import afternoon, morning

from hotspot_lite import store
from hotspot_lite.box import Box
from hotspot_lite.trade.house import events
from hotspot_lite.trade.keeping import lasting, tidying
from hotspot_lite.trade.messaging import messages
from hotspot_lite.trade.models import (
    Audit,
    Event,
    Message,
    PhoneCode,
    Session,
    UsageDay,
)

NOW = 1_800_000_000
DAY = 86_400


def event(at: int) -> None:
    events.announce("test", {"title": "Something"}, at)


def session(uniq: str, ended_at: int | None) -> None:
    Session.insert(
        uniq=uniq,
        username="somebody",
        mac="02:00:00:00:00:01",
        ip="10.5.50.7",
        nas="router",
        acct_session_id=uniq,
        started_at=NOW - 900 * DAY,
        seen_at=NOW - 900 * DAY,
        ended_at=ended_at,
        seconds=60,
        octets_in=1,
        octets_out=1,
        cause="",
    ).execute()
    UsageDay.insert(
        day="2024-01-01", session=uniq, octets_in=1, octets_out=1, seconds=60
    ).execute()


# Each is cleared by the rule that fills it.
CLEARED_ELSEWHERE = {
    *("device_block", "mirror", "early_report", "export", "router_figure"),
    *("job", "job_batch"),
}


class TestLasting:
    def test_each_table_says_how_long_its_rows_stay(self, box: Box) -> None:
        sql = "SELECT name FROM sqlite_master WHERE type = 'table'"
        tables = {name for (name,) in store.database.execute_sql(sql)}
        assert set(lasting.LASTS) == tables

    def test_what_goes_by_age_is_what_is_cleared(self) -> None:
        by_age = {n for n, (how, _) in lasting.LASTS.items() if how == lasting.BY_AGE}
        assert by_age == tidying.cleared() | CLEARED_ELSEWHERE

    def test_what_stays_for_ever_is_untouched_however_old_all_is(
        self, box: Box
    ) -> None:
        morning()
        afternoon()
        kept = [n for n, (how, _) in lasting.LASTS.items() if how == lasting.FOR_EVER]
        before = {name: count(name) for name in kept}
        assert before["payment"] and before["subscription"] and before["money_fact"]
        tidying.tidy(box.settings, NOW + 4000 * DAY)
        assert {name: count(name) for name in kept} == before


def count(table: str) -> int:
    sql = f"SELECT count(*) FROM {table}"  # noqa: S608
    return int(store.database.execute_sql(sql).fetchone()[0])


class TestTidying:
    def test_old_events_go_and_the_newest_stays_however_old(self, box: Box) -> None:
        for days in (90, 60, 40):
            event(NOW - days * DAY)
        assert tidying.tidy(box.settings, NOW)["event"] == 2
        assert [one.at for one in Event.select()] == [NOW - 40 * DAY]

    def test_the_settings_say_how_old_is_old(self, box: Box) -> None:
        event(NOW - 20 * DAY)
        event(NOW)
        assert "event" not in tidying.tidy(box.settings, NOW)
        assert tidying.tidy(
            {
                "tidy.events_days": 10,
                "tidy.messages_days": 1,
                "tidy.sessions_days": 1,
            },
            NOW,
        ) == {"event": 1}

    def test_sessions_go_with_their_days_and_open_ones_stay(self, box: Box) -> None:
        session("over", NOW - 500 * DAY)
        session("open", None)
        session("lately", NOW - DAY)
        tidying.tidy(box.settings, NOW)
        assert {one.uniq for one in Session.select()} == {"open", "lately"}
        assert {one.session.uniq for one in UsageDay.select()} == {"open", "lately"}

    def test_messages_that_still_wait_stay(self, box: Box) -> None:
        with store.atomic():
            waiting = messages.code("254700000001", "123456", NOW - 300 * DAY)
            messages.code("254700000002", "123456", NOW - 300 * DAY)
        Message.update(state="sent").where(Message.id != waiting.id).execute()
        tidying.tidy(box.settings, NOW)
        assert [one.id for one in Message.select()] == [waiting.id]

    def test_codes_that_have_ended_go(self, box: Box) -> None:
        store.create(
            PhoneCode, phone="254700000001", code_hash="x", made_at=NOW - 2 * DAY
        )
        tidying.tidy(box.settings, NOW)
        assert not PhoneCode.select().exists()

    def test_the_audit_log_stays_for_ever(self, box: Box) -> None:
        store.create(Audit, at=1, who="jane", what="refund", detail="")
        tidying.tidy(box.settings, NOW)
        assert Audit.select().count() == 1

    def test_more_than_one_handful_goes_in_one_run(
        self, box: Box, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(tidying, "ROWS_AT_ONCE", 2)
        for _ in range(7):
            event(NOW - 90 * DAY)
        assert tidying.tidy(box.settings, NOW) == {"event": 6}

    def test_it_stops_in_time_and_goes_on_the_next_time(
        self, box: Box, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(tidying, "ROWS_AT_ONCE", 2)
        for _ in range(7):
            event(NOW - 90 * DAY)
        slow = itertools.count(step=tidying.MOST_SECONDS / 2)
        assert tidying.tidy(box.settings, NOW, lambda: next(slow)) == {"event": 2}
        assert tidying.tidy(box.settings, NOW) == {"event": 4}
