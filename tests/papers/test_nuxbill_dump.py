"""PHPNuxBill's customers come along, out of dumps that MariaDB 10.11 itself wrote.

`data/nuxbill_*.sql` are mysqldump's of the tables as PHPNuxBill 6757f7b (2025-11) makes
them, with made-up rows: once as usual, once with --complete-insert
--skip-extended-insert, as phpMyAdmin writes.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from hotspot_lite import store
from hotspot_lite.box import Box
from hotspot_lite.errors import BadInput
from hotspot_lite.papers import nuxbill, reading
from hotspot_lite.trade.grants import vouchers
from hotspot_lite.trade.models import Customer, Plan, Subscription, Voucher

DATA = Path(__file__).with_name("data")
EXTENDED, COMPLETE = DATA / "nuxbill_extended.sql", DATA / "nuxbill_complete.sql"
UNTIL = 1_896_073_200  # 2030-01-31 10:00 in Nairobi


def said(path: Path) -> list[dict[str, str]]:
    heads, *rows = [cells for _, cells in reading.rows(path)]
    return [dict(zip(heads, cells, strict=True)) for cells in rows]


def bring(
    environment: dict[str, str], file: Path, *words: str
) -> tuple[int, list[str]]:
    done = subprocess.run(
        [sys.executable, "-m", "hotspot_lite", "import", str(file), "--json"]
        + ["--kind", "phpnuxbill", *words],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "Traceback" not in done.stderr
    found = json.loads(done.stdout)
    if "error" in found:
        return -1, [found["error"]]
    return found["good"], [row["why"] for row in found["refused"]]


class TestReading:
    def test_both_ways_of_writing_say_the_same(self) -> None:
        assert said(EXTENDED) == said(COMPLETE)

    def test_texts_come_as_people_typed_them(self) -> None:
        names = [row["name"] for row in said(EXTENDED) if row["record"] == "package"]
        assert 'Owner\'s "2\\3" (h), old;' in names
        (amina,) = [r for r in said(EXTENDED) if r["email"] and not r["until"]]
        assert amina["password"] == "se'cret"

    def test_what_is_over_and_used_up_is_passed_by(self) -> None:
        codes = [row["code"] for row in said(EXTENDED)]
        assert "ABCD1234" in codes
        assert "USED0001" not in codes

    @pytest.mark.parametrize("cut", [400, 4000, 6000, -30, -60])
    def test_a_cut_dump_is_refused(self, tmp_path: Path, cut: int) -> None:
        raw = EXTENDED.read_bytes()
        (tmp_path / "cut.sql").write_bytes(raw[:cut])
        with pytest.raises(BadInput):
            list(nuxbill.rows(tmp_path / "cut.sql"))

    def test_another_program_s_dump_is_refused(self, tmp_path: Path) -> None:
        other = (
            "-- dump\nCREATE TABLE `a` (\n  `b` int\n);\nINSERT INTO `a` VALUES (1);\n"
        )
        (tmp_path / "other.sql").write_text(other)
        with pytest.raises(BadInput, match="PHPNuxBill"):
            list(reading.rows(tmp_path / "other.sql"))

    def test_a_dump_without_its_columns_is_refused(self, tmp_path: Path) -> None:
        made = re.compile(r"CREATE TABLE[^;]*;\n")
        (tmp_path / "only.sql").write_text(made.sub("", EXTENDED.read_text()))
        with pytest.raises(BadInput, match="no-create-info"):
            list(nuxbill.rows(tmp_path / "only.sql"))


class TestBringing:
    def test_a_dry_run_names_each_that_can_not_come_and_why(
        self, box: Box, box_environment: dict[str, str]
    ) -> None:
        good, refused = bring(box_environment, EXTENDED, "--dry-run")
        assert good == 10
        assert Plan.select().count() + Customer.select().count() == 0
        for says in (
            "Home is of PPPOE",
            "Later is paid afterwards",
            "254722000111 has a balance of 150.50",
            "fiber1 is a PPPoE customer",
            "rude is banned",
            "nobody has no phone number",
            "The time of 254722000111 was over",
            "Its package 99 is not in the dump",
            "x!: 'x!' can't be a voucher code",
            "abcd1234: That code is here already",
        ):
            assert any(says in why for why in refused), says

    def test_everything_that_can_come_does(
        self, box: Box, box_environment: dict[str, str]
    ) -> None:
        store.close()
        assert bring(box_environment, COMPLETE)[0] == 10
        store.open_file(box.settings.database_file)
        amina = Customer.get(Customer.username == "amina")
        assert (amina.phone, amina.secret) == ("254712345678", "se'cret")
        (left,) = Subscription.select()
        assert (left.customer_id, left.expires_at) == (amina.id, UNTIL)
        assert (left.data_bytes, left.devices, left.price_cents) == (5 * 2**30, 2, 0)
        trial = Plan.get(Plan.name == "Trial")
        assert not trial.on_sale
        burst = Plan.get(Plan.name == "Burst")
        assert burst.rate == "2M/4M 4M/8M 1M/3M 10/10"
        now = box.clock.at()
        given = vouchers.redeem("ABCD-1234", "02:00:00:00:00:01", "10.5.50.9", now)
        assert given.plan_name == "1 Hour"

    def test_a_second_time_nothing_comes_twice(
        self, box: Box, box_environment: dict[str, str]
    ) -> None:
        store.close()
        bring(box_environment, EXTENDED)
        good, refused = bring(box_environment, EXTENDED)
        assert good == 0
        assert any("came along before" in why for why in refused)
        store.open_file(box.settings.database_file)
        assert Subscription.select().count() == 1
        assert Voucher.select().where(Voucher.redeemed_at.is_null()).count() == 2
