"""Doctor: the machine, the rights of the folders, the settings."""

from __future__ import annotations

import json
import os
import shutil
import stat
from pathlib import Path
from tempfile import gettempdir
from typing import Any

import pytest
from patient import Examine, mounts

from hotspot_lite.box import Box
from hotspot_lite.doctor import case as cases
from hotspot_lite.doctor import ground, outward
from hotspot_lite.store import room as rooms
from hotspot_lite.trade.goods import catalogue
from hotspot_lite.trade.house import preferences
from hotspot_lite.trade.people import staff

MPESA = {
    "HOTSPOT_MPESA_CONSUMER_KEY": "a-consumer-key",
    "HOTSPOT_MPESA_CONSUMER_SECRET": "a-consumer-secret",
    "HOTSPOT_MPESA_PASSKEY": "a-passkey",
    "HOTSPOT_MPESA_SHORTCODE": "174379",
}


def set_all(monkeypatch: pytest.MonkeyPatch, values: dict[str, str]) -> None:
    for name, value in values.items():
        monkeypatch.setenv(name, value)


# -- the machine -------------------------------------------------------------------


def test_a_new_enough_machine_is_well(box: Box, examine: Examine) -> None:
    seen = examine()
    assert [seen.level(f"HL-PRE-0{n}") for n in (1, 2, 4, 5, 6)] == ["ok"] * 5


def test_an_old_python_and_an_old_sqlite_are_broken(
    box: Box, examine: Examine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ground, "OLDEST_PYTHON", (9, 0))
    monkeypatch.setattr(ground, "OLDEST_SQLITE", (9, 0, 0))
    seen = examine()
    assert seen.level("HL-PRE-01") == seen.level("HL-PRE-02") == "broken"
    assert seen.code == 2


@pytest.mark.parametrize(
    ("free", "level"), [(10**12, "ok"), (300 * 2**20, "warning"), (2**20, "broken")]
)
def test_a_full_disk_is_seen_before_it_is_full(
    box: Box,
    examine: Examine,
    monkeypatch: pytest.MonkeyPatch,
    free: int,
    level: str,
) -> None:
    monkeypatch.setattr(rooms, "look", lambda folder, reserve: rooms.Room(free))
    assert examine().level("HL-PRE-04") == level


def test_a_run_folder_on_a_card_is_a_warning(
    box: Box, examine: Examine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(ground, "MOUNTS", mounts(tmp_path, "ext4"))
    found = examine().of("HL-PRE-05")
    assert found["level"] == "warning"
    assert "(ext4)" in found["says"]


def test_a_missing_freeradius_is_broken_only_where_it_is_used(
    box: Box, examine: Examine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name, path=None: None)
    assert examine().level("HL-PRE-03") == "warning"
    monkeypatch.setenv("HOTSPOT_RADIUS_SECRET", "s" * 32)
    assert examine().level("HL-PRE-03") == "broken"
    monkeypatch.setenv("HOTSPOT_RADIUS_SERVER", "embedded")
    assert examine().level("HL-PRE-03") == "ok"


# -- rights ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "mode"),
    [("", 0o770), ("", 0o2750), ("", 0o2775), ("spool", 0o700)]
    + [("hotspot.db", mode) for mode in (0o640, 0o644, 0o664)]
    + [("box.key", 0o644)],
)
def test_wrong_rights_are_named_and_mended(
    box: Box, examine: Examine, name: str, mode: int
) -> None:
    path = box.settings.data_dir / name
    path.chmod(mode)
    found = examine().of("HL-PRE-06")
    assert found["level"] == "broken"
    assert found["details"][0].startswith(f"{path}:")
    assert found["fixable"]
    seen = examine(fix=True)
    assert seen.fixed("HL-PRE-06")["gone"]
    assert seen.level("HL-PRE-06") == "ok"
    assert not stat.S_IMODE(path.stat().st_mode) & 0o007


def test_a_config_file_open_to_all_is_closed(
    box: Box, examine: Examine, box_environment: dict[str, str]
) -> None:
    file = Path(box_environment["HOTSPOT_CONFIG"])
    file.write_text('[box]\nname = "Shop"\n')
    file.chmod(0o644)
    assert examine().level("HL-PRE-09") == "warning"
    assert examine(fix=True).fixed("HL-PRE-09")["gone"]
    assert stat.S_IMODE(file.stat().st_mode) == 0o640


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_a_ledger_of_another_group_is_mended_by_root(
    box: Box, examine: Examine
) -> None:
    os.chown(box.settings.database_file, -1, 12345)
    assert "group 12345" in examine().of("HL-PRE-06")["details"][0]
    assert examine(fix=True).fixed("HL-PRE-06")["gone"]
    assert box.settings.database_file.stat().st_gid == os.getegid()


@pytest.mark.skipif(os.geteuid() != 0, reason="root is needed to become somebody")
def test_whoever_may_not_look_is_told_so(
    box: Box, examine: Examine, tmp_path: Path
) -> None:
    # Loads all modules: nobody may read those of root's Python.
    examine(detailed=True, logs=True)
    # pytest's folders are root's alone, and one deeper where two tests run at a time.
    for folder in (tmp_path, *tmp_path.parents[:3]):
        if folder != Path(gettempdir()):
            folder.chmod(0o755)
    code, codes = as_nobody(examine)
    assert code == 2
    assert "HL-PRE-07" in codes
    assert "HL-DB-01" in codes


def as_nobody(examine: Examine) -> tuple[int, list[str]]:
    """The exit code and the codes that a user without any right gets."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)
        try:
            seen = examine(detailed=True, logs=True, fix=True)
            os.write(writing, json.dumps([seen.code, seen.codes()]).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        said = pipe.read()
    os.waitpid(child, 0)
    code, codes = json.loads(said)
    return code, codes


# -- settings ----------------------------------------------------------------------


def test_a_wrong_setting_is_named_and_the_rest_is_left(
    box: Box, examine: Examine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOTSPOT_WEB_PORT", "eighty")
    seen = examine(detailed=True, logs=True, fix=True)
    assert "web.port" in seen.of("HL-SET-01")["says"]
    assert seen.code == 2
    assert "HL-DB-01" not in seen.codes()


def test_a_config_file_that_is_no_toml_is_named(
    box: Box, examine: Examine, box_environment: dict[str, str]
) -> None:
    Path(box_environment["HOTSPOT_CONFIG"]).write_text("[web\nport = 1")
    assert "config.toml is not valid TOML" in examine().of("HL-SET-01")["says"]


def test_a_wrong_stored_setting_is_named_and_the_rest_is_looked_at(
    box: Box, examine: Examine
) -> None:
    preferences.Stored.replace(name="box.currency", value="shilling").execute()
    seen = examine()
    assert "box.currency in the database" in seen.of("HL-SET-01")["says"]
    assert seen.level("HL-DB-01") == "ok"


def test_what_is_not_set_yet_is_a_warning_and_half_of_it_is_broken(
    box: Box, examine: Examine, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = examine()
    assert [seen.level(f"HL-SET-0{n}") for n in (2, 3, 5)] == ["warning"] * 3
    monkeypatch.setenv("HOTSPOT_MPESA_CONSUMER_KEY", "only-the-key")
    monkeypatch.setenv("HOTSPOT_RADIUS_SECRET", 'has-a-"-in-it')
    seen = examine()
    assert seen.level("HL-SET-03") == seen.level("HL-SET-05") == "broken"
    assert "mpesa.passkey" in seen.of("HL-SET-03")["says"]


@pytest.mark.parametrize(
    ("url", "level"),
    [
        ("https://wifi.example.com", "ok"),
        ("", "ok"),  # query-only
        ("http://wifi.example.com", "broken"),
        ("https://10.5.50.2", "broken"),
        ("https://box.local", "broken"),
    ],
)
def test_a_callback_address_that_cannot_be_reached_is_broken(
    box: Box, examine: Examine, monkeypatch: pytest.MonkeyPatch, url: str, level: str
) -> None:
    set_all(monkeypatch, MPESA | {"HOTSPOT_MPESA_CALLBACK_URL": url})
    assert examine().level("HL-SET-04") == level


def test_the_sandbox_and_a_silent_sms_are_notes(
    box: Box, examine: Examine, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_all(monkeypatch, MPESA)
    seen = examine()
    assert seen.level("HL-SET-06") == seen.level("HL-SET-08") == "note"
    monkeypatch.setenv("HOTSPOT_SMS_PROVIDER", "textsms")
    assert examine().level("HL-SET-08") == "broken"
    monkeypatch.setenv("HOTSPOT_SMS_API_KEY", "an-api-key")
    assert examine().level("HL-SET-08") == "ok"


def test_a_lost_key_is_broken(box: Box, examine: Examine) -> None:
    (box.settings.data_dir / "box.key").unlink()
    assert examine().level("HL-SET-07") == "broken"


def test_a_box_without_owner_or_package_says_how_to_begin(
    box: Box, examine: Examine
) -> None:
    seen = examine()
    assert "admin setup-code" in seen.of("HL-SET-09")["remedy"]
    assert "plan add" in seen.of("HL-SET-10")["remedy"]
    staff.add("Achieng", "a long enough password", "owner", 1)
    catalogue.add("1 Hour", "20", "1h", 1)
    seen = examine()
    assert "HL-SET-09" not in seen.codes()
    assert seen.level("HL-SET-10") == "ok"


# -- the clock ---------------------------------------------------------------------


def test_a_clock_is_believed_for_a_reason(
    box: Box, examine: Examine, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "trusted" in examine().of("HL-CLK-01")["says"]
    monkeypatch.setenv("HOTSPOT_BOX_CLOCK", "auto")
    assert examine().level("HL-CLK-01") == "warning"


def test_a_clock_behind_the_newest_sale_is_told_how_far(
    box: Box, examine: Examine
) -> None:
    from hotspot_lite.trade.house import events

    # Half a minute more: a busy machine takes a while to look.
    events.announce("payment_failed", {}, box.clock.at() + 7230)
    found = examine().of("HL-CLK-01")
    assert found["level"] == "warning"
    assert "2 h behind" in found["says"]


def test_a_machine_without_a_clock_chip_is_told_when_asked(
    box: Box, examine: Examine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(outward, "RTC", tmp_path / "rtc0")
    assert "HL-CLK-02" not in examine().codes()
    assert examine(detailed=True).level("HL-CLK-02") == "note"


def test_nothing_is_made_by_looking(
    box_environment: dict[str, str], examine: Examine, tmp_path: Path
) -> None:
    before: set[Any] = set(tmp_path.rglob("*"))
    seen = examine(detailed=True, logs=True)
    assert seen.code == 2
    assert set(tmp_path.rglob("*")) == before
    assert cases.open_case().database == "missing"


def test_paystack_is_silent_until_it_has_a_key_and_then_whole(
    box: Box, examine: Examine, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert examine().level("HL-SET-11") == ""
    monkeypatch.setenv("HOTSPOT_PAYSTACK_SECRET_KEY", "sk_test_pretend0key")
    found = examine().of("HL-SET-11")
    assert "paystack.email, web.public_url" in found["says"]
    monkeypatch.setenv("HOTSPOT_PAYSTACK_EMAIL", "owner@kona.example")
    monkeypatch.setenv("HOTSPOT_WEB_PUBLIC_URL", "http://10.5.50.2")
    assert examine().level("HL-SET-11") == "ok"
