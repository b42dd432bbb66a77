"""A box that sends its SMS by a modem says so, and what is wrong with the modem."""

from __future__ import annotations

from pathlib import Path

import pytest
from patient import Examine

from hotspot_lite.box import Box
from hotspot_lite.town.modem import PretendModem


@pytest.fixture
def modem(box: Box, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PretendModem:
    made = PretendModem(tmp_path / "bin")
    monkeypatch.setenv("PATH", str(made.folder), prepend=":")
    monkeypatch.setenv("HOTSPOT_SMS_PROVIDER", "modem")
    return made


def test_one_in_its_network_is_well_without_a_key(
    modem: PretendModem, examine: Examine
) -> None:
    found = examine().of("HL-SET-08")
    assert found["level"] == "ok"
    assert found["says"] == "SMS by a modem (Safaricom, 61 %)"


def test_a_modem_that_is_missing_is_told(modem: PretendModem, examine: Examine) -> None:
    modem.set(is_there=False)
    found = examine().of("HL-SET-08")
    assert (found["level"], found["says"]) == ("broken", "There is no modem.")
    assert "mmcli -m any" in found["remedy"]


def test_one_that_is_in_no_network_is_told(
    modem: PretendModem, examine: Examine
) -> None:
    modem.set(state="searching")
    found = examine().of("HL-SET-08")
    assert found["level"] == "broken"
    assert "searching" in found["says"]


def test_a_box_without_the_program_says_what_to_install(
    modem: PretendModem, examine: Examine
) -> None:
    (modem.folder / "mmcli").unlink()
    assert "apt install modemmanager" in examine().of("HL-SET-08")["remedy"]
