"""Doctor: the hardware as the kernel shows it: power, heat, card, memory."""

from __future__ import annotations

from pathlib import Path

import pytest
from bench_machine import BITS, CARD, DISK, EXT4, Machine
from patient import Examine

from hotspot_lite.box import Box
from hotspot_lite.doctor import hardware

DAY = 86400
SWAPS = "Filename Type Size Used Priority"
KMSG = "dev/kmsg"


@pytest.fixture
def pi(box: Box, tmp_path: Path) -> Machine:
    """The machine that the doctor of `examine` looks at."""
    return Machine(tmp_path / "root")


def test_a_pi_in_order_has_nothing_to_say_but_ok(pi: Machine, examine: Examine) -> None:
    seen = examine(detailed=True)
    found = [one for one in seen.report["findings"] if one["section"] == "Machine"]
    assert {one["level"] for one in found} == {"ok"}
    assert {one["code"] for one in found} == {
        *(f"HL-BOX-0{number}" for number in range(1, 7)),
        "HL-PRE-08",
    }


def test_a_machine_that_tells_nothing_is_not_judged(box: Box, examine: Examine) -> None:
    codes = examine(detailed=True).codes()
    assert [code for code in codes if code.startswith("HL-BOX")] == ["HL-BOX-05"]


# -- power and heat ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("bits", "says"),
    [
        ("50005", "under-voltage now, and runs slower"),
        ("50000", "under-voltage since the machine started, and runs slower"),
        ("10000", "under-voltage since the machine started."),
        ("40000", "was, since it started, slowed down"),
    ],
)
def test_a_weak_power_supply_is_told_from_the_firmware_s_bits(
    pi: Machine, examine: Examine, bits: str, says: str
) -> None:
    pi.put(BITS, bits)
    found = examine().of("HL-BOX-01")
    assert found["level"] == "warning"
    assert says in found["says"]


def test_a_kernel_without_the_bits_has_the_alarm(pi: Machine, examine: Examine) -> None:
    pi.take(BITS)
    pi.put("sys/class/hwmon/hwmon1/in0_lcrit_alarm", "1")
    assert "under-voltage now" in examine().of("HL-BOX-01")["says"]


def test_a_pi_that_tells_nothing_of_its_power_says_so(
    pi: Machine, examine: Examine
) -> None:
    pi.take(BITS)
    pi.put("sys/class/hwmon/hwmon1/name", "cpu_thermal")
    assert examine().level("HL-BOX-01") == "note"


@pytest.mark.parametrize(
    ("model", "celsius", "level"),
    [
        ("Raspberry Pi 4", 79, "ok"),
        ("Raspberry Pi 4", 81, "warning"),
        ("Raspberry Pi 4", 85, "broken"),
        ("some mini PC", 85, "ok"),
        ("some mini PC", 91, "warning"),
        ("Raspberry Pi 4", 0, ""),  # no sensor behind it
    ],
)
def test_heat_is_judged_by_what_the_board_bears(
    pi: Machine, examine: Examine, model: str, celsius: int, level: str
) -> None:
    pi.put("proc/device-tree/model", model)
    pi.put("sys/class/thermal/thermal_zone0/temp", f"{celsius}000")
    assert examine().level("HL-BOX-02") == level


# -- the card ----------------------------------------------------------------------


def test_a_card_that_became_read_only_is_broken(pi: Machine, examine: Examine) -> None:
    pi.mount("ro,errors=remount-ro")
    found = examine().of("HL-BOX-03")
    assert found["level"] == "broken"
    assert found["says"] == "mmcblk0p2 (ext4) is read-only."


def test_a_sandbox_that_sees_the_card_read_only_alarms_nobody(
    pi: Machine, examine: Examine
) -> None:
    pi.mount("rw,errors=remount-ro", view="ro")
    assert examine().level("HL-BOX-03") == "ok"


def test_errors_that_ext4_noted_are_told(pi: Machine, examine: Examine) -> None:
    pi.put(f"{EXT4}/errors_count", "3")
    found = examine().of("HL-BOX-03")
    assert found["level"] == "warning"
    assert "3 errors on mmcblk0p2" in found["says"]


@pytest.mark.parametrize(
    ("life", "spare", "level", "says"),
    [
        ("0x02 0x01", "0x01", "ok", "20 % used"),
        ("0x01 0x09", "0x01", "warning", "90 % used"),
        ("0x0b 0x01", "0x01", "warning", "all of its life is used"),
        ("0x00 0x00", "0x02", "warning", "spare blocks run out"),
        ("0x02 0x02", "0x03", "broken", "spare blocks run out"),
    ],
)
def test_an_emmc_tells_its_wear(
    pi: Machine, examine: Examine, life: str, spare: str, level: str, says: str
) -> None:
    for name, text in (("type", "MMC"), ("life_time", life), ("pre_eol_info", spare)):
        pi.put(f"{CARD}/{name}", text)
    found = examine().of("HL-BOX-04")
    assert found["level"] == level
    assert says in found["says"]


def test_an_sd_card_is_named_and_its_wear_not_guessed(
    pi: Machine, examine: Examine
) -> None:
    says = examine().of("HL-BOX-04")["says"]
    assert says.startswith("mmcblk0: SD card SC32G, made 08/2022; ")
    assert "doesn't tell its wear" in says


def test_what_the_kernel_says_of_a_failing_card_is_shown(
    pi: Machine, examine: Examine
) -> None:
    pi.put(
        KMSG,
        "6,1,5,-;mmc0: new high speed SDHC card at address aaaa\n"
        "3,9,7,-;I/O error, dev mmcblk0, sector 2048 op 0x1:(WRITE)\n SUBSYSTEM=block\n"
        "3,10,8,-;mmc0: error -110 whilst initialising SD card",
    )
    found = examine().of("HL-BOX-05")
    assert found["level"] == "warning"
    assert found["details"] == [
        "I/O error, dev mmcblk0, sector 2048 op 0x1:(WRITE)",
        "mmc0: error -110 whilst initialising SD card",
    ]


def test_a_kernel_log_that_is_closed_is_told_when_asked(
    pi: Machine, examine: Examine
) -> None:
    pi.take(KMSG)
    assert "HL-BOX-05" not in examine().codes()
    assert "sudo dmesg" in examine(detailed=True).of("HL-BOX-05")["remedy"]


@pytest.mark.parametrize(
    ("gibibytes", "days", "level", "says"),
    [
        (1, 4, "ok", "256.0 MiB a day"),
        (40, 4, "warning", "10.0 GiB a day"),
        (10, 0.5, "ok", "10.0 GiB written to mmcblk0 in 12 h;"),
    ],
)
def test_what_is_written_to_the_card_is_told_by_the_day(
    pi: Machine,
    examine: Examine,
    monkeypatch: pytest.MonkeyPatch,
    gibibytes: int,
    days: float,
    level: str,
    says: str,
) -> None:
    monkeypatch.setattr(hardware, "boot_seconds", lambda: days * DAY)
    pi.put(f"{DISK}/stat", f"9 0 9 9 5 6 {gibibytes * 2**21} 8 0 1 1")
    found = examine().of("HL-PRE-08")
    assert found["level"] == level
    assert says in found["says"]
    assert "42.0 GiB to mmcblk0p2 since it was formatted" in found["says"]


# -- memory ------------------------------------------------------------------------


def test_little_memory_and_ended_processes_are_told(
    pi: Machine, examine: Examine
) -> None:
    pi.put("proc/vmstat", "oom_kill 2")
    assert "2 processes ended" in examine().of("HL-BOX-06")["says"]
    pi.put("proc/vmstat", "oom_kill 0")
    pi.put("proc/meminfo", "MemTotal: 948304 kB\nMemAvailable: 30000 kB")
    assert examine().level("HL-BOX-06") == "warning"


def test_swap_counts_on_a_card_and_not_in_memory(pi: Machine, examine: Examine) -> None:
    pi.put("proc/swaps", f"{SWAPS}\n/dev/zram0 partition 900000 500000 100")
    assert examine().level("HL-BOX-07") == ""
    pi.put("proc/swaps", f"{SWAPS}\n/var/swap file 900000 500000 -2")
    assert "lie in /var/swap" in examine().of("HL-BOX-07")["says"]


def test_a_machine_whose_files_say_nonsense_is_not_judged(
    pi: Machine, examine: Examine
) -> None:
    for file in pi.root.rglob("*"):
        if file.is_file():
            file.write_bytes(b"\xff\x00 ~ - \n")
    seen = examine(detailed=True)
    assert "HL-DOC-01" not in seen.codes()
    found = [one for one in seen.report["findings"] if one["section"] == "Machine"]
    assert {one["level"] for one in found} <= {"ok", "note"}
