"""`hotspot-lite plan`, as a person runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from hotspot_lite.box import Box
from hotspot_lite.trade.goods import catalogue

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run(box: Box, box_environment: dict[str, str]) -> Run:
    catalogue.add("1 Hour", "20", "1h", box.clock.at(), rate="2M/4M")

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603
            [sys.executable, "-m", "hotspot_lite", "plan", *words, "--json"],
            env={**os.environ, **box_environment},
            capture_output=True,
            text=True,
            timeout=60,
        )

    return run


def told(run: Run, *words: str) -> Any:
    return json.loads(run(*words).stdout)


def test_a_package_changes_in_what_is_named_only(run: Run) -> None:
    changed = told(run, "change", "1 Hour", "--price", "25", "--devices", "2")
    assert (changed["price"], changed["devices"]) == ("25.00", 2)
    assert (changed["duration_seconds"], changed["rate"]) == (3600, "2M/4M")


def test_a_package_goes_off_sale_and_comes_back(run: Run) -> None:
    assert told(run, "off-sale", "1 Hour") == {"name": "1 Hour", "on_sale": False}
    assert told(run, "list") == []
    assert told(run, "on-sale", "1 Hour") == {"name": "1 Hour", "on_sale": True}
    assert [plan["name"] for plan in told(run, "list")] == ["1 Hour"]


def test_a_name_that_there_is_not_is_told_with_the_nearest(run: Run) -> None:
    answer = run("off-sale", "1 Hours")
    assert answer.returncode == 1 and answer.stderr == ""
    assert json.loads(answer.stdout)["todo"] == "Did you mean 1 Hour?"
