"""SECURITY.md names tests that there are, and settings that are so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hotspot_lite.settings import BY_NAME

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", TEXT)))


def test_enough_is_held_by_tests() -> None:
    rows = re.findall(r"^\| [\d., ]+ \|", TEXT, re.MULTILINE)
    assert len(rows) > 30
    assert len(NAMED) > 30


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_a_test_that_is_named_is_there(file: str, name: str) -> None:
    text = (ROOT / file).read_text(encoding="utf-8")
    assert re.search(rf"def {name}\(" if name else r"def test_|TestCase", text)


@pytest.mark.parametrize(
    "name", sorted(set(re.findall(r"`((?:web|live|radius|mpesa)\.\w+)`", TEXT)))
)
def test_a_setting_that_is_named_is_one(name: str) -> None:
    assert name in BY_NAME


def test_the_ports_are_those_of_the_settings() -> None:
    for name in ("web.port", "live.port", "radius.auth_port", "radius.acct_port"):
        assert str(BY_NAME[name].default) in TEXT, name
